package ledgertest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
)

// find finds contacts in a view of its own.
func (b *bench) find(q probes.Query) (found []probes.Contact) {
	b.Helper()
	b.view(func(ctx context.Context, tx probes.Tx) (err error) {
		found, err = tx.Find(ctx, q)
		return err
	})
	return found
}

// live appends what happens to some invented contacts, mixed.
func (b *bench) live(seed uint64, contacts int) {
	b.Helper()
	r := rand.New(rand.NewPCG(seed, seed))
	all := Shuffle(r, Lives(r, contacts))
	b.apply(r, all)
}

// apply appends what happens to contacts, up to nine at a time.
func (b *bench) apply(r *rand.Rand, all []Happening) {
	b.Helper()
	for len(all) > 0 {
		some := min(1+r.IntN(9), len(all))
		b.update(func(ctx context.Context, tx probes.Tx) error {
			for _, h := range all[:some] {
				if err := Append(ctx, tx, h); err != nil {
					return err
				}
			}
			return nil
		})
		all = all[some:]
	}
}

// A search is a query, and what it should find: match is the same in Go, so
// that the database is held to what a reader of the contract would do.
type search struct {
	name  string
	query probes.Query
	match func(probes.Contact) bool
}

// find: every field of a query finds what a reader of all contacts would.
func find(b *bench) {
	b.live(3, 200)
	noon := Monday.Add(90 * time.Minute)
	for _, s := range []search{
		{"all", probes.Query{}, func(probes.Contact) bool { return true }},
		{"edition", probes.Query{Edition: "2025"}, func(probes.Contact) bool { return false }},
		{
			"channel",
			probes.Query{Edition: "2026", Channel: "mail"},
			func(c probes.Contact) bool { return c.Plan.Channel == "mail" },
		},
		{
			"company",
			probes.Query{Company: "company-07"},
			func(c probes.Contact) bool { return c.Plan.Company == "company-07" },
		},
		{
			"probe",
			probes.Query{Probe: "probe-1"},
			func(c probes.Contact) bool { return c.Plan.Probe == "probe-1" },
		},
		{
			"states",
			probes.Query{States: []probes.State{probes.AttemptSent, probes.AttemptRefused}},
			func(c probes.Contact) bool {
				s := c.Current().State
				return s == probes.AttemptSent || s == probes.AttemptRefused
			},
		},
		{
			"outcomes",
			probes.Query{Outcomes: []probes.Outcome{probes.Answered, probes.Void}},
			func(c probes.Contact) bool { return c.Outcome == probes.Answered || c.Outcome == probes.Void },
		},
		{
			"due",
			probes.Query{DueFrom: Monday.Add(time.Hour), DueBefore: noon},
			func(c probes.Contact) bool {
				due := c.Current().Due
				return !due.Before(Monday.Add(time.Hour)) && due.Before(noon)
			},
		},
		{
			"deadline",
			probes.Query{Channel: "mail", Outcomes: []probes.Outcome{probes.Pending}, DeadlineBefore: noon},
			func(c probes.Contact) bool {
				return c.Plan.Channel == "mail" && c.Outcome == probes.Pending &&
					!c.Deadline.IsZero() && !c.Deadline.After(noon)
			},
		},
		{
			"faults",
			probes.Query{Faults: []fault.Fault{fault.Ours, fault.Theirs}},
			faulty,
		},
	} {
		b.searches(s)
	}
}

// faulty reports whether any fault of a contact is ours or theirs.
func faulty(c probes.Contact) bool {
	looked := func(f fault.Fault) bool { return f == fault.Ours || f == fault.Theirs }
	return looked(c.Fault) || slices.ContainsFunc(c.Attempts, func(a probes.Attempt) bool {
		return looked(a.Failure.Fault) || slices.ContainsFunc(a.Readings, func(r probes.Reply) bool { return looked(r.Fault) })
	})
}

