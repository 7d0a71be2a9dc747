package message

import "testing"

func TestUnenriched(t *testing.T) {
	tests := map[string]string{
		"<bold>Hei</bold> <fontfamily><param>Times</param>Kari</fontfamily>": "Hei Kari",
		"a << b":                           "a < b",
		"en\nlinje\n\nog en til\n\n\nsist": "en linje\nog en til\n\nsist",
		"<bold":                            "",
	}
	for in, want := range tests {
		if got := unenriched(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
