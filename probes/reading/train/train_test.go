package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/svartid/svartid/probes/reading/internal/model"
)

// taught writes a few letters and sentences into a folder.
func taught(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const head = "From: Firma <post@firma.example>\nSubject: SV: Pris\nIn-Reply-To: <a@b>\n\n"
	for _, maker := range []string{"one", "two"} {
		write(maker+"/a.eml", head+"Den koster 349 kroner i måneden.")
		write(maker+"/b.eml", head+"Vi har mottatt meldingen og svarer snart.")
		write(maker+"/c.eml", head+"Jeg er på ferie til fredag.")
		write(maker+"/d.eml", "From: MAILER-DAEMON@b.example\nSubject: Undelivered Mail Returned to Sender\n\nuser unknown")
		write(maker+"/manifest.csv", "file,label\na.eml,answer\nb.eml,auto-ack\nc.eml,out-of-office\nd.eml,bounce\n")
	}
	write("lines/x.txt", "# a comment\n= deflection\nRing oss.\\nHilsen Tone\n")
	write("sentences/nb.txt", "= filler\nHei Kari\n= answer\nDet koster 20 kroner\n= other\nMeld deg av\n")
	return []string{filepath.Join(dir, "one"), filepath.Join(dir, "two"), filepath.Join(dir, "lines") + "=0.5", filepath.Join(dir, "sentences")}
}

// TestSameFoldersSameTables: equal input gives equal tables, byte for byte, and they can be read.
func TestSameFoldersSameTables(t *testing.T) {
	folders, a, b := taught(t), t.TempDir(), t.TempDir()
	for _, out := range []string{a, b} {
		if err := run(folders, out, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"ngrams.bin", "readers.json"} {
		first, err := os.ReadFile(filepath.Join(a, name))
		if err != nil {
			t.Fatal(err)
		}
		second, err := os.ReadFile(filepath.Join(b, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("%s is not the same the second time", name)
		}
		if name == "readers.json" {
			if _, err := model.DecodeReaders(first); err != nil {
				t.Error(err)
			}
		} else if _, err := model.DecodeNgrams(string(first)); err != nil {
			t.Error(err)
		}
	}
}

// TestGather: reports on delivery teach nothing, and faults are said with their place.
func TestGather(t *testing.T) {
	m, err := gather(taught(t))
	if err != nil {
		t.Fatal(err)
	}
	letters := 0
	for _, l := range m.letters {
		if l.weight >= 0.5 {
			letters++
		}
	}
	if letters != 2*3+1 || len(m.sentences) != 3 || len(m.folders) != 3 {
		t.Errorf("got %d letters, %d sentences, %v", letters, len(m.sentences), m.folders)
	}
	for _, args := range [][]string{{"nowhere"}, {t.TempDir()}, {"x=heavy"}} {
		if _, err := gather(args); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}

// TestSigns: a signal speaks for no kind but those of its side.
func TestSigns(t *testing.T) {
	var samples []sample
	for i := range 40 {
		// The signal of a machine stands beside answers only: it may teach nothing for them.
		samples = append(samples, sample{map[string]float64{"machine/mark": 1, "person/fact": float64(i % 2)}, i % 2, 1})
	}
	r := fit{penalty: 0.001, rounds: 50, signed: true, least: 1}.learn(samples)
	for i, name := range r.Features {
		for c, class := range r.Classes {
			w := r.Weights[c][i]
			if name == "machine/mark" && (class == "answer" || class == "deflection") && w > 0 {
				t.Errorf("%s speaks for %s by %v", name, class, w)
			}
			if name == "person/fact" && (class == "answer" && w < 0 || class != "answer" && w > 0) {
				t.Errorf("%s weighs %v for %s", name, w, class)
			}
		}
	}
}
