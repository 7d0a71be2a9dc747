package ledgertest

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/reading"
)

// totalsRebuilt: what is kept up event by event, in whatever order, is what
// all events together make.
func totalsRebuilt(b *bench) {
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 6))
		b.apply(r, Shuffle(r, Lives(r, 60)))
		b.hear(storedArrival(int(seed)))
		contacts, kept := b.all(), b.totals(0)
		b.must(b.ledger.Rebuild(b.Context()))
		rebuilt := b.totals(0)
		if rebuilt.Version <= kept.Version {
			b.Errorf("version: got %d, want more than %d", rebuilt.Version, kept.Version)
		}
		b.same("contacts", b.all(), contacts)
		b.alike(rebuilt, kept)
		b.forget()
		if left := b.totals(0); len(left.Tallies) != 0 || len(left.Failures) != 0 || left.Unsure != 0 {
			b.Errorf("got %+v of no events", left)
		}
	}
}

// alike fails the test unless totals are the same apart from their version and
// the rounding of sums, which depends on their order.
func (b *bench) alike(got, want probes.Totals) {
	b.Helper()
	if len(got.Tallies) != len(want.Tallies) {
		b.Fatalf("got %d tallies, want %d", len(got.Tallies), len(want.Tallies))
	}
	for i := range got.Tallies {
		g, w := &got.Tallies[i], &want.Tallies[i]
		b.sum(&g.Waits, &w.Waits)
		b.sum(&g.OpenWait, &w.OpenWait)
		b.sum(&g.AckWaits, &w.AckWaits)
		b.same("tally", g, w)
	}
	got.Tallies, got.Version = want.Tallies, want.Version
	b.same("totals", got, want)
}

// sum makes two sums equal if they are as good as equal.
func (b *bench) sum(got, want *probes.Histogram) {
	if math.Abs(got.Sum-want.Sum) < 1e-6 {
		got.Sum = want.Sum
	}
}

// totalsSince: only tallies that have changed come again, and every write
// raises the version.
func totalsSince(b *bench) {
	b.append(ID(0), sent(0)...)
	b.append(ID(1), sent(1)...)
	first := b.totals(0)
	if len(first.Tallies) != 2 || first.Version == 0 {
		b.Fatalf("got %d tallies at version %d, want 2", len(first.Tallies), first.Version)
	}
	if again := b.totals(first.Version); len(again.Tallies) != 0 || again.Version != first.Version {
		b.Errorf("got %d tallies at version %d, want none", len(again.Tallies), again.Version)
	}
	at := Plan(1).Slot
	b.append(ID(1), Event(probes.Covered, 1, at, probes.Coverage{Until: at.AddDate(0, 0, 1)}))
	changed := b.totals(first.Version)
	if len(changed.Tallies) != 1 || changed.Tallies[0].Company != Plan(1).Company || changed.Version <= first.Version {
		b.Errorf("got %+v, want one tally", changed)
	}
	// What waits is apart; what is decided is counted.
	b.same("bases", first.Bases, []probes.Basis{
		basis(0, probes.Basis{Apart: []string{ID(0)}}), basis(1, probes.Basis{Apart: []string{ID(1)}}),
	})
	b.same("bases that changed", changed.Bases, []probes.Basis{
		basis(1, probes.Basis{Ends: fairness.Ends{{End: fairness.End{State: fairness.Unanswered, Share: 1}, Contacts: 1}}}),
	})
	// Inside an update, the figures hold what it has done so far.
	b.update(func(ctx context.Context, tx probes.Tx) error {
		_, err := tx.Append(ctx, ID(2), sent(2)...)
		b.must(err)
		inside, err := tx.Totals(ctx, changed.Version)
		if len(inside.Tallies) != 1 || inside.Version != changed.Version+1 {
			b.Errorf("inside: got %+v, want one tally", inside)
		}
		return err
	})
	// A mark changes no tally, and raises the version all the same.
	b.update(func(ctx context.Context, tx probes.Tx) error {
		return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX"})
	})
	if got, want := b.totals(0).Version, changed.Version+2; got != want {
		b.Errorf("version: got %d, want %d", got, want)
	}
}

// basis returns a basis at the place of a plan.
func basis(n int, b probes.Basis) probes.Basis {
	p := Plan(n)
	b.Edition, b.Class, b.Company, b.Channel = p.Edition, p.Class, p.Company, p.Channel
	return b
}

// totalsTampered: a basis that the events do not make is found.
func totalsTampered(b *bench) {
	at := Plan(0).Slot
	b.append(ID(0), sent(0)...)
	b.append(ID(0), Event(probes.Covered, 1, at, probes.Coverage{Until: at.AddDate(0, 0, 1)}))
	b.must(b.ledger.Verify(b.Context()))
	for statement, want := range map[string]string{
		`UPDATE scores SET apart = '["` + ID(0) + `"]'`: "is not what the events make",
		`UPDATE scores SET ends = 'AA'`:                 "cannot be read",
		`DELETE FROM scores`:                            "is missing",
	} {
		b.must(b.ledger.Rebuild(b.Context()))
		b.tamper(statement)
		b.wrong(b.ledger.Verify(b.Context()), "scores", want)
	}
}

