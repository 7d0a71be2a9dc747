package ledgertest

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// storedArrival returns the nth arrival, of five minutes past nine and n seconds.
func storedArrival(n int) probes.StoredArrival {
	return probes.StoredArrival{
		Channel: "mail", Source: "INBOX", Kind: reading.Answer,
		From: "post@example.no", Subject: "Sv: Når åpner dere?",
		Arrival: channels.Arrival{
			Key: fmt.Sprintf("INBOX/7/%d", n), Media: channels.Mail, Raw: []byte(fmt.Sprintf("From: %d\r\n\r\nHei", n)),
			Names: []string{"<1@example.no>", "token"}, Flagged: "Junk",
			Times: channels.Times{
				Arrived: Monday.Add(5*time.Minute + time.Duration(n)*time.Second + 789),
				Server:  Monday.In(time.FixedZone("", 7200)),
			},
		},
	}
}

// hear keeps arrivals in an update of their own and says which were new.
func (b *bench) hear(all ...probes.StoredArrival) (fresh []bool) {
	b.Helper()
	b.update(func(ctx context.Context, tx probes.Tx) error {
		for _, h := range all {
			is, err := tx.Hear(ctx, h)
			if err != nil {
				return err
			}
			fresh = append(fresh, is)
		}
		return nil
	})
	return fresh
}

// arrivalsOnce: an arrival offered again is known by channel and key, and
// changes nothing.
func arrivalsOnce(b *bench) {
	// The same key with other words is not news; on another channel it is.
	changed := storedArrival(1)
	changed.Kind, changed.Contact, changed.Arrival.Raw = reading.Bounce, ID(1), []byte("else")
	elsewhere := storedArrival(1)
	elsewhere.Channel = "chat"
	if got, want := b.hear(storedArrival(1), changed, elsewhere), []bool{true, false, true}; !reflect.DeepEqual(got, want) {
		b.Errorf("fresh: got %v, want %v", got, want)
	}
	before := b.totals(0)
	if got := b.hear(storedArrival(1)); got[0] {
		b.Error("heard again after a commit, and called new")
	}
	after := b.totals(0)
	before.Version = after.Version
	b.same("totals", after, before)
	heard, err := b.ledger.Unmatched(b.Context(), 0)
	b.must(err)
	if len(heard) != 2 || heard[0].Channel != "chat" || heard[1].Kind != reading.Answer {
		b.Errorf("got %+v, want the first of each channel", heard)
	}
}

// arrivalsAnyOctets: what strangers write is kept to the octet, in no character set
// at all, and tells one arrival from another.
func arrivalsAnyOctets(b *bench) {
	for n, text := range []string{"Sm\xf8rbr\xf8d", "Sm\xf8rbr\xe5d", "nul \x00", "\x1b00", "\x1b1b3030", "\xff\xfe\x00"} {
		h := storedArrival(n)
		h.Subject, h.From, h.Arrival.Media, h.Arrival.Flagged = text, text, text, text
		h.Arrival.Key = text
		if !b.hear(h)[0] {
			b.Errorf("%q is taken for another arrival", text)
		}
		if b.hear(h)[0] {
			b.Errorf("%q is not known again", text)
		}
		b.view(func(ctx context.Context, tx probes.Tx) error {
			found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: h.Channel, Key: text})
			if len(found) != 1 {
				b.Fatalf("%q: got %d arrivals, want 1", text, len(found))
			}
			a := found[0].Arrival
			for _, got := range []string{found[0].Subject, found[0].From, a.Media, a.Flagged, a.Key} {
				if got != text {
					b.Errorf("got %q, want %q", got, text)
				}
			}
			return err
		})
	}
	b.must(b.ledger.Verify(b.Context()))
}

