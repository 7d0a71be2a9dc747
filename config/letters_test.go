package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLetters: only texts that differ are different letters.
func TestLetters(t *testing.T) {
	same := strings.Repeat("{a|a|a|a|a|a|a|a} ", 3)
	for name, tt := range map[string]struct {
		scenario Scenario
		want     int
	}{
		"one":                     {Scenario{Subject: []string{"Pris"}, Body: "Hei"}, 1},
		"subjects and bodies":     {Scenario{Subject: []string{"Pris", "Hva koster det?"}, Body: "{Hei|Hallo}", Bodies: []string{"God dag"}}, 6},
		"the same variants":       {Scenario{Subject: []string{"Pris"}, Body: same}, 1},
		"variants of white space": {Scenario{Subject: []string{"Pris"}, Body: strings.Repeat("a{ |  |\n|\n\n}", 9)}, 1},
		"the same bodies":         {Scenario{Subject: []string{"Pris", "Pris"}, Body: "Hei", Bodies: []string{"Hei", "Hei \n"}}, 1},
		"the same detail": {Scenario{
			Subject: []string{"Pris"}, Body: "{{.street}}", Details: map[string][]string{"street": strings.Split(strings.Repeat("same,", 300)+"same", ",")},
		}, 1},
		"a detail that is not used": {Scenario{Subject: []string{"Pris"}, Body: "Hei", Details: map[string][]string{"street": {"a", "b"}}}, 1},
		"what cannot be seen":       {Scenario{Subject: []string{"Pris", "pris?"}, Body: strings.Repeat("{a|A|a\u200b|a,} ", 9)}, 1},
		"a detail in both":          {Scenario{Subject: []string{"{{.street}}"}, Body: "{{.street}}", Details: map[string][]string{"street": {"a", "b"}}}, 2},
	} {
		if got := tt.scenario.Letters(); got != tt.want {
			t.Errorf("%s: %d different letters, want %d", name, got, tt.want)
		}
	}
}

// Keys that sign no letter, and were made for this test.
const (
	curveKey = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIOEDoxC8LIuu++sH6psHkkQDLYMObY4/LIeQcP7OIN/8oAoGCCqGSM49
AwEHoUQDQgAEe7Zclw2VhEfOj54CiGJHOXRxsRMW1HynEBQjgnnHSJXRXdhlL4rB
n9DHNO8tJhjoqF9GlMt7nTmfh84zICDqww==
-----END EC PRIVATE KEY-----
`
	smallKey = `-----BEGIN RSA PRIVATE KEY-----
MIIBOwIBAAJBAK5V61f6PMR2ND7zDQJJT186JMTOvEzSf7dh9NE7eXgd80m9ljaT
F+EuGonGjdK58qqa/7BqDeGfN11L4WCP7e8CAwEAAQJAJlOtUcIp6ecyxUQZ8A69
7GmT+9CXhSwh9+cJM5antchC6CkZGKOfZfxEj6gnhffvMI2jjZV5h4xtleno6Dde
QQIhANtA9SD5y1XoUWI4BiVCg7oHnMP7VpMOye31ioStO5EFAiEAy43CCgfRtQIt
skeTXRVEfG4sEpIXMPZDW0YTireWxWMCIQCPRjFpLRKsvrV/43BQpNiDljng77sx
OfbGoy+zZ6iHKQIhALS1pxxMkMpHotXxYUx0AxcMoCfkdp5LIsU3U0YFct7NAiB5
+OS/Pg1ZmGChYj+2/DKeDMrwbCnYY730nV+WhbrNuA==
-----END RSA PRIVATE KEY-----
`
)

// TestUnusableKey wants a key that no receiver takes to be told with its place.
func TestUnusableKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dkim.pem")
	cfg, err := Parse("svartid.yml", []byte(strings.ReplaceAll(source(t, "email"), "dkim.pem", file)))
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Unfit().Error(); got != "" {
		t.Errorf("a key that is not there: %s", got)
	}
	large, err := os.ReadFile("testdata/rsa-4608.pem") // signs no letter either
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		string(large): "the key is of RSA with 4608 bits, which receivers need not take; want 2048",
		curveKey:      "the key is neither RSA nor Ed25519", smallKey: "the key is of RSA with 512 bits", "hemmelig": "the key is no PEM",
	} {
		fileOf(t, file, text)
		want = "svartid.yml:9: channels.mail.dkim.key_file: " + file + ": " + want
		if got := cfg.Unfit().Error(); !strings.HasPrefix(got, want) || strings.Contains(got, "hemmelig") {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := cfg.Servable().Error(); !strings.Contains(got, want) {
			t.Errorf("it may be served: %s", got)
		}
	}
}
