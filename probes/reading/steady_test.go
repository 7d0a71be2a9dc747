package reading

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// additions are what stands around letters without saying anything of them: footers, signatures, and
// the header that a redirecting rule leaves.
func additions() map[string]func(raw string) string {
	below := func(text string) func(string) string {
		return func(raw string) string { return strings.TrimRight(raw, "\n") + "\n\n" + text + "\n" }
	}
	return map[string]func(string) string{
		"redirect":        func(raw string) string { return "X-MS-Exchange-Inbox-Rules-Loop: post@firma.example\n" + raw },
		"signature":       below("-- \nKari Lie\nKunderådgiver\nTlf. 22 00 00 01"),
		"advert nb":       below("Tips: Prøv vår digitale assistent Kim på nettsidene, døgnet rundt!"),
		"advert en":       below("Try our virtual assistant, available 24/7 at firma.example."),
		"advert sv":       below("Testa gärna vår chattbot på hemsidan, den svarar dygnet runt."),
		"disclaimer":      below("Denne e-posten kan inneholde fortrolig informasjon. Er du ikke rett mottaker, ber vi deg slette den."),
		"list":            below("_______________________________________________\nKundeliste\nhttps://lister.example/kunde"),
		"blanks in front": func(raw string) string { return strings.Replace(raw, "\n\n", "\n\n   ", 1) },
	}
}

// TestAdditionsChangeNothing: what stands around a letter never makes it surely another kind.
func TestAdditionsChangeNothing(t *testing.T) {
	tried, changed := 0, 0
	for file, raw := range labelledTexts(t) {
		if !strings.Contains(file, "testdata/") || strings.HasSuffix(file, ".txt") || testing.Short() && len(file)%5 != 0 {
			continue
		}
		was := Read(message.Parse(raw), Asked{}, time.Time{})
		if was.Doubtful || was.Kind != Answer && was.Kind != Deflection && was.Kind != Acknowledgement {
			continue
		}
		for name, add := range additions() {
			tried++
			is := Read(message.Parse([]byte(add(string(raw)))), Asked{}, time.Time{})
			if is.Kind != was.Kind && !is.Doubtful {
				changed++
				t.Logf("%s with %s: %s became %s\n%v", file, name, was.Kind, is.Kind, is.Because)
			}
		}
	}
	t.Logf("%d tried, %d changed", tried, changed)
	if tried == 0 || changed*500 > tried {
		t.Errorf("%d of %d became surely another kind, want at most 0.2 %%", changed, tried)
	}
}