// searches fails the test unless s finds the same as looking at each contact,
// in the order of slots, or the latest slot first, with a limit too.
func (b *bench) searches(s search) {
	b.Helper()
	var want []probes.Contact
	for _, c := range b.all() {
		if s.match(c) {
			want = append(want, c)
		}
	}
	slices.SortFunc(want, func(x, y probes.Contact) int {
		if c := x.Current().Due.Compare(y.Current().Due); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID)
	})
	b.same(s.name, b.find(s.query), want)
	// The first few of the same, and then the same from the other end.
	limited := s.query
	limited.Limit = 3
	b.same(s.name+", limited", b.find(limited), want[:min(3, len(want)):len(want)])
	slices.Reverse(want)
	s.query.Newest = true
	b.same(s.name+", newest", b.find(s.query), want)
}

// findBounds: a slot is found from its instant on and before the next; a
// deadline at its instant and after.
func findBounds(b *bench) {
	c := b.append(ID(0), sent(0)...)
	b.append(ID(2), sent(2)[0]) // not sent: it has no deadline
	due, deadline := c.Current().Due, c.Deadline
	for _, test := range []struct {
		name  string
		query probes.Query
		want  int
	}{
		{"due before itself", probes.Query{DueBefore: due}, 0},
		{"due before the next instant", probes.Query{DueBefore: due.Add(time.Microsecond)}, 1},
		{"due from itself", probes.Query{Channel: "mail", DueFrom: due}, 2},
		{"due from the next instant", probes.Query{DueFrom: due.Add(time.Microsecond)}, 1},
		{"deadline before it", probes.Query{DeadlineBefore: deadline.Add(-time.Microsecond)}, 0},
		{"deadline at it", probes.Query{DeadlineBefore: deadline}, 1},
		{"deadline long past", probes.Query{DeadlineBefore: deadline.AddDate(1, 0, 0)}, 1},
	} {
		if got := b.find(test.query); len(got) != test.want {
			b.Errorf("%s: got %d contacts, want %d", test.name, len(got), test.want)
		}
	}
}

// findByName: an attempt is found by any name of its intent, on its channel.
func findByName(b *bench) {
	b.live(4, 20)
	for _, test := range []struct {
		channel string
		names   []string
		want    []string
	}{
		{"mail", []string{"contact-000004-1-1"}, []string{ID(4)}},
		{"mail", []string{"contact-000004-1-1@example.no", "<contact-000004-1-1@example.no>"}, []string{ID(4)}},
		{"mail", []string{"contact-000006-1-1", "unknown", "contact-000004-1-1"}, []string{ID(4), ID(6)}},
		{"chat", []string{"contact-000004-1-1"}, nil},
		{"", []string{"contact-000004-1-1", "contact-000005-1-1"}, []string{ID(4), ID(5)}},
		{"mail", []string{"unknown"}, nil},
	} {
		var got []string
		for _, c := range b.find(probes.Query{Channel: test.channel, Names: test.names, After: " "}) {
			got = append(got, c.ID)
		}
		if !reflect.DeepEqual(got, test.want) {
			b.Errorf("%s %v: got %v, want %v", test.channel, test.names, got, test.want)
		}
	}
}

// findPaging: pages after pages hold each contact once, also while others
// change.
func findPaging(b *bench) {
	b.live(5, 55)
	var got []string
	for after := " "; after != ""; {
		page := b.find(probes.Query{Channel: "mail", After: after, Limit: 10})
		after = ""
		for _, c := range page {
			after = c.ID
			got = append(got, c.ID)
		}
		b.append(fmt.Sprint("before-", len(got)), sent(2)[0])
	}
	if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
		b.Errorf("pages are not in the order of ids, each once: %v", got)
	}
	for n := 0; n < 55; n += 2 {
		if !slices.Contains(got, ID(n)) {
			b.Errorf("%s is on no page", ID(n))
		}
	}
}
