package centre_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/centre"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/fingerprint"
)

// shelf is as much of a ledger as is asked: contacts, and evidence.
type shelf struct {
	probes.Tx
	contacts []probes.Contact
	evidence map[string][]byte
}

func (s *shelf) Find(context.Context, probes.Query) ([]probes.Contact, error) { return s.contacts, nil }

func (s *shelf) Keep(_ context.Context, evidence []byte) (string, error) {
	digest := fmt.Sprint("digest ", len(s.evidence))
	s.evidence[digest] = evidence
	return digest, nil
}

func (s *shelf) Evidence(_ context.Context, digest string) ([]byte, error) {
	if text, ok := s.evidence[digest]; ok {
		return text, nil
	}
	return nil, fmt.Errorf("%w: %s", probes.ErrNoEvidence, digest)
}

// reply adds a contact that was answered with fingerprints by a centre.
func (s *shelf) reply(t *testing.T, id, scenario string, r probes.Reply, p fingerprint.Prints) {
	t.Helper()
	var err error
	if r.Prints, err = centre.Keep(t.Context(), s, p); err != nil {
		t.Fatal(err)
	}
	r.Arrival = "letter of " + id
	s.contacts = append(s.contacts, probes.Contact{
		ID: id, Plan: probes.Plan{Scenario: scenario}, Attempts: []probes.Attempt{{Number: 1, Readings: []probes.Reply{r}}},
	})
}

func (s *shelf) replies(t *testing.T) centre.Replies {
	t.Helper()
	all, err := new(centre.Memory).RepliesOf(t.Context(), s, "nordlys", "senteret")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTemplate counts in how many contacts with other questions a line came.
func TestTemplate(t *testing.T) {
	s := &shelf{evidence: map[string][]byte{}}
	answer := probes.Reply{Kind: reading.Answer, Centre: "senteret"}
	s.reply(t, "a", "price", answer, fingerprint.Prints{Lines: []string{"footer", "of a"}})
	s.reply(t, "b", "address", answer, fingerprint.Prints{Lines: []string{"footer"}})
	s.reply(t, "c", "address", answer, fingerprint.Prints{Lines: []string{"footer", "of c"}})
	s.reply(t, "d", "meter", probes.Reply{Kind: reading.Answer, Centre: "another"}, fingerprint.Prints{Lines: []string{"footer"}})
	s.reply(t, "e", "meter", probes.Reply{Kind: reading.Bounce, Centre: "senteret"}, fingerprint.Prints{Lines: []string{"footer"}})
	s.reply(t, "f", "meter", answer, fingerprint.Prints{})
	all := s.replies(t)
	if len(all) != 3 {
		t.Fatalf("got %d replies, want the centre's own three", len(all))
	}
	for _, tt := range []struct {
		of             centre.Replies
		id, scenario   string
		others, footer int
	}{
		{all, "a", "price", 2, 2},
		{all, "b", "address", 1, 1},
		{all, "new", "meter", 3, 3},
		{all.Without("letter of c"), "a", "price", 1, 1},
		{nil, "a", "price", 0, 0},
	} {
		got := tt.of.Contrast().Template([]byte("key"), tt.scenario, []string{"footer", "of a"})
		if got.Others != tt.others || got.Lines["footer"] != tt.footer || got.Lines["of c"] != 0 || string(got.Key) != "key" {
			t.Errorf("for %s: got %+v, want %d others, and the footer in %d", tt.id, got, tt.others, tt.footer)
		}
	}
}

// TestErasure: with the fingerprints of a letter goes what it said of others.
func TestErasure(t *testing.T) {
	s := &shelf{evidence: map[string][]byte{}}
	answer := probes.Reply{Kind: reading.Answer, Centre: "senteret"}
	s.reply(t, "a", "price", answer, fingerprint.Prints{Lines: []string{"footer"}})
	s.reply(t, "b", "address", answer, fingerprint.Prints{Lines: []string{"footer"}})
	delete(s.evidence, s.contacts[0].Attempts[0].Readings[0].Prints)
	if all := s.replies(t); len(all) != 1 || all[0].Contact != "b" {
		t.Errorf("got %+v, want what is left", all)
	}
	s.evidence[s.contacts[1].Attempts[0].Readings[0].Prints] = []byte("{")
	if _, err := new(centre.Memory).RepliesOf(t.Context(), s, "nordlys", "senteret"); err == nil {
		t.Error("got no error of evidence that cannot be read")
	}
}

// TestDisclosed: a machine that has said what it is makes alike what has its
// signature, or its text; no message is like itself.
func TestDisclosed(t *testing.T) {
	const text, near, far = "00000000000000ff", "00000000000000fe", "ffffffff00000000"
	s := &shelf{evidence: map[string][]byte{}}
	s.reply(t, "bot", "price", probes.Reply{Kind: reading.Bot, Centre: "senteret"}, fingerprint.Prints{Signer: "ida", Text: text})
	s.reply(t, "perhaps", "price", probes.Reply{Kind: reading.Bot, Doubtful: true, Centre: "senteret"}, fingerprint.Prints{Signer: "ola", Text: far})
	s.reply(t, "person", "price", probes.Reply{Kind: reading.Answer, Centre: "senteret"}, fingerprint.Prints{Signer: "kari", Text: far})
	all := s.replies(t)
	for _, tt := range []struct {
		id   string
		p    fingerprint.Prints
		want string
	}{
		{"x", fingerprint.Prints{Signer: "ida"}, "the same signature"},
		{"x", fingerprint.Prints{Signer: "per", Text: near}, "the same text"},
		{"x", fingerprint.Prints{Signer: "ola", Text: far}, ""},
		{"x", fingerprint.Prints{Signer: "kari"}, ""},
		{"x", fingerprint.Prints{}, ""},
		{"bot", fingerprint.Prints{Signer: "ida", Text: text}, ""},
	} {
		if got := all.Contrast().Disclosed(tt.id, tt.p); got != tt.want {
			t.Errorf("%s, %+v: got %q, want %q", tt.id, tt.p, got, tt.want)
		}
	}
}

// BenchmarkContrast holds each of many replies against all others, as is done whenever one more came: one
// operation is one reply that came.
func BenchmarkContrast(b *testing.B) {
	for _, n := range []int{25, 100, 400} {
		var all centre.Replies
		for i := range n {
			r := centre.Reply{Contact: fmt.Sprint(i), Scenario: fmt.Sprint(i % 7)}
			for line := range 12 {
				r.Prints.Lines = append(r.Prints.Lines, fmt.Sprintf("%016x", line+12*i*(line%2)))
			}
			all = append(all, r)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				c := all.Contrast()
				for _, r := range all {
					c.Template(nil, r.Scenario, r.Prints.Lines)
				}
			}
		})
	}
}

