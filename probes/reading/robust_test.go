package reading

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/message"
)

// labelledTexts returns the mails of all folders of testdata, and those beside the project
// where they are there.
func labelledTexts(t testing.TB) map[string][]byte {
	t.Helper()
	texts := map[string][]byte{}
	for _, pattern := range []string{"testdata/*/*.eml", "testdata/*/*.txt", "../../../shared/mail/*/*.eml", "../../../shared/cases/*/*.eml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts[file] = raw
		}
	}
	if len(texts) < 500 {
		t.Fatalf("only %d mails", len(texts))
	}
	return texts
}

// readWhole reads a mail as the engine does, and returns what the reader failed with.
func readWhole(raw []byte) error {
	m := message.Parse(raw)
	fingerprint.Of(m)
	if r := Read(m, Asked{Subject: "Pris", Text: "Hva koster det?"}, time.Time{}); r.Failed() && r.Because[0].Signal != closedSignal {
		return fmt.Errorf("%+v", r.Because)
	}
	return nil
}

// endings are signatures, rules and footers that mail programs, desks and people put below
// what they write, blanks and all.
func endings() []string {
	return []string{
		"\n-- \n    Kari\n", "\n--\n\tKari Holm\n\tKundeservice\n", "\n  -- \n  Åse  \n", "\n—\n   Øyvind\n", "\n   Mvh\n      Æsa Ås\n",
		"\n---------------------------\n---------------------------\nIngrid, 24 Nov 2026, 10:12 CET\n\nHei.\n",
		"\n---------------------------\n\n---------------------------\nIngrid, 24 Nov 2026, 10:12 CET\n---------------------------\n",
		"\n________________________________\n  Fjord Kraft AS  \n", "\n> \n>\n", "\nOn Mon, 1 Jan 2026 at 10:00 Kari <k@a.example>\nwrote:\n",
		"\n\u00a0\u00a0Hilsen\u2028   \u200bKari\n", "\n  Sendt fra min iPhone\n\n\n  ", "\n\u0130stanbul\n \u0130\n",
	}
}

// TestNoLineStopsTheReader: blanks before any line, and any signature or footer below, stop
// no reading of a labelled mail.
func TestNoLineStopsTheReader(t *testing.T) {
	for file, raw := range labelledTexts(t) {
		body := strings.Index(string(raw), "\n\n") + 1
		if err := readWhole(raw); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		lines := strings.SplitAfter(string(raw[body:]), "\n")
		for i := range lines[:min(len(lines), 60)] {
			if testing.Short() && (i+len(raw))%97 != 0 {
				continue
			}
			was, indent := lines[i], []string{"    ", "\t", "\u00a0\u2003"}[i%3]
			lines[i] = indent + was
			if err := readWhole([]byte(string(raw[:body]) + strings.Join(lines, ""))); err != nil {
				t.Fatalf("%s, line %d of the text indented by %q: %v", file, i+1, indent, err)
			}
			lines[i] = was
		}
		for i, ending := range endings() {
			if testing.Short() && (i+len(raw))%29 != 0 {
				continue
			}
			if err := readWhole([]byte(string(raw) + ending)); err != nil {
				t.Fatalf("%s with %q below: %v", file, ending, err)
			}
			if err := readWhole([]byte(string(raw[:body]) + ending + string(raw[body:]))); err != nil {
				t.Fatalf("%s with %q above: %v", file, ending, err)
			}
		}
	}
}

// TestFailedReadingIsDoubtful: what stops the reader costs one reading, and says so.
func TestFailedReadingIsDoubtful(t *testing.T) {
	got := guarded(func() Reading { panic("slice bounds out of range") })
	if got.Kind != Other || !got.Doubtful || !got.Failed() || len(got.Because) != 1 {
		t.Fatalf("got %+v", got)
	}
	if want := (Reason{"the reader failed", 0, "slice bounds out of range"}); got.Because[0] != want {
		t.Errorf("got %+v, want %+v", got.Because[0], want)
	}
	if r := Read(message.Message{Failed: "index out of range"}, Asked{}, time.Time{}); !r.Failed() || !r.Doubtful {
		t.Errorf("a message that could not be taken apart: got %+v", r)
	}
	if r := Read(message.Plain("Det koster 299 kr."), Asked{}, time.Time{}); r.Failed() {
		t.Errorf("a reading that went well: got %+v", r)
	}
}

// TestReadsWhatStoppedTheReader holds the lines that once did.
func TestReadsWhatStoppedTheReader(t *testing.T) {
	for name, text := range map[string]string{
		"indented signature": "Hei, det koster 299 kr per måned.\n\n-- \n    Kari\n",
		"two dashed rules":   "--------------------------------------------\n--------------------------------------------\nIngrid, 24 Nov 2026, 10:12 CET\n\nHei, 299 kr.\n",
		"closing with tabs":  "Hei, det koster 299 kr per måned.\n\n\t\tMvh\n\t\tKari Ås\n",
	} {
		t.Run(name, func(t *testing.T) {
			got := Read(message.Parse([]byte("From: Kari <kari@a.example>\nSubject: Re: Pris\n\n"+text)), Asked{}, time.Time{})
			if got.Kind != Answer || got.Failed() {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestOctetsAreNoAnswer: what holds octets that no text has, or no word at all, is never surely written by a person.
func TestOctetsAreNoAnswer(t *testing.T) {
	head := "From: Kari Lie <kari.lie@firma.example>\nTo: ola@kunde.example\nSubject: Re: Pris\nIn-Reply-To: <a@b.example>\n\n"
	for _, body := range []string{
		"\x00\xff\xfe", "\xff\xfeh\x00e\x00i\x00", "\xfe\xff\x00J\x00a", "PK\x03\x04\x14\x00\x06\x00", "\x7fELF\x02\x01\x01\x00", "...", "?", "",
		"Ja, det går fint.\x00\x01\x02",
	} {
		for _, m := range []message.Message{message.Parse([]byte(body)), message.Parse([]byte(head + body)), message.Plain(body)} {
			if r := Read(m, Asked{}, time.Time{}); r.written() && !r.Doubtful {
				t.Errorf("%q: surely %s", body, r.Kind)
			}
		}
	}
}
