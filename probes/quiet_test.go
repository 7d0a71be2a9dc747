package probes_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// ask asks at an hour of the day, with two hours to answer. It is answered after so
// long; 0 = it passes, below 0 = it waits still.
func (b *tallyStore) ask(id string, hour int, answered time.Duration) {
	at := slot.Add(time.Duration(hour) * time.Hour)
	plan := probes.Plan{Company: "nordlys", Channel: "mail", Slot: at, Within: "2h"}
	b.append(id, ledgertest.Event(probes.Planned, 1, at, plan), ledgertest.Event(probes.Intended, 1, at, probes.Intent{Token: id}),
		ledgertest.Event(probes.Sent, 1, at, probes.Sending{}))
	if answered > 0 {
		b.answer(id, at.Add(answered))
	}
	if answered == 0 {
		b.pass(id, at.Add(2*time.Hour))
	}
}

func (b *tallyStore) answer(id string, at time.Time) {
	b.append(id, ledgertest.Event(probes.Heard, 1, at, probes.Classification{
		Arrival: id, Kind: reading.Answer, Centre: "own", Times: channels.Times{Arrived: at},
	}))
}

func (b *tallyStore) pass(id string, at time.Time) {
	b.append(id, ledgertest.Event(probes.Covered, 1, at, probes.Coverage{Until: at}))
}

// TestQuiet: how many contacts a company has let pass since it last answered, since
// when, and how likely that is of a company that answers as before.
func TestQuiet(t *testing.T) {
	none := -time.Second
	at := func(hours float64) time.Time { return slot.Add(time.Duration(hours * float64(time.Hour))) }
	ten := func(b *tallyStore) {
		for i := range 10 {
			b.ask(string(rune('A'+i)), i-20, time.Hour)
		}
	}
	for _, tt := range []struct {
		name string
		live func(*tallyStore)
		want probes.Quiet
	}{
		{"never asked", func(*tallyStore) {}, probes.Quiet{Chance: 1}},
		{"answers", ten, probes.Quiet{Chance: 1}},
		{"one that waits is no silence", func(b *tallyStore) { ten(b); b.ask("a", 0, none) }, probes.Quiet{Chance: 1}},
		{"one passes", func(b *tallyStore) { ten(b); b.ask("a", 0, 0) }, probes.Quiet{Contacts: 1, Since: at(0), Chance: 1. / 12}},
		{"three pass", func(b *tallyStore) {
			ten(b)
			b.ask("a", 0, 0)
			b.ask("b", 3, 0)
			b.ask("c", 6, 0)
		}, probes.Quiet{Contacts: 3, Since: at(0), Chance: 1. / 12 / 12 / 12}},
		{"and then it answers", func(b *tallyStore) {
			ten(b)
			b.ask("a", 0, 0)
			b.ask("b", 3, 0)
			b.ask("c", 6, time.Hour)
		}, probes.Quiet{Chance: 1}},
		{"late, too", func(b *tallyStore) {
			ten(b)
			b.ask("a", 0, 0)
			b.ask("b", 3, 0)
			b.answer("a", at(6))
		}, probes.Quiet{Chance: 1}},
		{"it answers one, and lets one pass that was asked before the answer came", func(b *tallyStore) {
			ten(b)
			b.ask("a", 0, 90*time.Minute)
			b.ask("b", 1, 0)
		}, probes.Quiet{Contacts: 1, Since: at(1.5), Chance: 1. / 13}},
		{"one that passed before counts against it", func(b *tallyStore) {
			b.ask("0", -40, 0)
			ten(b)
			b.ask("a", 0, 0)
			b.ask("b", 3, 0)
		}, probes.Quiet{Contacts: 2, Since: at(0), Chance: 4. / 13 / 13}},
		{"a person says that one was answered after all", func(b *tallyStore) {
			ten(b)
			b.ask("a", 0, 0)
			b.ask("b", 3, 0)
			b.append("a", ledgertest.Event(probes.Amended, 0, at(9), probes.Amendment{Outcome: probes.Void, Reason: "x", By: "kari"}))
		}, probes.Quiet{Contacts: 1, Since: at(3), Chance: 1. / 12}},
		{"who has never answered has not stopped", func(b *tallyStore) {
			for i := range 9 {
				b.ask(string(rune('a'+i)), 3*i, 0)
			}
		}, probes.Quiet{Contacts: 9, Since: at(0), Chance: 1}},
		{"at a closed door, from the first knock", func(b *tallyStore) {
			ten(b)
			plan := probes.Plan{Company: "nordlys", Channel: "mail", Slot: at(1), Within: "2h"}
			b.append("a", ledgertest.Event(probes.Planned, 1, at(1), plan),
				ledgertest.Event(probes.Refused, 1, at(2), probes.Failure{Reason: "503", Fault: fault.Theirs}))
		}, probes.Quiet{Contacts: 1, Since: at(2), Chance: 1. / 12}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTallyStore(probes.Rules{})
			tt.live(b)
			for what, tally := range map[string]probes.Tally{"kept": b.tally, "written and read": stored(t, b.tally)} {
				got := tally.Quiet()
				if got.Contacts != tt.want.Contacts || !got.Since.Equal(tt.want.Since) || math.Abs(got.Chance-tt.want.Chance) > 1e-15 {
					t.Errorf("%s: got %+v, want %+v", what, got, tt.want)
				}
			}
		})
	}
}

// TestQuietKeptUp: whatever happens in whatever order, those that have passed are the
// unanswered contacts whose time ended after the last answer.
func TestQuietKeptUp(t *testing.T) {
	for seed := range uint64(long.Tries(8, 2)) {
		r := rand.New(rand.NewPCG(seed, 3))
		b := newTallyStore(probes.Rules{})
		for _, h := range ledgertest.Shuffle(r, ledgertest.Lives(r, 60)) {
			b.append(h.Contact, h.Events...)
			want := 0
			for _, c := range b.contacts {
				until := c.Current().Deadline
				if until.IsZero() {
					until = c.Current().Due
				}
				if c.Outcome == probes.Unanswered && until.After(b.tally.LastAnswer) {
					want++
				}
			}
			if got := b.tally.Quiet().Contacts; got != want {
				t.Fatalf("seed %d: got %d, want %d", seed, got, want)
			}
		}
	}
}
