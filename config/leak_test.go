package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const secret = "hunter2"

// TestNothingLeaks prints a configuration that holds a secret wherever one may
// be, in every way that a careless caller might.
func TestNothingLeaks(t *testing.T) {
	for _, file := range append(kindNames(), "minimal", "grammar") {
		cfg := good(t, file)
		var described bytes.Buffer
		if err := cfg.Describe(&described); err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for how, text := range map[string]string{
			"Describe": described.String(),
			"JSON":     string(encoded),
			"%+v":      fmt.Sprintf("%+v", *cfg),
			"%#v":      fmt.Sprintf("%#v", *cfg),
			"channels": fmt.Sprintf("%+v %#v", cfg.Channels["mail"].Settings, cfg.Channels["mail"].Settings),
			"reach":    fmt.Sprintf("%+v %#v", cfg.Companies[0].Reach["mail"], cfg.Companies[0].Reach["mail"]),
			"dsn":      fmt.Sprintf("%v %s %q %#v", cfg.Ledger.DSN, cfg.Ledger.DSN, cfg.Ledger.DSN, cfg.Ledger.DSN),
			"notes":    cfg.NotYet().Error() + cfg.Warnings().Error() + cfg.Fits().Error() + cfg.Servable().Error() + cfg.Unfit().Error(),
		} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s shows the secret:\n%s", file, how, text)
			}
		}
	}
}

// TestFaultsLeakNothing breaks a file in many ways on the line that holds a
// secret, and before it.
func TestFaultsLeakNothing(t *testing.T) {
	text := source(t, "minimal")
	for _, broken := range []string{
		"password: 'hunter2",
		"password: \"hunter2",
		"password: hunter2: x",
		"password: [hunter2",
		"password: {hunter2: x}",
		"password: *hunter2",
		"password: &hunter2 x",
		"password: !hunter2 x",
		"password: !<hunter2> x",
		"password: %hunter2",
		"password: @hunter2",
		"password: `hunter2",
		"password: |hunter2",
		"password: x, hunter2",
		"password: x, hunter2, hunter2",
		"password: x, ? hunter2",
		"passwrd: hunter2",
		"password: hunter2\thunter2",
		"port: hunter2",
		"tls: implicit, port: hunter2",
		"host: kari:hunter2@smtp",
		"password: hunter2\x00",
		"password: hunter2\xff",
		"password: \"hunter2\\q\"",
		"password: \"hunter2\\x\"",
	} {
		_, err := Parse("svartid.yml", []byte(strings.Replace(text, "password: hunter2", broken, 1)))
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%q: got %v", broken, err)
		}
	}
}
