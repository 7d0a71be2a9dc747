package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestReadJSONKeys holds the keys of a line to the contract, whatever is read and however sure.
func TestReadJSONKeys(t *testing.T) {
	tests := map[string]struct{ in, kind, signal string }{
		"text alone":              {"Hei! Det koster 299 kr.\n\nMvh Ola", "answer", "fact"},
		"text that begins oddly":  {"Pris: 299 kr\nFrakten er gratis", "answer", "fact"},
		"a mail":                  {"From: Ola <ola@b.example>\nSubject: Re: Pris\n\nDet koster 299 kr.\n\nMvh Ola\n", "answer", "fact"},
		"a mail nobody can judge": {"From: post@b.example\nSubject: Svar\n\nOrdene dine har funnet veien hit. Nå brygger vi kaffe og koser oss med dem.\n", "", "doubtful"},
		"one mail of an mbox":     {"From a@b Mon Jan 11 10:00:00 2027\nFrom: a@b.example\nSubject: x\n\nHvilken modell har du?\n", "answer", "asks the customer"},
		"a mail without words":    {"From: a@b.example\nSubject: x\n\n", "other", ""},
	}
	want := []string{"because", "file", "kind", "language", "permanent", "probability", "text"}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "in")
			if err := os.WriteFile(file, []byte(tt.in), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, arg := range []string{file, "-"} {
				var out bytes.Buffer
				cmd := readCmd{Files: []string{arg}}
				if err := cmd.Run(t.Context(), &globals{JSON: true}, streams{in: strings.NewReader(tt.in), out: &out}); err != nil {
					t.Fatal(err)
				}
				var line map[string]any
				if err := json.Unmarshal(out.Bytes(), &line); err != nil {
					t.Fatal(err)
				}
				if got := slices.Sorted(maps.Keys(line)); !slices.Equal(got, want) {
					t.Errorf("keys %v, want %v", got, want)
				}
				if tt.kind != "" && line["kind"] != tt.kind || line["file"] != arg {
					t.Errorf("got %s of %s, want %s of %s", line["kind"], line["file"], tt.kind, arg)
				}
				if reasons, ok := line["because"].([]any); !ok || !strings.Contains(out.String(), tt.signal) {
					t.Errorf("because %v, want %q among them", reasons, tt.signal)
				}
			}
		})
	}
}
