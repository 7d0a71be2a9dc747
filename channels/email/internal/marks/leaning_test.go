package marks

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of people's marks anew")

// TestPeople holds the table against the letters that it was counted on.
func TestPeople(t *testing.T) {
	counted, letters := map[string]float64{}, 0
	for _, name := range strings.Fields("before after fresh second third fourth fifth sixth seventh eighth ninth tenth eleventh") {
		folder := filepath.Join("../../../../probes/reading/testdata", name)
		for _, file := range answers(t, filepath.Join(folder, "manifest.csv")) {
			message, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(message, []byte("\nAuto-Submitted:")) || bytes.Contains(message, []byte("\nX-Mailer:")) {
				continue
			}
			letters++
			for _, mark := range Of(message) {
				counted[mark]++
			}
		}
	}
	table := map[string]float64{}
	for mark, n := range counted {
		kind, _, _ := strings.Cut(mark, ":")
		asks := strings.Contains(mark, "question") // the letters at hand are answers
		if slices.Contains([]string{"header", "content", "size", "typing", "subject"}, kind) && !asks {
			table[mark] = math.Round(100*n/float64(letters)) / 100
		}
	}
	// Staff write from addresses without a number or a tag; these are about the
	// shares of addresses at free providers.
	table["sender: plus in the address"], table["sender: digits in the address"], table["sender: dot in the address"] = 0.01, 0.22, 0.42
	want, err := json.MarshalIndent(table, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if want = append(want, '\n'); *update {
		if err := os.WriteFile("people.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("people.json"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("people.json is not what the %d letters say (%v); go test -update", letters, err)
	}
}

// answers returns the files of a manifest that hold a person's answer.
func answers(t *testing.T, manifest string) (files []string) {
	t.Helper()
	text, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row[1] == "answer" {
			files = append(files, row[0])
		}
	}
	return files
}

func TestLeaning(t *testing.T) {
	var alike, different [][]byte
	for n := range 50 {
		alike = append(alike, fmt.Appendf(nil, "Message-ID: <x%d@a.no>\r\nTo: post@kraft.example\r\nSubject: Pris\r\nFrom: \"Kari\" <kari+t%d@a.no>\r\n"+
			"Date: Mon, 2 Feb 2026 10:00:00 +0100\r\n\r\nHei!\n\nHva koster strøm hos dere i %d?\n\nKari\n", n, n, n))
		different = append(different, fmt.Appendf(nil, "From: Kari <kari@a.no>\r\nTo: post@kraft.example\r\nSubject: Spørsmål om pris %d\r\n"+
			"Date: Mon, 2 Feb 2026 10:00:00 +0100\r\nMessage-ID: <x%d@a.no>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"+
			"Content-Transfer-Encoding: 8bit\r\n\r\n%s", n, n, strings.Repeat(fmt.Sprintf("ord%c%c ", 'a'+n%26, 'a'+n/26), 9+n)))
	}
	told := fmt.Sprint(Leaning(alike))
	for _, want := range []string{"header: date before content-type (0 % of openers, 90 % of people's letters)", "plus in the address", `words: "hva koster strøm" (100 % of openers, 0 % of`} {
		if !strings.Contains(told, want) {
			t.Errorf("got %s, want %s in it", told, want)
		}
	}
	for _, l := range Leaning(different) {
		if strings.HasPrefix(l.Mark, "header") || strings.HasPrefix(l.Mark, "words") {
			t.Errorf("got %v of letters as people write them", l)
		}
	}
	if none := Leaning(nil); none != nil {
		t.Errorf("got %v of no letters", none)
	}
}
