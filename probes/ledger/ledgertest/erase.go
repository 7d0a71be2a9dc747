package ledgertest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// answered plays the life of the nth contact with one answer, and returns the answer's
// evidence. What is said is the same where words are.
func (b *bench) answered(n int, words string) (evidence string) {
	// The bench's salt is the same each time, so that equal words would be one paper.
	marte := fmt.Sprint("Marte ", n)
	b.append(ID(n), append(sent(n)[:2],
		Event(probes.Sent, 1, Monday, probes.Sending{Response: "250 " + marte}),
		Event(probes.Amended, 0, Monday, probes.Amendment{Outcome: probes.Void, Reason: "she called", By: marte}))...)
	h := storedArrival(n)
	h.Contact, h.Attempt, h.Company, h.Rule, h.Arrival.Raw = ID(n), 1, Plan(n).Company, "address", []byte(words)
	h.Arrival.Flagged, h.From, h.Fingerprint = "", "Marte <marte@example.no>", "marte"
	h.Verdict = nil
	b.hear(h)
	evidence = digest(h.Arrival.Raw)
	b.append(ID(n), Event(probes.Heard, 1, h.Arrival.Times.Arrived, probes.Classification{
		Arrival: h.Arrival.Key, Kind: reading.Answer, Rule: h.Rule, Evidence: evidence, Times: h.Arrival.Times,
		Because: []reading.Reason{{Signal: "signed with a name", Saw: "Mvh " + marte, Weight: 1}},
	}))
	return evidence
}

// erased: papers and personal columns go, and are said to have gone; chains, figures
// and verification stay, and so does what another contact names.
func erased(b *bench) {
	own, shared := b.answered(0, "Hei, jeg heter Marte"), b.answered(1, "Hei")
	b.answered(2, "Hei")
	before, bodies := b.totals(0), b.bodies()
	b.must(b.ledger.Verify(b.Context()))
	asks := probes.Erasure{Scope: "a test", Contacts: []string{ID(0), ID(1)}, Evidence: true, Personal: true}
	n, err := b.ledger.Erase(b.Context(), asks)
	b.must(err)
	b.same("what went", n, probes.ErasureCount{Contacts: 2, Arrivals: 2, Papers: 7, Shared: 1})
	b.must(b.ledger.Verify(b.Context()))
	b.alike(b.totals(0), before)
	b.same("contacts", b.bodies(), bodies)
	b.view(func(ctx context.Context, tx probes.Tx) error {
		_, err := tx.Evidence(ctx, own)
		b.is(err, probes.ErrNoEvidence)
		_, err = tx.Evidence(ctx, shared)
		b.must(err)
		heard, err := tx.Arrivals(ctx, probes.ArrivalQuery{Contact: ID(0)})
		b.must(err)
		for _, h := range heard {
			if !h.Erased || h.From != "" || h.Subject != "" || h.Fingerprint != "" || len(h.Arrival.Names) > 0 {
				b.Errorf("the arrival has %+v", h)
			}
		}
		c, story, err := tx.Story(ctx, ID(0))
		b.must(err)
		_, told, err := probes.Told(ctx, tx, c, story)
		for _, e := range told {
			if strings.Contains(string(e.Data), "Marte") {
				b.Errorf("event %d is told as %s", e.Seq, e.Data)
			}
		}
		return err
	})
	n, err = b.ledger.Erase(b.Context(), asks)
	b.must(err)
	b.same("what went the second time", n, probes.ErasureCount{Shared: 1})
	b.must(b.ledger.Rebuild(b.Context()))
	b.must(b.ledger.Verify(b.Context()))
}

// erasedInParts: evidence and what is personal go by themselves, each once.
func erasedInParts(b *bench) {
	b.answered(0, "Hei, jeg heter Marte")
	for _, part := range []struct {
		evidence, personal bool
		want               probes.ErasureCount
	}{
		{true, false, probes.ErasureCount{Contacts: 1, Papers: 1}},
		{false, true, probes.ErasureCount{Contacts: 1, Arrivals: 1, Papers: 3}},
		{true, true, probes.ErasureCount{}},
	} {
		asks := probes.Erasure{Scope: "a test", Contacts: []string{ID(0)}, Evidence: part.evidence, Personal: part.personal}
		n, err := b.ledger.Erase(b.Context(), asks)
		b.must(err)
		b.same("what went", n, part.want)
		b.must(b.ledger.Verify(b.Context()))
	}
}

