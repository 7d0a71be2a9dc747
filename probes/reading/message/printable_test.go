package message

import (
	"testing"
)

func TestPrintable(t *testing.T) {
	tests := []struct{ in, text, line string }{
		{"Hei", "Hei", "Hei"},
		{"a\x00b", "ab", "ab"},
		{"a\tb\nc", "a\tb\nc", "a b c"},
		{"\x1b[31mrødt\x1b[0m", "[31mrødt[0m", "[31mrødt[0m"},
		{"a\r\nb", "a\nb", "a  b"},
		{"\x7f\u0085\u200b", "\u200b", "\u200b"},
		{"", "", ""},
	}
	for _, tt := range tests {
		if got := Printable(tt.in); got != tt.text {
			t.Errorf("text of %q: got %q, want %q", tt.in, got, tt.text)
		}
		if got := OneLine(tt.in); got != tt.line {
			t.Errorf("line of %q: got %q, want %q", tt.in, got, tt.line)
		}
	}
}