// TestContrastOf: of the lines that are asked for it says what counting all says.
func TestContrastOf(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		var all centre.Replies
		for i := range 30 {
			for range 1 + r.IntN(2) { // some contacts are written to twice
				reply := centre.Reply{Contact: fmt.Sprint(i), Scenario: fmt.Sprint(i % 4)}
				for range r.IntN(6) {
					reply.Prints.Lines = append(reply.Prints.Lines, fmt.Sprint("line ", r.IntN(9)))
				}
				all = append(all, reply)
			}
		}
		lines := []string{"line 1", "line 3", "line 8", "of none"}
		got, want := all.ContrastOf(lines), all.Contrast()
		for _, scenario := range []string{"0", "3", "unknown"} {
			in, whole := got.Template(nil, scenario, lines), want.Template(nil, scenario, lines)
			if in.Others != whole.Others || !maps.Equal(in.Lines, whole.Lines) {
				t.Fatalf("seed %d: got %+v, want %+v", seed, in, whole)
			}
			for _, line := range lines {
				came := map[string]bool{}
				for _, reply := range all {
					if reply.Scenario != scenario && slices.Contains(reply.Prints.Lines, line) {
						came[reply.Contact] = true
					}
				}
				if in.Lines[line] != len(came) {
					t.Fatalf("seed %d: %s came to %d contacts, want %d", seed, line, in.Lines[line], len(came))
				}
			}
		}
	}
}
