package reading

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/message"
)

// heardFrom makes the template of a centre that has written texts to as many customers who asked
// something else.
func heardFrom(key string, texts ...string) Template {
	t := Template{Key: []byte(key), Others: len(texts), Lines: map[string]int{}}
	for _, text := range texts {
		for _, line := range fingerprint.Lines(message.Parse([]byte(desk+text)), t.Key) {
			t.Lines[line]++
		}
	}
	return t
}

// TestTemplateIsTakenOut: what a centre writes to everybody says nothing of who wrote this letter.
func TestTemplateIsTakenOut(t *testing.T) {
	const advert = "\n\nVår digitale medarbeider Kim er en chatbot som svarer deg hele døgnet på alle spørsmål."
	var others []string
	for i := range 6 {
		others = append(others, fmt.Sprintf("Hei! Takk for at du skrev til oss om sak %d. Vi ser frem til å hjelpe deg videre med dette.%s", i, advert))
	}
	template := heardFrom("secret", others...)
	asked := Asked{Subject: "Leie av lokale", Text: "Hva koster det å leie lokalet?", Template: template}
	m := message.Parse([]byte(desk + "Hei Kari! Lokalet koster 4 000 kroner en lørdag, og du kan få det i juni.\n\nMvh Tone" + advert))
	got := Read(m, asked, time.Time{})
	if got.Kind != Answer || got.Doubtful {
		t.Errorf("an answer over an advert: got %s, doubtful %v\n%v", got.Kind, got.Doubtful, got.Because)
	}
	if !strings.Contains(got.Text, "4 000") {
		t.Errorf("the text is not as it was written: %q", got.Text)
	}
	m = message.Parse([]byte(desk + others[0]))
	if got = Read(m, asked, time.Time{}); got.Kind == Answer {
		t.Errorf("nothing but template: got %s, doubtful %v\n%v", got.Kind, got.Doubtful, got.Because)
	}
	said := false
	for _, b := range got.Because {
		said = said || strings.HasPrefix(b.Signal, "this line came in 6 of 6 mails")
	}
	if !said {
		t.Errorf("does not say which line came how often: %v", got.Because)
	}
}

// TestFewContactsProveNothing: a letter that is template altogether is doubtful where the centre has
// answered few others.
func TestFewContactsProveNothing(t *testing.T) {
	text := "Hei! Det ordner vi gjerne for deg, og vi setter i gang arbeidet allerede på stedet."
	for others, want := range map[int]bool{2: true, 4: true, 6: false} {
		var texts []string
		for range others {
			texts = append(texts, text)
		}
		got := Read(message.Parse([]byte(desk+text)), Asked{Text: "Noe annet?", Template: heardFrom("k", texts...)}, time.Time{})
		if others < enoughContacts && got.Doubtful != want {
			t.Errorf("%d others: doubtful %v, want %v: %v", others, got.Doubtful, want, got.Because)
		}
		if got.Kind == Answer {
			t.Errorf("%d others: read as an answer", others)
		}
	}
}

// TestFactIsNoTemplate: a price that was asked for is an answer however often it is given.
func TestFactIsNoTemplate(t *testing.T) {
	text := "Abonnementet koster 349 kroner i måneden hos oss, og det er ingen binding."
	got := Read(message.Parse([]byte(desk+text)), Asked{Text: "Hva koster abonnementet?", Template: heardFrom("k", text, text, text, text, text, text)}, time.Time{})
	if got.Kind != Answer {
		t.Errorf("got %s: %v", got.Kind, got.Because)
	}
}

// TestLinesAreKeyed: without the key a fingerprint tells nothing of its words.
func TestLinesAreKeyed(t *testing.T) {
	m := message.Parse([]byte(desk + "Vi har fått meldingen og ser på den.\n\nHilsen Kari\nPrøv gjerne chatten på nettsiden vår."))
	a, b := fingerprint.Lines(m, []byte("a")), fingerprint.Lines(m, []byte("b"))
	if len(a) != 2 || len(b) != len(a) || a[0] == b[0] {
		t.Errorf("got %v and %v", a, b)
	}
	if got := fingerprint.Lines(m, nil); got != nil {
		t.Errorf("without a key: got %v", got)
	}
	other := fingerprint.Lines(message.Parse([]byte(desk+"Vi har fått meldingen og ser på den.")), []byte("a"))
	if len(other) != 1 || other[0] != a[0] {
		t.Errorf("the same line has another fingerprint: %v and %v", other, a)
	}
}

// TestDisclosureIsNoTemplate: a machine that says what it is in every letter does
// not become a person by that.
func TestDisclosureIsNoTemplate(t *testing.T) {
	const disclosure = "Jeg er en chatbot, og dette svaret er skrevet av en kunstig intelligens."
	own := " Abonnementet koster 349 kroner i måneden, og det er ingen bindingstid."
	got := Read(message.Parse([]byte(desk+disclosure+own)), Asked{
		Text: "Hva koster det?", Template: heardFrom("k", slices.Repeat([]string{disclosure}, 8)...),
	}, time.Time{})
	if got.Kind != Bot {
		t.Errorf("got %s: %v", got.Kind, got.Because)
	}
}

// TestDiffers: a letter is read anew where a line of it has become template, or has
// ceased to be, and where there are enough contacts at last to say that all of it is.
func TestDiffers(t *testing.T) {
	of := func(others, times int) Template { return Template{Others: others, Lines: map[string]int{"a": times}} }
	for name, tt := range map[string]struct {
		before, now Template
		lines       []string
		want        bool
	}{
		"becomes template":        {of(1, 1), of(2, 2), []string{"b", "a"}, true},
		"is none any more":        {of(2, 2), of(2, 1), []string{"a"}, true},
		"was template before":     {of(2, 2), of(3, 3), []string{"a"}, false},
		"there are enough others": {of(enoughContacts-1, 3), of(enoughContacts, 3), []string{"a"}, true},
		"enough, and no template": {of(enoughContacts-1, 1), of(enoughContacts, 1), []string{"a"}, false},
		"of another letter":       {of(1, 1), of(2, 2), []string{"b"}, false},
		"nothing is known":        {Template{}, Template{}, []string{"a"}, false},
	} {
		if got := tt.now.Differs(tt.before, tt.lines); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

// TestSigner finds the name that a letter is signed with.
func TestSigner(t *testing.T) {
	for text, want := range map[string]string{
		"Ja, det går fint.\n\nMvh\nIngrid Moe":                     "ingrid mo",
		"Ja, det går fint.\n\nVennlig hilsen\nIda, Kundeservice":   "ida",
		"Ja, det går fint.\n\nHilsen Ida hos Nordlys":              "ida",
		"Ja, det går fint.\n\nVennlig hilsen\nKundeservice":        "",
		"Ja, det går fint.":                                        "",
		"Ja, det går fint.\n\nMed vennlig hilsen\noss på kontoret": "",
	} {
		if got := Signer(message.Parse([]byte(desk + text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
