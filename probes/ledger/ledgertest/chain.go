package ledgertest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
)

// sent returns the events of an opener that left, n contacts in.
func sent(n int) []probes.Event {
	at := Plan(n).Slot
	return []probes.Event{
		Event(probes.Planned, 1, at, Plan(n)),
		Event(probes.Intended, 1, at, probes.Intent{Token: fmt.Sprint("token", n)}),
		Event(probes.Sent, 1, at.Add(time.Second+1), probes.Sending{Response: "250 ok"}),
	}
}

// chainLinks: events are numbered, linked, timed in microseconds and kept byte
// for byte, but for their words.
func chainLinks(b *bench) {
	// JSON that our own encoder would not write so: the hash is of the bytes.
	given := sent(0)
	given[0].Data = append([]byte("  "), given[0].Data...)
	b.append(ID(0), given[:2]...)
	c := b.append(ID(0), given[2:]...)
	read, story := b.story(ID(0))
	b.same("contact", read, c)
	b.must(probes.CheckChain(story))
	if len(story) != 3 || c.Events != 3 {
		b.Fatalf("got %d events and %d in the contact, want 3", len(story), c.Events)
	}
	bare, _, err := probes.Detach(given[2], Options().Salt)
	b.must(err)
	given[2] = bare
	for i, e := range story {
		if e.Contact != ID(0) || string(e.Data) != string(given[i].Data) || e.Kind != given[i].Kind {
			b.Errorf("event %d: got %+v, want %+v", i+1, e, given[i])
		}
		if want := given[i].At.Truncate(time.Microsecond); e.At != want {
			b.Errorf("event %d: got at %v, want %v", i+1, e.At, want)
		}
		if e.Recorded.IsZero() || e.Recorded != e.Recorded.Truncate(time.Microsecond) {
			b.Errorf("event %d: recorded %v is not in whole microseconds", i+1, e.Recorded)
		}
	}
	if !story[2].Recorded.After(story[0].Recorded) {
		b.Errorf("recorded %v, then %v", story[0].Recorded, story[2].Recorded)
	}
	b.must(b.ledger.Verify(b.Context()))
}

// chainTampered: one byte of any column changed is found, and named.
func chainTampered(b *bench) {
	for n := range 4 {
		b.append(ID(n), sent(n)...)
	}
	b.must(b.ledger.Verify(b.Context()))
	const where = ` WHERE contact = $1 AND seq = 2`
	for _, column := range []string{"attempt", "kind", "at", "recorded", "data", "prev", "hash"} {
		// The first byte, of a number the last: it stays a number.
		var was any
		b.must(b.ledger.DB().QueryRowContext(b.Context(), `SELECT `+column+` FROM events`+where, ID(2)).Scan(&was))
		changed := was
		switch v := was.(type) {
		case int64:
			changed = v + 1
		case string:
			changed = "x" + v[1:]
		}
		b.tamper(`UPDATE events SET `+column+` = $2`+where, ID(2), changed)
		b.wrong(b.ledger.Verify(b.Context()), ID(2), "event 2")
		b.tamper(`UPDATE events SET `+column+` = $2`+where, ID(2), was)
	}
	b.must(b.ledger.Verify(b.Context()))
}

// chainCutShort: events that are gone are missed, the last ones too.
func chainCutShort(b *bench) {
	for n := range 4 {
		b.append(ID(n), sent(n)...)
	}
	// The first, the last and all of them; the fourth contact is whole.
	b.tamper(`DELETE FROM events WHERE contact = $1 AND seq = 1`, ID(0))
	b.tamper(`DELETE FROM events WHERE contact = $1 AND seq = 3`, ID(1))
	b.tamper(`DELETE FROM events WHERE contact = $1`, ID(2))
	err := b.ledger.Verify(b.Context())
	b.wrong(err, ID(0)+": event 2", ID(1)+": event 3 is missing", ID(2)+": event 1 is missing")
}

