package reading

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// additions are what stands around letters without saying anything of them: footers, signatures, and
// the header that a redirecting rule leaves.
func additions() map[string]func(raw string) string {
	below := func(text string) func(string) string {
		return func(raw string) string {
			if !legible(raw) {
				return raw
			}
			return strings.TrimRight(raw, "\n") + "\n\n" + text + "\n"
		}
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
		"indented":        indented,
	}
}

// indented returns a letter with its lines two blanks in.
func indented(raw string) string {
	if !legible(raw) {
		return raw
	}
	header, body, _ := strings.Cut(raw, "\n\n")
	return header + "\n\n  " + strings.ReplaceAll(body, "\n", "\n  ")
}

// legible reports whether the text of a letter stands in it as it was written, so that something can be added.
func legible(raw string) bool {
	header, _, _ := strings.Cut(strings.ToLower(raw), "\n\n")
	for _, wrapped := range []string{"multipart/", "text/html", "base64", "quoted-printable"} {
		if strings.Contains(header, wrapped) {
			return false
		}
	}
	return true
}

// FuzzAdditions puts up to three additions around what somebody wrote to the customer, in any order: they never
// make it surely another kind, and a newsletter, an invoice or the like never surely a person's. Of an absence a name
// below it may make a person's letter; adverts below a quote are sentences of their own, which tip one letter in a few hundred.
func FuzzAdditions(f *testing.F) {
	var letters []string
	for file, raw := range labelledTexts(f) {
		if strings.HasPrefix(file, "testdata/") && strings.HasSuffix(file, ".eml") {
			letters = append(letters, string(raw))
		}
	}
	slices.Sort(letters)
	names := slices.Sorted(maps.Keys(additions()))
	for i := range 40 {
		f.Add(uint16(i*37), byte(i), byte(i/3), byte(i/7))
	}
	f.Fuzz(func(t *testing.T, letter uint16, first, second, third byte) {
		raw := letters[int(letter)%len(letters)]
		was := Read(message.Parse([]byte(raw)), Asked{}, time.Time{})
		if was.Doubtful || was.Kind != Answer && was.Kind != Deflection && was.Kind != Acknowledgement && was.Kind != Other {
			return
		}
		var put []string
		for _, which := range []byte{first, second, third} {
			name := names[int(which)%len(names)]
			if slices.Contains(put, name) || strings.HasPrefix(name, "advert") {
				continue
			}
			put, raw = append(put, name), additions()[name](raw)
		}
		is := Read(message.Parse([]byte(raw)), Asked{}, time.Time{})
		if is.Kind != was.Kind && !is.Doubtful && (was.Kind != Other || is.written()) {
			t.Errorf("with %v %s became %s\n%v\n%s", put, was.Kind, is.Kind, is.Because, raw)
		}
	})
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

// TestAwayUnderASignature: who says that he is away, without any mark of a machine, is not surely answering because
// he signs with more than his name.
func TestAwayUnderASignature(t *testing.T) {
	for _, text := range []string{
		"Hei, er hjemme med sykt barn i dag og i morgen, så mailen får ligge.",
		"Hej, är hemma med sjukt barn i dag och i morgon, så mejlen får vänta.",
		"Hi, I'm off sick today and tomorrow so email will have to wait.",
	} {
		raw := "From: Guro Vik <guro@dyrlegen.example>\nSubject: SV: Vaksine\nIn-Reply-To: <a@b.example>\n\n" + text
		for _, name := range []string{"disclaimer", "list", "signature"} {
			raw = additions()[name](raw)
		}
		if r := Read(message.Parse([]byte(raw)), Asked{}, time.Time{}); r.Kind == Answer && !r.Doubtful {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

// TestNewsletterUnderASignature: a newsletter that a person signs sends its readers elsewhere, and is surely no
// deflection.
func TestNewsletterUnderASignature(t *testing.T) {
	for _, text := range []string{
		"Ukens nyhetsbrev: tre nye tilbud på hagemøbler. Se dem i nettbutikken. Du får dette fordi du er medlem. Meld deg av her.",
		"Veckans nyhetsbrev: tre nya erbjudanden på trädgårdsmöbler. Se dem i webbshoppen. Avregistrera dig här.",
		"This week's newsletter: three new offers on garden furniture. See them in our web shop. Unsubscribe here.",
	} {
		raw := "From: Kari Lie <kari.lie@firma.example>\nTo: ola@kunde.example\nSubject: Nytt\n\n" + text
		for _, name := range []string{"", "signature", "disclaimer"} {
			if name != "" {
				raw = additions()[name](raw)
			}
			if r := Read(message.Parse([]byte(raw)), Asked{}, time.Time{}); r.written() && !r.Doubtful {
				t.Errorf("%q: %+v", raw, r)
			}
		}
	}
}