// arrivalsReadBack: an arrival is read back whole, its evidence apart.
func arrivalsReadBack(b *bench) {
	// Two belong to a contact; of the others one is our own copy, which waits
	// for no person.
	matched := storedArrival(1)
	matched.Contact, matched.Attempt, matched.Rule = ID(0), 1, "2"
	earlier := storedArrival(0)
	earlier.Contact, earlier.Copy = ID(0), true
	ownCopy := storedArrival(3)
	ownCopy.Copy = true
	b.hear(matched, earlier, ownCopy, storedArrival(5), storedArrival(4))

	heard, err := b.ledger.Heard(b.Context(), ID(0))
	b.must(err)
	if len(heard) != 2 {
		b.Fatalf("got %d arrivals, want 2", len(heard))
	}
	for i, want := range []probes.StoredArrival{earlier, matched} {
		want.Digest = heard[i].Digest
		b.same("arrival", heard[i], want)
		b.view(func(ctx context.Context, tx probes.Tx) error {
			raw, err := tx.Evidence(ctx, heard[i].Digest)
			if string(raw) != string(want.Arrival.Raw) {
				b.Errorf("evidence: got %q, want %q", raw, want.Arrival.Raw)
			}
			return err
		})
	}
	b.update(func(ctx context.Context, tx probes.Tx) error {
		judged := matched
		judged.Verdict = &probes.Verdict{Kind: reading.Answer, By: "kari", At: Monday}
		if err := tx.Judge(ctx, judged); err != nil {
			return err
		}
		found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Judged: true})
		if len(found) != 1 || found[0].Arrival.Key != matched.Arrival.Key || found[0].Verdict == nil {
			b.Errorf("judged: got %+v, want the one", found)
		}
		return err
	})
	for limit, want := range map[int][]string{0: {"INBOX/7/4", "INBOX/7/5"}, 1: {"INBOX/7/4"}} {
		waiting, err := b.ledger.Unmatched(b.Context(), limit)
		b.must(err)
		var keys []string
		for _, h := range waiting {
			keys = append(keys, h.Arrival.Key)
		}
		if !reflect.DeepEqual(keys, want) {
			b.Errorf("unmatched, limit %d: got %v, want %v", limit, keys, want)
		}
	}
}

// arrivalsByTime: arrivals are found by when they came, both ends included, and by
// whether the reader failed at them.
func arrivalsByTime(b *bench) {
	var all []probes.StoredArrival
	for n := range 5 {
		h := storedArrival(n)
		h.Unread = n%2 == 1
		all = append(all, h)
	}
	b.hear(all...)
	when := func(n int) time.Time { return all[n].Arrival.Times.Arrived }
	for name, tt := range map[string]struct {
		query probes.ArrivalQuery
		want  []string
	}{
		"from one on":     {probes.ArrivalQuery{From: when(3)}, []string{"INBOX/7/3", "INBOX/7/4"}},
		"up to one":       {probes.ArrivalQuery{Until: when(1)}, []string{"INBOX/7/0", "INBOX/7/1"}},
		"between":         {probes.ArrivalQuery{From: when(1), Until: when(3)}, []string{"INBOX/7/1", "INBOX/7/2", "INBOX/7/3"}},
		"not read":        {probes.ArrivalQuery{Unread: true}, []string{"INBOX/7/1", "INBOX/7/3"}},
		"not read lately": {probes.ArrivalQuery{Unmatched: true, Unread: true, From: when(2)}, []string{"INBOX/7/3"}},
	} {
		b.view(func(ctx context.Context, tx probes.Tx) error {
			found, err := tx.Arrivals(ctx, tt.query)
			var keys []string
			for _, h := range found {
				keys = append(keys, h.Arrival.Key)
			}
			if !reflect.DeepEqual(keys, tt.want) {
				b.Errorf("%s: got %v, want %v", name, keys, tt.want)
			}
			return err
		})
	}
}

// arrivalsMarks: a mark's position goes anywhere, its time back only to correct
// one that was wrong.
func arrivalsMarks(b *bench) {
	at := func(minutes int) time.Time { return Monday.Add(time.Duration(minutes) * time.Minute) }
	for _, step := range []struct {
		position    string
		until, want time.Time
		corrects    bool
	}{
		{"7:1", time.Time{}, time.Time{}, false}, // not yet read to its end
		{"7:9", at(5), at(5), false},
		{"8:1", at(3), at(5), false}, // another UIDVALIDITY: begun again, and what was covered stays so
		{"", time.Time{}, at(5), false},
		{"8:2", at(66), at(66), false}, // by a clock an hour ahead
		{"8:2", at(6), at(6), true},
	} {
		b.update(func(ctx context.Context, tx probes.Tx) error {
			return tx.Advance(ctx, "mail", channels.Checkpoint{
				Source: "INBOX", Position: step.position, Until: step.until, Corrects: step.corrects,
			})
		})
		b.view(func(ctx context.Context, tx probes.Tx) error {
			marks, err := tx.Checkpoints(ctx, "mail")
			b.same("marks", marks, []channels.Checkpoint{{Source: "INBOX", Position: step.position, Until: step.want}})
			return err
		})
	}
	b.update(func(ctx context.Context, tx probes.Tx) error {
		b.must(tx.Advance(ctx, "mail", channels.Checkpoint{Source: "Junk", Until: at(1)}))
		return tx.Advance(ctx, "chat", channels.Checkpoint{Source: "page", Until: at(2)})
	})
	b.same("all marks", b.totals(0).Checkpoints, map[string][]channels.Checkpoint{
		"chat": {{Source: "page", Until: at(2)}},
		"mail": {{Source: "INBOX", Position: "8:2", Until: at(6)}, {Source: "Junk", Until: at(1)}},
	})
}
