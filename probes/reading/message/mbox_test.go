package message

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestMbox(t *testing.T) {
	tests := map[string]struct {
		file string
		want []string
	}{
		"empty":       {"", nil},
		"one mail":    {"From: a@b\n\nFrom here on\n", []string{"From: a@b\n\nFrom here on\n"}},
		"two":         {"From a Mon\nSubject: 1\n\nx\n\nFrom b Tue\nSubject: 2\n\ny\n", []string{"Subject: 1\n\nx\n\n", "Subject: 2\n\ny\n"}},
		"quoted":      {"From a\nSubject: 1\n\n>From x\n>>From y\n", []string{"Subject: 1\n\nFrom x\n>From y\n"}},
		"in the text": {"From a\nSubject: 1\n\nline\nFrom here on\n", []string{"Subject: 1\n\nline\nFrom here on\n"}},
		"CR LF":       {"From a\r\nSubject: 1\r\n\r\nFrom b\r\nSubject: 2\r\n\r\n", []string{"Subject: 1\r\n\r\n", "Subject: 2\r\n\r\n"}},
		"long line":   {"From a\n\n" + strings.Repeat("x", 200<<10) + "\n\nFrom b\nS: 2\n", []string{"\n" + strings.Repeat("x", 200<<10) + "\n\n", "S: 2\n"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for message, err := range Mbox(strings.NewReader(tt.file)) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, string(message))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %.300q, want %.300q", got, tt.want)
			}
		})
	}
}

func TestMboxTellsOfErrors(t *testing.T) {
	broken := errors.New("broken")
	var last error
	for _, err := range Mbox(io.MultiReader(strings.NewReader("From a\n\nx\n"), iotest.ErrReader(broken))) {
		last = err
	}
	if !errors.Is(last, broken) {
		t.Errorf("got %v, want %v", last, broken)
	}
	for range Mbox(strings.NewReader("From a\n\nx\n\nFrom b\n\ny\n")) {
		break
	}
}

// TestHostileMbox splits files that were made to confuse.
func TestHostileMbox(t *testing.T) {
	tests := map[string]struct {
		file string
		want int
	}{
		"only separators":         {"From a\n\nFrom b\n\nFrom c\n", 0},
		"separators in a row":     {"From a\nFrom b\nFrom c\n\nHei", 1},
		"no line end at all":      {"From a", 0},
		"one long separator":      {"From " + strings.Repeat("x", 300<<10) + "\nSubject: x\n\nHei", 1},
		"separator after CR only": {"From a\rSubject: x\r\rHei", 1},
		"NUL bytes":               {"From a\n\x00\n\nFrom b\n\x00\n", 2},
		"many":                    {strings.Repeat("From a\nSubject: x\n\nHei\n\n", 5000), 5000},
		"blank before the first":  {"\n\n\nFrom a\nSubject: x\n\nHei\n\nFrom b\n\nHei", 2},
		"text, no mbox":           {"Hei\n\nFrom here on\n", 1},
		"quoted many times":       {"From a\n\n" + strings.Repeat(">", 1000) + "From b\n", 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := 0
			for message, err := range Mbox(strings.NewReader(tt.file)) {
				if err != nil || len(message) == 0 {
					t.Errorf("%d bytes, %v", len(message), err)
				}
				got++
			}
			if got != tt.want {
				t.Errorf("got %d messages, want %d", got, tt.want)
			}
		})
	}
}

func TestIsMbox(t *testing.T) {
	for raw, want := range map[string]bool{"From a\n": true, "\r\n\nFrom a": true, "From: a@b\n": false, " From a": false, "": false, "from a": false} {
		if got := IsMbox([]byte(raw)); got != want {
			t.Errorf("%q: got %v, want %v", raw, got, want)
		}
	}
}
