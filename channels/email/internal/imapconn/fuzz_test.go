package imapconn

import (
	"strings"
	"testing"
	"unicode"
)

// FuzzLine takes a line of a server apart: what comes of it is what the library
// can be shown, and no number is out of its range.
func FuzzLine(f *testing.F) {
	for _, line := range []string{
		"* OK [UIDVALIDITY 3857529045] UIDs valid", "* OK [UNSEEN", "[ALERT]x", "* 12 FETCH (UID 5 BODY[] {12}", "{9+}", "{-1}", "~{3}",
		"ALL 5:7,9,12:*,0,4294967295,4294967296,7:2", "* ESEARCH (TAG \"a\") UID ALL 1:5", `* LIST (\Junk) "/" "a\"b`, "\t * \t OK \x00", "",
		"+ idling", "T1 no", "* BYE",
	} {
		f.Add([]byte(line), uint32(5))
	}
	f.Fuzz(func(t *testing.T, line []byte, asked uint32) {
		word, rest := cutWord(line)
		if strings.ContainsAny(word, " \t") || len(word)+len(rest) > len(line) {
			t.Errorf("cutWord: %q and %q of %q", word, rest, line)
		}
		code, _, text := cutCode(line)
		if text == "" || strings.HasPrefix(text, "[") || strings.ContainsFunc(text, unicode.IsControl) || code != "" && !isName(code) {
			t.Errorf("cutCode: %q and %q of %q", code, text, line)
		}
		for one := range strings.FieldsSeq(capabilities(line)) {
			if !isName(one) {
				t.Errorf("capability %q", one)
			}
		}
		const most = 50
		for _, found := range [][][2]uint32{numbers(line), extended(line), ranges(string(line))} {
			got := within(found, [][2]uint32{{asked, 0}}, most)
			if len(got) > most {
				t.Errorf("%d numbers, want %d at most", len(got), most)
			}
			for i, n := range got {
				if n < asked || i > 0 && n <= got[i-1] {
					t.Errorf("%d is not asked for, or out of order: %v", n, got)
				}
			}
		}
		if size, follows := literalSize(line); size < 0 || size > 0 && !follows {
			t.Errorf("literal of %d octets, %v", size, follows)
		}
		isStatus(line)
		isFetch(line)
		unclosed(line)
		if day := internalDate(string(line)); day != "" && len(day) != len(" 1-Jan-2021 10:00:00 +0100") {
			t.Errorf("date %q of %q", day, line)
		}
	})
}
