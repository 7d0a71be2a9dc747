package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/reading"
)

// measured returns a letter that is labelled, read and held to be so with a probability.
func measured(label, read reading.Kind, p float64) letter {
	return letter{label, "nb", reading.Reading{Kind: read, Probability: p, Doubtful: p < 0.9}}
}

// TestCount tells right, wrong and sure, and doubtful apart; what is right may be doubtful.
func TestCount(t *testing.T) {
	letters := []letter{
		measured(reading.Answer, reading.Answer, 0.99), measured(reading.Answer, reading.Answer, 0.5),
		measured(reading.Bot, reading.Answer, 0.95), measured(reading.Other, reading.Answer, 0.6),
	}
	got := count(letters, func(letter) bool { return true })
	if want := (tally{letters: 4, right: 2, wrong: 1, doubtful: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := count(letters, func(l letter) bool { return l.label == reading.Bot }); got != (tally{1, 0, 1, 0}) {
		t.Errorf("got %+v of the bots", got)
	}
	bins := reliability(letters)
	if len(bins) != 4 || bins[3].letters != 1 || bins[3].met() != 1 || bins[2].met() != 0 {
		t.Errorf("got %+v", bins)
	}
}

// TestRun reads a folder, with and without what was asked, and draws its diagram.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.eml":        "From: Ole <ole@firma.example>\nSubject: SV: Pris\nIn-Reply-To: <a@b>\n\nDen koster 349 kroner i måneden.\n\nMvh Ole",
		"manifest.csv": "file,label,language,form,topic\na.eml,answer,nb,plain,price\n",
		"asked.csv":    "topic,language,subject,text\nprice,nb,Pris,Hva koster den?\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, asked := range []string{"", filepath.Join(dir, "asked.csv")} {
		var out strings.Builder
		picture := filepath.Join(dir, "r.svg")
		if err := run(dir, asked, picture, &out); err != nil {
			t.Fatal(err)
		}
		if want := "| all | 1 | 100.0 % (20.7 to 100.0) | 0.0 % (0.0 to 79.3) | 0.0 %"; !strings.Contains(out.String(), want) {
			t.Errorf("got %s, want %s in it", out.String(), want)
		}
		svg, err := os.ReadFile(picture)
		if err != nil || !strings.HasSuffix(string(svg), "</svg>\n") || strings.Count(string(svg), "<circle") != 1 {
			t.Errorf("got %s, %v", svg, err)
		}
	}
	if err := run(t.TempDir(), "", "", &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "manifest.csv") {
		t.Errorf("a folder without a manifest: %v", err)
	}
}
