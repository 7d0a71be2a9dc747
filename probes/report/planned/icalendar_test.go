package planned

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFoldLine(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("a", 75), strings.Repeat("a", 76), strings.Repeat("æøå€😀", 60)} {
		var out strings.Builder
		foldLine(&out, text)
		folded := out.String()
		for i, line := range strings.SplitAfter(folded, "\r\n") {
			body, ended := strings.CutSuffix(line, "\r\n")
			if len(body) > 75 || !utf8.ValidString(body) || !ended && line != "" || i > 0 && line != "" && body[0] != ' ' {
				t.Errorf("%q: got line %q", text, line)
			}
		}
		if got := strings.ReplaceAll(folded, "\r\n ", ""); got != text+"\r\n" {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

func TestEscapeText(t *testing.T) {
	got, want := escapeText("Berg, Dal; C:\\x\r\ny\x00\x7fz"), `Berg\, Dal\; C:\\x\nyz`
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
