package centre_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/centre"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/fingerprint"
)

// versioned is a shelf that knows when its contacts changed, and what was asked of it.
type versioned struct {
	shelf
	now     probes.Snapshot
	changed map[string]int64
	read    []string // contacts that were found
}

func (v *versioned) Snapshot(context.Context) (probes.Snapshot, error) { return v.now, nil }

func (v *versioned) Find(_ context.Context, q probes.Query) (found []probes.Contact, _ error) {
	for _, c := range v.contacts {
		if v.changed[c.ID] > q.ChangedSince || q.ChangedSince == 0 {
			found = append(found, c)
			v.read = append(v.read, c.ID)
		}
	}
	return found, nil
}

// answered adds an answer to a contact, under the next version.
func (v *versioned) answered(t *testing.T, id string) {
	t.Helper()
	v.now.Version++
	v.changed[id] = v.now.Version
	v.reply(t, id, "price", probes.Reply{Kind: reading.Answer, Centre: "senteret"}, fingerprint.Prints{Lines: []string{"footer", "of " + id}})
}

// TestMemory: what was learnt is not read again, what has changed since is, and an
// erasure, a restored or another ledger makes it forget.
func TestMemory(t *testing.T) {
	v := &versioned{shelf: shelf{evidence: map[string][]byte{}}, changed: map[string]int64{}, now: probes.Snapshot{Ledger: "x"}}
	var m centre.Memory
	ask := func(want ...string) {
		t.Helper()
		all, err := m.RepliesOf(t.Context(), v, "nordlys", "senteret")
		var got []string
		for _, r := range all {
			got = append(got, r.Contact)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got replies to %v and %v, want %v", got, err, want)
		}
	}
	reads := func(want ...string) {
		t.Helper()
		if !slices.Equal(v.read, want) {
			t.Errorf("read %v, want %v", v.read, want)
		}
		v.read = nil
	}
	learn := func() {
		t.Helper()
		if err := m.Learn(t.Context(), v, "nordlys"); err != nil {
			t.Fatal(err)
		}
	}
	v.answered(t, "a")
	ask("a")
	reads("a")
	learn()
	reads("a")
	ask("a")
	reads()
	v.answered(t, "b")
	v.contacts[1].Attempts[0].Due = v.contacts[0].Attempts[0].Due.Add(-time.Hour) // it was to be asked first
	ask("b", "a")
	ask("b", "a") // an update teaches it nothing: it may be undone
	reads("b", "b")
	learn()
	learn()
	reads("b")
	// Erased: the fingerprints are gone, and so is what was made of them.
	delete(v.evidence, v.contacts[0].Attempts[0].Readings[0].Prints)
	v.now.Erased++
	learn()
	ask("b")
	reads("a", "b")
	v.now.Epoch = "another"
	learn()
	reads("a", "b")
}
