package fairness

import (
	"math"
	"testing"
	"time"
)

// TestStakes: what hangs on a contact is who wins without it as it counts, and how
// far its company's score would move.
func TestStakes(t *testing.T) {
	contact := func(id, company string, state State) Contact {
		hour := Span{time.Hour, time.Hour}
		c := Contact{ID: id, Company: company, Channel: "mail", State: state, Tries: []Try{{Deadline: Span{4 * time.Hour, 4 * time.Hour}}}}
		if state == Answered {
			c.Tries[0].Wait = hour
		}
		return c
	}
	doubted := func(c Contact, other State) Contact {
		o := contact(c.ID, c.Company, other)
		c.Otherwise = &o
		return c
	}
	contacts := []Contact{
		doubted(contact("a1", "a", Answered), Unanswered), contact("a2", "a", Answered), contact("a3", "a", Unanswered),
		contact("b1", "b", Answered), doubted(contact("b2", "b", Unanswered), Unanswered), contact("b3", "b", Unanswered),
		doubted(contact("c1", "c", Unanswered), Answered), contact("c2", "c", Unanswered), contact("c3", "c", Unanswered),
	}
	got := Rules{MinContacts: 1}.Stakes(contacts)
	if len(got) != 3 {
		t.Fatalf("got %v, want the stakes of three contacts", got)
	}
	for id, want := range map[string]Stake{"a1": {true, 0.25}, "b2": {false, 0}, "c1": {false, 0.25}} {
		if s := got[id]; s.Winner != want.Winner || math.Abs(s.Points-want.Points) > 1e-9 {
			t.Errorf("%s: got %+v, want %+v", id, s, want)
		}
	}
}
