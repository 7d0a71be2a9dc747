package reading

import (
	"fmt"
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
