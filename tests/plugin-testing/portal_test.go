package plugintesting

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// control is the address of the emulator's control API.
var control string

// TestMain starts an emulated portal, which ends with the tests, and points the provider at it.
func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	// Without it the library skips every test.
	os.Setenv("TF_ACC", "1")

	program := os.Getenv("DOCSPACE_EMULATOR")
	if program == "" {
		return 0, fmt.Errorf("DOCSPACE_EMULATOR is not set; run cargo xtask plugin-testing, which builds what is tested")
	}
	emulator := exec.Command(program, "--no-probe")
	emulator.Stderr = os.Stderr
	stdout, err := emulator.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := emulator.Start(); err != nil {
		return 0, err
	}
	defer emulator.Wait()
	defer emulator.Process.Signal(syscall.SIGTERM)

	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return 0, fmt.Errorf("the emulator does not start: %w", err)
	}
	var ready struct {
		BaseURL    string `json:"base_url"`
		ControlURL string `json:"control_url"`
	}
	if err := json.Unmarshal(line, &ready); err != nil {
		return 0, err
	}
	control = ready.ControlURL
	os.Setenv("DOCSPACE_BASE_URL", ready.BaseURL)
	os.Setenv("DOCSPACE_API_KEY", "sk-"+strings.Repeat("0123456789abcdef", 4))
	return m.Run(), nil
}

// ask sends a request to the control API.
func ask(t *testing.T, method, path, body string) {
	t.Helper()
	request, err := http.NewRequest(method, control+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s", method, path, answer.Status)
	}
}
