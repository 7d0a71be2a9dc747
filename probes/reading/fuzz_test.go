package reading

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// seeds adds our own fixtures and some broken mail to a fuzz target.
func seeds(f *testing.F) {
	for _, dir := range []string{"before", "after", "fresh", "fourth"} {
		names, _ := filepath.Glob(filepath.Join("testdata", dir, "*.*"))
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw)
		}
	}
	f.Add([]byte("From x\nFrom: a@b\n\n>From y\n\nFrom z\n\nx"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=\n\n--\n--\n----"))
	f.Add([]byte("Subject: =?x?q?=?=\r\rbody\rDen skrev:\r> x"))
}

func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := message.Parse(raw)
		if len(match.Clues(m)) > 120 {
			t.Error("more clues than there may be")
		}
		if !utf8.ValidString(m.Text) || !utf8.ValidString(m.Subject()) {
			t.Error("text is not UTF-8")
		}
		for _, clue := range match.Clues(m) {
			if !utf8.ValidString(clue.Key) || strings.ContainsFunc(clue.Key, unicode.IsControl) {
				t.Errorf("key %q cannot be kept", clue.Key)
			}
		}
		if from := m.From(); from != strings.ToLower(from) {
			t.Errorf("From %q is not in lower case", from)
		}
		m.Date()
		m.ID()
	})
}

func FuzzRead(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		told := []string{"", "human", "bot", "acknowledgement", "unknown"}[len(raw)%5]
		asked := Asked{Responder: told, Why: string(raw[:min(len(raw), 20)]), Subject: "Spørsmål", Text: "Hva koster det?", At: time.Unix(0, 0)}
		for _, m := range []message.Message{message.Parse(raw), message.Plain(string(raw))} {
			r := Read(m, asked, time.Unix(30, 0))
			if r.Kind == "" || r.Permanent && r.Kind != Bounce {
				t.Errorf("reading makes no sense: %+v", r)
			}
			if !utf8.ValidString(r.Text) || len(r.Text) > 2<<20 {
				t.Errorf("text of %d bytes", len(r.Text))
			}
			for _, because := range r.Because {
				if !utf8.ValidString(because.Saw) || strings.ContainsRune(because.Saw, 0) {
					t.Errorf("reason %q cannot be kept", because.Saw)
				}
			}
			if strings.ContainsAny(r.Text, "\x00\r") || strings.Contains(r.Status, "\x00") {
				t.Errorf("text %q cannot be kept", r.Text)
			}
			if of := fingerprint.Of(m); of != "" && (len(of) != 16 || fingerprint.Alike(of, []string{of}) != 1) {
				t.Errorf("the fingerprint %q differs from itself", of)
			}
			if told == "human" && (r.Kind == Bot || r.Kind == Acknowledgement) && because(r, "the platform says human") != "" {
				t.Errorf("a person is read as %s", r.Kind)
			}
			match.Centre(m, []match.CentreRule{{ID: "a", From: "*@b"}, {ID: "b", Signature: "Firma"}})
		}
	})
}

func FuzzMbox(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		size := 0
		for one, err := range message.Mbox(bytes.NewReader(raw)) {
			if err != nil {
				t.Fatal(err)
			}
			size += len(one)
		}
		if size > len(raw) {
			t.Errorf("%d bytes came out of %d", size, len(raw))
		}
	})
}