// totalsCounts: arrivals by kind, failures by kind, what waits for a person and
// what is unsure.
func totalsCounts(b *bench) {
	bounce, ownCopy := storedArrival(2), storedArrival(3)
	bounce.Kind, bounce.Contact, bounce.Unread = reading.Bounce, ID(0), true
	ownCopy.Copy = true
	trial := storedArrival(4) // which is counted nowhere
	trial.Copy, trial.Rule, trial.Kind = true, probes.RuleTrial, reading.Other
	b.hear(storedArrival(1), bounce, ownCopy, trial)
	fails := func(kind probes.EventKind) probes.Event {
		return Event(kind, 1, Monday, probes.Failure{Reason: "it"})
	}
	b.append(ID(0), append(sent(0)[:2], fails(probes.Deferred), sent(0)[1], fails(probes.Deferred))...)
	b.append(ID(1), append(sent(1)[:2], fails(probes.Unsure))...)
	b.append(ID(2), append(sent(2)[:2], fails(probes.Unsure), fails(probes.Unsent))...)
	got := b.totals(0)
	b.same("arrivals", got.Arrivals, []probes.ArrivalCount{
		{Channel: "mail", Kind: reading.Answer, Count: 2}, {Channel: "mail", Kind: reading.Bounce, Count: 1},
	})
	b.same("failures", got.Failures, []probes.FailureCount{
		{Channel: "chat", Reason: probes.Unsure, Count: 1},
		{Channel: "mail", Reason: probes.Deferred, Count: 2},
		{Channel: "mail", Reason: probes.Unsent, Count: 1},
		{Channel: "mail", Reason: probes.Unsure, Count: 1},
	})
	b.same("unread", got.Unread, map[string]int{"mail": 1})
	b.same("unmatched", got.Unmatched, map[string]int{"mail": 1})
	if got.Unsure != 1 {
		b.Errorf("unsure: got %d, want 1", got.Unsure)
	}
	b.reopen(ledger.Options{Fold: Options().Fold, Rules: "other"})
	b.same("unread, counted anew", b.totals(0).Unread, map[string]int{"mail": 1})
	b.same("arrivals, counted anew", b.totals(0).Arrivals, got.Arrivals)
}

// rulesChanged: other rules fold what has happened anew, the same do not.
func rulesChanged(b *bench) {
	b.append(ID(0), append(sent(0), Event(probes.Heard, 1, Monday, probes.Classification{
		Kind: reading.Bot, Times: channels.Times{Arrived: Plan(0).Slot.Add(time.Minute)},
	}))...)
	version := b.totals(0).Version
	b.reopen(Options())
	if got := b.totals(0).Version; got != version {
		b.Errorf("same rules: version went from %d to %d", version, got)
	}
	// A bot's answer counts, and then again it does not.
	for _, other := range []struct {
		rules probes.Rules
		want  probes.Outcome
	}{{probes.Rules{BotAnswers: true}, probes.Answered}, {probes.Rules{}, probes.Pending}} {
		b.reopen(ledger.Options{Fold: other.rules.Fold, Rules: "other" + string(other.want)})
		c, _ := b.story(ID(0))
		tally := b.totals(0).Tallies[0]
		if c.Outcome != other.want || tally.Outcomes[other.want] != 1 {
			b.Errorf("got %s and %v, want %s", c.Outcome, tally.Outcomes, other.want)
		}
	}
}

// rulesThereAndBack: another day off and another policy make other contacts, and
// the first rules make the first ones again, to the byte. Another promise leaves
// those alone that were planned with theirs.
func rulesThereAndBack(b *bench) {
	const kept = "another promise"
	first := probes.Rules{}
	fold := func(rules probes.Rules, digest string) (map[string]string, probes.Totals) {
		opt := Options()
		opt.Fold, opt.Rules = rules.Fold, digest
		b.reopen(opt)
		b.must(b.ledger.Verify(b.Context()))
		return b.bodies(), b.totals(0)
	}
	fold(first, "first")
	b.live(9, 60)
	want, totals := b.bodies(), b.totals(0)
	for name, other := range map[string]probes.Rules{
		"a day off":         {Calendar: calendar.Calendar{DaysOff: []calendar.Date{calendar.DateOf(Monday)}}},
		kept:                {Within: map[string]calendar.Within{"probe-0": {Duration: time.Minute}}},
		"deflections count": {DeflectionAnswers: true},
		"machines count":    {BotAnswers: true},
	} {
		if changed, _ := fold(other, name); reflect.DeepEqual(changed, want) != (name == kept) {
			b.Errorf("%s: changes nothing, or what is kept", name)
		}
		back, again := fold(first, "first")
		b.same(name+", and back", back, want)
		b.alike(again, totals)
	}
}
