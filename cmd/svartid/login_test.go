package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogin consents to a device, as a person would.
func TestLogin(t *testing.T) {
	mux := http.NewServeMux()
	answer := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, text)
		}
	}
	mux.HandleFunc("POST /device", answer(`{"device_code":"d","user_code":"ABCD","verification_uri":"https://login.example/enter","expires_in":60,"interval":1}`))
	mux.HandleFunc("POST /token", answer(`{"access_token":"a","token_type":"Bearer","refresh_token":"hemmelig","expires_in":3600}`))
	issuer := httptest.NewServer(mux)
	defer issuer.Close()
	text, err := os.ReadFile("../../config/testdata/good/minimal.yml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	start, end := strings.Index(string(text), "channels:"), strings.Index(string(text), "personas:")
	if start < 0 || end < start {
		t.Fatalf("minimal.yml has another order:\n%s", text)
	}
	oauth := strings.ReplaceAll(`channels:
  mail:
    type: email
    smtp: {host: smtp.example.no, tls: starttls, username: kari@example.no}
    imap: {host: imap.example.no, tls: implicit, username: kari@example.no}
    oauth2: {grant: refresh_token, client_id: svartid, token_url: URL/token, device_url: URL/device, scopes: [imap]}

ledger: {dsn: "sqlite:DIR/svartid.db"}

`, "URL", issuer.URL)
	file := filepath.Join(dir, "svartid.yml")
	whole := string(text)[:start] + strings.ReplaceAll(oauth, "DIR", dir) + string(text)[end:]
	if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	if code := runCommandLine(t.Context(), []string{"login", "-c", file, "mail"}, streams{out: &out, err: &errs}); code != exitDone {
		t.Fatalf("status %d: %s", code, errs.String())
	}
	if !strings.HasPrefix(out.String(), "Open https://login.example/enter, enter ABCD and log in as kari@example.no.\n") {
		t.Errorf("got %s", out.String())
	}
	if strings.Contains(out.String()+errs.String(), "hemmelig") {
		t.Error("the output holds the token")
	}
	if info, err := os.Stat(filepath.Join(dir, "mail.tokens")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the tokens: %v, %v", info, err)
	}
	if code := runCommandLine(t.Context(), []string{"login", "-c", file, "post"}, streams{out: &out, err: &errs}); code != exitMisuse {
		t.Errorf("an unknown channel: status %d", code)
	}
}
