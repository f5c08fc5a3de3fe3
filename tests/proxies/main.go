// Prints a table of proxies, with what Go makes of each case.
//
// It reads the cases of table.json from its standard input. Each has an environment and the address of a portal. Into
// "go" it writes where golang.org/x/net/http/httpproxy sends a request with that environment: "direct", "error", or
// the proxy, with the port that net/http would use. Everything else stays as it is. `cargo xtask proxies` runs it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/idna"
)

type row struct {
	Environment map[string]string `json:"environment"`
	Portal      string            `json:"portal"`
	Go          string            `json:"go"`
	// What the provider does where it differs on purpose.
	Provider string `json:"provider,omitempty"`
}

// What net/http takes where an address has no port.
var ports = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(input))
	decoder.DisallowUnknownFields()
	var rows []row
	if err := decoder.Decode(&rows); err != nil {
		log.Fatal(err)
	}
	fmt.Println("[")
	for index, row := range rows {
		row.Go = outcome(row.Environment, row.Portal)
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(row); err != nil {
			log.Fatal(err)
		}
		end := ","
		if index == len(rows)-1 {
			end = ""
		}
		fmt.Println("  " + strings.TrimSuffix(line.String(), "\n") + end)
	}
	fmt.Println("]")
}

func outcome(environment map[string]string, portal string) string {
	os.Clearenv()
	for name, value := range environment {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
	address, err := url.Parse(portal)
	if err != nil {
		log.Fatal(err)
	}
	proxy, err := httpproxy.FromEnvironment().ProxyFunc()(address)
	switch {
	case err != nil:
		return "error"
	case proxy == nil:
		return "direct"
	}
	host := proxy.Hostname()
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	port := proxy.Port()
	if port == "" {
		port = ports[proxy.Scheme]
	}
	login := ""
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		login = proxy.User.Username() + ":" + password + "@"
	}
	return proxy.Scheme + "://" + login + net.JoinHostPort(strings.ToLower(host), port)
}