// erasedMarked: a letter that is word for word a plan that was followed does not take the
// plan with it, and what was said with a decision goes only if it is asked for.
func erasedMarked(b *bench) {
	const plan = "what is to be asked"
	b.answered(0, plan)
	var said [2]string
	b.update(func(ctx context.Context, tx probes.Tx) (err error) {
		for i := range said {
			if said[i], err = tx.Keep(ctx, fmt.Append(nil, "Marte said so ", i)); err == nil {
				err = tx.Advance(ctx, probes.Decisions, channels.Checkpoint{Source: said[i], Position: fmt.Sprint(i + 1), Until: Monday})
			}
			if err != nil {
				return err
			}
		}
		return tx.Advance(ctx, probes.DrawnPlans, channels.Checkpoint{Source: digest([]byte(plan)), Until: Monday})
	})
	asks := probes.Erasure{Scope: "a test", Contacts: []string{ID(0)}, Evidence: true, Decisions: []string{said[0], digest([]byte(plan))}}
	for _, tt := range []struct {
		personal bool
		want     probes.ErasureCount
	}{
		{false, probes.ErasureCount{Shared: 1}},
		{true, probes.ErasureCount{Contacts: 1, Arrivals: 1, Papers: 4, Shared: 1}},
	} {
		asks.Personal = tt.personal
		n, err := b.ledger.Erase(b.Context(), asks)
		b.must(err)
		b.same("what went", n, tt.want)
		b.must(b.ledger.Verify(b.Context()))
	}
	b.view(func(ctx context.Context, tx probes.Tx) error {
		_, err := tx.Evidence(ctx, said[0])
		b.is(err, probes.ErrNoEvidence)
		_, err = tx.Evidence(ctx, said[1])
		b.must(err)
		return nil
	})
}

// erasedCopy: the copy of an opener is still known by its name's digest once the names
// of its contact are gone, though a person has amended that.
func erasedCopy(b *bench) {
	h := storedArrival(0)
	h.Contact, h.Attempt, h.Company, h.Rule, h.Kind, h.Copy = ID(0), 1, Plan(0).Company, probes.RuleCopy, reading.Other, true
	h.Arrival.Raw, h.Arrival.Flagged, h.From, h.Verdict = []byte("Hei"), "", "", nil
	b.append(ID(0), append(sent(0),
		Event(probes.Copied, 1, h.Arrival.Times.Arrived, probes.Sending{ID: h.Arrival.Key, Response: probes.SeenIn(h.Source)}),
		Event(probes.Amended, 0, Monday, probes.Amendment{Outcome: probes.Void, Reason: "she called", By: "Marte"}))...)
	b.hear(h)
	b.must(b.ledger.Verify(b.Context()))
	_, err := b.ledger.Erase(b.Context(), probes.Erasure{Scope: "a test", Contacts: []string{ID(0)}, Evidence: true, Personal: true})
	b.must(err)
	b.must(b.ledger.Verify(b.Context()))
}

// erasedTampered: what is missing without a record, and records that were changed,
// are found.
func erasedTampered(b *bench) {
	digest := b.answered(0, "Hei, jeg heter Marte")
	b.answered(1, "Hei")
	for _, id := range []string{ID(0), ID(1)} {
		_, err := b.ledger.Erase(b.Context(), probes.Erasure{Scope: "a test", Contacts: []string{id}, Evidence: true, Personal: true})
		b.must(err)
	}
	b.must(b.ledger.Verify(b.Context()))
	for _, tt := range []struct{ change, back, want string }{
		{
			`UPDATE erased SET digest = 'x' WHERE digest = '` + digest + `'`,
			`UPDATE erased SET digest = '` + digest + `' WHERE digest = 'x'`, "is missing",
		},
		{`INSERT INTO erased (digest, erasure) VALUES ('y', 1)`, `DELETE FROM erased WHERE digest = 'y'`, "others say that they went with it"},
		{`INSERT INTO erased (digest, erasure) VALUES ('y', 9)`, `DELETE FROM erased WHERE digest = 'y'`, "no erasure is recorded"},
		{`UPDATE erasures SET scope = 'b' WHERE seq = 1`, `UPDATE erasures SET scope = 'a test' WHERE seq = 1`, "was changed"},
		{`UPDATE erasures SET papers = papers + 1 WHERE seq = 2`, `UPDATE erasures SET papers = papers - 1 WHERE seq = 2`, "was changed"},
		{`UPDATE erasures SET seq = 3 WHERE seq = 2`, `UPDATE erasures SET seq = 2 WHERE seq = 3`, "record 2 is missing"},
	} {
		b.tamper(tt.change)
		b.wrong(b.ledger.Verify(b.Context()), tt.want)
		b.tamper(tt.back)
		b.must(b.ledger.Verify(b.Context()))
	}
}

// accesses: who has read evidence is kept in order, and goes by age.
func accesses(b *bench) {
	for _, who := range []string{"ola", "kari", "lise"} {
		b.must(b.ledger.Access(b.Context(), probes.Access{Reader: who, What: "explain " + ID(0)}))
	}
	all, err := b.ledger.Accesses(b.Context())
	b.must(err)
	b.same("accesses", len(all), 3)
	b.must(b.ledger.Verify(b.Context()))
	b.must(b.ledger.ForgetAccesses(b.Context(), all[1].At))
	b.must(b.ledger.Verify(b.Context()))
	b.tamper(`UPDATE accesses SET reader = 'per' WHERE seq = 2`)
	b.wrong(b.ledger.Verify(b.Context()), "accesses 2")
	b.tamper(`UPDATE accesses SET reader = 'kari' WHERE seq = 2`)
	b.must(b.ledger.ForgetAccesses(b.Context(), all[2].At.Add(time.Hour)))
	all, err = b.ledger.Accesses(b.Context())
	b.must(err)
	if len(all) != 1 || all[0].Reader != "lise" {
		b.Errorf("got %v, want the newest alone", all)
	}
	b.must(b.ledger.Access(b.Context(), probes.Access{Reader: "ola", What: "again"}))
	b.must(b.ledger.Verify(b.Context()))
}
