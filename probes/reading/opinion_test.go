package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestProbability: every reading says how likely it is, and a sure one is likelier than a guess.
func TestProbability(t *testing.T) {
	for _, raw := range []string{
		replied + "Kaffen koster 349 kroner.", replied + "Ordene dine har funnet veien hit.", desk, "Hei",
		"From: MAILER-DAEMON@a.example\nSubject: Undelivered Mail Returned to Sender\n\nuser unknown",
	} {
		got := Read(message.Parse([]byte(raw)), Asked{}, time.Time{})
		if got.Probability < 0 || got.Probability > 1 {
			t.Errorf("%q: probability %v", raw, got.Probability)
		}
		if !got.Doubtful && got.Probability < 0.5 {
			t.Errorf("%q: sure of %s with %v", raw, got.Kind, got.Probability)
		}
	}
	if got := Read(message.Plain("Et svar"), Asked{Responder: "bot"}, time.Time{}); got.Kind != Bot || got.Probability < 0.9 {
		t.Errorf("what the platform says: got %s, %v", got.Kind, got.Probability)
	}
}

// TestDigest: it names the rules and the tables, and is the same each time.
func TestDigest(t *testing.T) {
	if a, b := Digest(), Digest(); a != b || len(a) != 64 {
		t.Errorf("got %q and %q", a, b)
	}
}

// TestNewslettersAreNoSureDeflections: where the words of mail about something else are met, a person decides
// whether the reader is sent elsewhere.
func TestNewslettersAreNoSureDeflections(t *testing.T) {
	o := opinion{kind: Deflection, second: Deflection, sure: true, probabilities: map[Kind]float64{Deflection: 0.999}}
	for weight, want := range map[int]int{0: 2, 4: 2, 5: 0, 9: 0} {
		e := &evidence{written: true, runes: 200}
		e.add(unconcerns, "other", weight, "nyhetsbrev")
		if got := e.weighOpinion(o); got.kind != Deflection || got.margin != want {
			t.Errorf("with %d for mail about something else: %+v, want a margin of %d", weight, got, want)
		}
	}
}
