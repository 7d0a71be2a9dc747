package reading

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// BenchmarkRead parses and reads small messages: one operation is one message.
func BenchmarkRead(b *testing.B) {
	var raws [][]byte
	for _, dir := range []string{"before", "after"} {
		names, _ := filepath.Glob(filepath.Join("testdata", dir, "*.eml"))
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				b.Fatal(err)
			}
			raws = append(raws, raw)
		}
	}
	Read(message.Parse(raws[0]), Asked{}, time.Time{})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m := message.Parse(raws[i%len(raws)])
		match.Clues(m)
		Read(m, Asked{}, time.Time{})
	}
}

// hostile is mail made to cost as much as it can.
func hostile() map[string]string {
	const head = "From: a@b.example\nSubject: x\n"
	line := strings.Repeat("x", 75) + "\n"
	return map[string]string{
		"attachment":    head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHei\n--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat(line, 30<<20/76) + "--b--\n",
		"continuations": head + "X-Long: a" + strings.Repeat("\n b", 8<<20/3) + "\n\nHei",
		"fields":        head + strings.Repeat("X: y\n", 1<<20) + "\nHei",
		"quotes":        head + "\nHei\n" + strings.Repeat(">\nx\n\n", 1<<20),
		"headers":       head + "\n" + strings.Repeat("Fra: a@b 12:00\n", 1<<19),
		"addresses":     head + "To: " + strings.Repeat("a@b,", 1<<20) + "\n\n" + strings.Repeat("<a@b>", 1<<20),
		"nested":        nest(head, 3000),
		"html":          head + "Content-Type: text/html\n\n" + strings.Repeat("<blockquote><div>", 1<<18),
		"boundaries":    head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 1<<20),
		"one line":      head + "\n" + strings.Repeat("ring oss på ", 1<<20),
		"no breaks":     strings.Repeat("vi har mottatt din ", 1<<20),
		"dashes":        head + "\n" + strings.Repeat(strings.Repeat("-", 30)+"\n", 1<<17),
		"form":          head + "\n" + strings.Repeat("Navn: Kari 12 kr\n", 1<<19),
		"numbers":       head + "\n" + strings.Repeat("1 2 x ", 1<<20),
		"control":       head + "\n" + strings.Repeat("\x00\x1b=", 1<<20),
		"closings":      head + "\nHei\n" + strings.Repeat("Mvh A B C D\n", 1<<19),
		"hosts":         head + "Received: " + strings.Repeat("b.example.", 1<<18) + "\n\nHei",
		"carriage":      head + "\n" + strings.Repeat("\r", 8<<20),
	}
}

// nest makes a multipart within a multipart, many times over.
func nest(head string, depth int) string {
	var out strings.Builder
	out.WriteString(head)
	for range depth {
		out.WriteString("Content-Type: multipart/mixed; boundary=b\n\n--b\n")
	}
	return out.String() + "Content-Type: text/plain\n\nHei\n"
}

// patience is how long hostile mail may take. It takes a second at most where nothing else runs;
// what grows with the square of its size takes hours, so that a busy machine and the race
// detector can be allowed for.
const patience = time.Minute

func TestHostileMailIsBounded(t *testing.T) {
	for name, raw := range hostile() {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			m := message.Parse([]byte(raw))
			match.Clues(m)
			Read(m, Asked{Text: "Hei"}, time.Time{})
			match.Centre(m, []match.CentreRule{{ID: "x", Received: "b.example"}, {ID: "y", Signature: "Mvh A"}})
			fingerprint.Hash(m.Text)
			if took := time.Since(begin); took > patience {
				t.Errorf("took %v, want at most %v", took, patience)
			} else {
				t.Log(took)
			}
		})
	}
}