// chainContact: a contact that is not what its events make is found. A reader with
// other rules than those by which it was folded is told so, and a reader without
// rules sees only whether it agrees with itself.
func chainContact(b *bench) {
	b.append(ID(0), sent(0)...)
	b.tamper(`UPDATE contacts SET body = replace(body, 'pending', 'answered')`)
	b.wrong(b.ledger.Verify(b.Context()), ID(0), "not what its events make", "event 3")
	b.tamper(`UPDATE contacts SET outcome = 'answered'`)
	for rules, want := range map[string]string{"zero": "its events make", "other": "folded by other rules", "": ""} {
		opt := ledger.Options{Fold: probes.Rules{}.Fold, Rules: rules}
		if rules == "" {
			opt = ledger.Options{}
		}
		r, err := ledger.OpenReader(b.Context(), b.dsn, opt)
		b.must(err)
		if err := r.Verify(b.Context()); want != "" {
			b.wrong(err, want)
		} else {
			b.must(err)
		}
		b.must(r.Close())
	}
	b.must(b.ledger.Rebuild(b.Context()))
	b.must(b.ledger.Verify(b.Context()))
}

// chainBegins: nothing is appended to a contact that was never planned.
func chainBegins(b *bench) {
	err := b.ledger.Update(b.Context(), func(tx probes.Tx) error {
		for _, events := range [][]probes.Event{sent(0)[1:], nil} {
			_, err := tx.Append(b.Context(), ID(0), events...)
			b.is(err, probes.ErrNoContact)
		}
		_, _, err := tx.Story(b.Context(), ID(0))
		b.is(err, probes.ErrNoContact)
		_, err = tx.Append(b.Context(), ID(0), probes.Event{Kind: probes.Planned, Attempt: 1})
		b.wrong(err, ID(0), "not JSON")
		return nil
	})
	b.must(err)
	if found := b.all(); len(found) != 0 {
		b.Errorf("got contacts %v, want none", found)
	}
}

// chainPlannedTwice: planning again changes nothing, and says what is.
func chainPlannedTwice(b *bench) {
	first := b.append(ID(0), sent(0)...)
	version := b.totals(0).Version
	b.same("planned again", b.append(ID(0), sent(0)...), first)
	if got := b.totals(0).Version; got != version {
		b.Errorf("version went from %d to %d, and nothing was written", version, got)
	}
	// A second attempt is another matter.
	again := Plan(0)
	again.Slot = again.Slot.Add(24 * time.Hour)
	c := b.append(ID(0), Event(probes.Planned, 2, again.Slot, again))
	if c.Events != 4 || c.Current().Number != 2 {
		b.Errorf("got attempt %d after %d events, want 2 after 4", c.Current().Number, c.Events)
	}
}

// chainBatches: events appended together make the same figures as one by one.
func chainBatches(b *bench) {
	all := Lives(rand.New(rand.NewPCG(1, 1)), 30)
	b.update(func(ctx context.Context, tx probes.Tx) error {
		for _, h := range all {
			if _, err := tx.Append(ctx, h.Contact, h.Events...); err != nil {
				return err
			}
		}
		return nil
	})
	apart, apartTotals := b.all(), b.totals(0).Tallies

	b.forget()
	for _, id := range ids(all) {
		var events []probes.Event
		for _, h := range all {
			if h.Contact == id {
				events = append(events, h.Events...)
			}
		}
		b.append(id, events...)
	}
	b.same("contacts", b.all(), apart)
	b.same("tallies", b.totals(0).Tallies, apartTotals)
}

// forget empties the ledger of contacts, as if nothing had happened to any.
func (b *bench) forget() {
	b.Helper()
	b.tamper(`DELETE FROM events`)
	b.must(b.ledger.Rebuild(b.Context()))
}

// chainInterleaved: in whatever order events of several contacts come, contacts
// become the same.
func chainInterleaved(b *bench) {
	r := rand.New(rand.NewPCG(2, 2))
	all := Lives(r, 40)
	var want []probes.Contact
	for range 3 {
		b.apply(r, Shuffle(r, all))
		b.must(b.ledger.Verify(b.Context()))
		got := b.all()
		if want == nil {
			want = got
		}
		b.same("contacts", got, want)
		b.forget()
	}
}

// ids returns the contacts of the happenings, each once, sorted.
func ids(all []Happening) []string {
	var ids []string
	for _, h := range all {
		ids = append(ids, h.Contact)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
