package logging

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestNoAddresses logs addresses wherever one may stand: the domain is left, and
// whose it is, is not.
func TestNoAddresses(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		log := Flags{Format: format}.Logger(&out)
		log.With("with", "kari.with@firm.example").WithGroup("g").Warn("kari.message@firm.example",
			"text", "550 <kari.text+x@firm.example>: no", "err", errors.New("rcpt kari.err@firm.example: no"),
			"errs", errors.Join(errors.New("a"), errors.New("kari.joined@firm.example")),
			slog.Group("group", "in", "kari.group@firm.example"), "list", []string{"kari.list@firm.example"},
			"bytes", []byte("x"), "escaped", "kari.url%40firm.example", "foreign", "kåre.ås@firm.example",
			"matrix", "no such user @kari.m:firm.example", "contact", "easter-17", "n", 3, "for", time.Second, "long", strings.Repeat("x", 5000))
		got := out.String()
		for _, personal := range []string{"kari", "kåre", "ås@"} {
			if strings.Contains(got, personal) {
				t.Errorf("%s: got %s", format, got)
			}
		}
		for _, want := range []string{"firm.example", "easter-17", "550 <"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: got %s, want %s in it", format, got, want)
			}
		}
		if len(got) > 3000 {
			t.Errorf("%s: a long text is %d octets long", format, len(got))
		}
		if format == "json" && !json.Valid(out.Bytes()) {
			t.Errorf("got %s", got)
		}
	}
}

// TestLevels: what is below the level is not written.
func TestLevels(t *testing.T) {
	for level, want := range map[string]int{"": 3, "debug": 4, "info": 3, "warn": 2, "error": 1} {
		var out bytes.Buffer
		log := Flags{Level: level}.Logger(&out)
		log.Debug("x")
		log.Info("x")
		log.Warn("x")
		log.Error("x")
		if got := strings.Count(out.String(), "\n"); got != want {
			t.Errorf("%q: got %d lines, want %d", level, got, want)
		}
	}
}
