package reading

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestUnseenLines reads letters, a line each, from which nothing has learnt, and holds
// how many of them are wrong and sure, and how many doubtful, to what they were at
// first.
func TestUnseenLines(t *testing.T) {
	for name, most := range map[string]struct{ firm, doubtful int }{"twelfth": {0, 4}, "thirteenth": {0, 8}} {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile("testdata/unseen/" + name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			kind, all, right, firm, doubtful := Kind(""), 0, 0, 0, 0
			for line := range strings.Lines(string(raw)) {
				line = strings.TrimSpace(line)
				if name, ok := strings.CutPrefix(line, "= "); ok {
					kind = Kind(name)
					continue
				}
				if line == "" || line[0] == '#' {
					continue
				}
				m := message.Parse([]byte("From: Firma <post@firma.example>\n\n" + strings.ReplaceAll(line, "\\n", "\n")))
				got := Read(m, Asked{}, time.Time{})
				all++
				switch {
				case got.Kind == kind:
					right++
				case !got.Doubtful:
					firm++
					t.Logf("wrong and sure: %s was read as %s, %.2f: %s", kind, got.Kind, got.Probability, line)
				}
				if got.Doubtful {
					doubtful++
				}
			}
			t.Logf("%d letters: %d right, %d wrong and sure, %d doubtful", all, right, firm, doubtful)
			if all < 70 || firm > most.firm || doubtful > most.doubtful {
				t.Errorf("of %d letters %d are wrong and sure and %d doubtful, want at most %d and %d", all, firm, doubtful, most.firm, most.doubtful)
			}
		})
	}
}

// TestUnseenMail reads whole letters from which nothing has learnt, of all kinds and languages, and holds how many are
// wrong and sure, and how many doubtful, in a thousand, to what was measured.
func TestUnseenMail(t *testing.T) {
	for name, most := range map[string]struct{ firm, doubtful int }{"fifteenth": {5, 165}, "twentieth": {7, 240}} {
		t.Run(name, func(t *testing.T) {
			c := confuse(t, "testdata/unseen/"+name)
			t.Log(c)
			doubtful := 0
			for _, n := range c.unsure {
				doubtful += n
			}
			if n := len(corpus(t, "testdata/unseen/"+name)); n < 200 || c.firm*1000 > most.firm*n || doubtful*1000 > most.doubtful*n {
				t.Errorf("of %d letters %d are wrong and sure and %d doubtful, want at most %d and %d in a thousand",
					n, c.firm, doubtful, most.firm, most.doubtful)
			}
		})
	}
}
