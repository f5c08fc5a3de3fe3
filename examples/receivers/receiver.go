// A receiver that accepts only deliveries that the portal has signed.
//
//	WEBHOOK_SECRET=... PORT=8080 go run receiver.go
//
// During a rotation, WEBHOOK_SECRET_PREVIOUS holds the previous secret.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
)

// The signature covers the exact bytes of the body, before anything parses them.
func isGenuine(body []byte, header string) bool {
	given, err := hex.DecodeString(strings.TrimPrefix(header, "sha256="))
	if err != nil {
		return false
	}
	for _, variable := range []string{"WEBHOOK_SECRET", "WEBHOOK_SECRET_PREVIOUS"} {
		secret := os.Getenv(variable)
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		if secret != "" && hmac.Equal(given, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

func receive(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.WriteHeader(http.StatusOK) // the portal's probe
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || !isGenuine(body, r.Header.Get("x-docspace-signature-256")) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.WriteHeader(http.StatusNoContent) // answer first, work later
	var delivery struct {
		Event struct {
			ID      int    `json:"id"`
			Trigger string `json:"trigger"`
		} `json:"event"`
	}
	if json.Unmarshal(body, &delivery) == nil {
		fmt.Printf("event %d: %s\n", delivery.Event.ID, delivery.Event.Trigger)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on port %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, http.HandlerFunc(receive)))
}
