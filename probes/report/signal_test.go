package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

// TestEverySignal: why letters were read as they were is told in each language, whichever
// signals the reader has met in the letters that it is tried on.
func TestEverySignal(t *testing.T) {
	printers, err := Printers(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../reading/testdata/*/*.eml")
	if err != nil || len(files) < 500 {
		t.Fatalf("%d letters, %v", len(files), err)
	}
	if testing.Short() {
		files = files[:500]
	}
	met := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range reading.Read(message.Parse(raw), reading.Asked{}, time.Time{}).Because {
			met[r.Signal] = true
		}
	}
	for _, p := range printers[1:] {
		for signal := range met {
			if _, said := p.lang.Phrases["signal: "+signal]; !said {
				t.Errorf("%s: %q has no words", p.Tag(), signal)
			}
		}
	}
	t.Logf("%d letters, %d signals", len(files), len(met))
}

// TestReasons: a reason that has no words in the language, as of another version, stands as it is.
func TestReasons(t *testing.T) {
	printers, err := Printers(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	because := []reading.Reason{
		{Signal: "this line came in 14 of 15 mails", Saw: "Prøv vår assistent!"},
		{Signal: "promise", Weight: 6, Saw: "innen to dager"},
		{Signal: "the reader of signals", Saw: "deflection, 0.93"},
		{Signal: "100 %d <b>", Weight: -2, Saw: "%s"},
	}
	for tag, want := range map[string]string{
		"en": "this line came in 14 of 15 mails (+0): Prøv vår assistent!|promise (+6): innen to dager|the reader of signals (+0): deflection, 0.93|100 %d <b> (-2): %s",
		"nb": "denne linjen kom i 14 av 15 meldinger (+0): Prøv vår assistent!|løfte om svar (+6): innen to dager|leseren av kjennetegn (+0): henvisning, 0.93|100 %d <b> (-2): %s",
	} {
		for _, p := range printers {
			if got := strings.Join(p.Reasons(because), "|"); p.Tag().String() == tag && got != want {
				t.Errorf("%s: %s, want %s", tag, got, want)
			}
		}
	}
}
