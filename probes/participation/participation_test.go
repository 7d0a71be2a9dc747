package participation_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/participation"
)

func day(d int) calendar.Date { return calendar.Date{Year: 2027, Month: time.March, Day: d} }

// noon is an instant on a day of March.
func noon(d int) time.Time { return time.Date(2027, time.March, d, 12, 0, 0, 0, time.UTC) }

// season has a company that consented early, one that is to on the 12th, one that never
// did, and one that the file pauses.
func season() *edition.Edition {
	reach := map[string]string{"mail": "a@a.example", "chat": "inbox"}
	return &edition.Edition{Name: "spring", Companies: []edition.Company{
		{ID: "kraft", Consent: day(1), Reach: reach},
		{ID: "nord", Consent: day(12), Reach: reach},
		{ID: "fjord", Reach: reach},
		{ID: "vind", Consent: day(1), Reach: reach, Pauses: []edition.Pause{{From: day(8), To: day(20), Reason: "moves"}}},
	}}
}

// asked are the days of March on which a company of the edition is asked over a
// channel, as ranges.
func asked(ed *edition.Edition, company, channel string) string {
	co, _ := ed.Company(company)
	var days []string
	from := 0
	for d := 1; d <= 32; d++ {
		_, barred := co.Barred(day(d), channel)
		open := d <= 31 && !barred
		if open && from == 0 {
			from = d
		}
		if !open && from > 0 {
			days, from = append(days, fmt.Sprintf("%d-%d", from, d-1)), 0
		}
	}
	return strings.Join(days, " ")
}

// open opens a ledger.
func open(t *testing.T) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), ledger.Options{Fold: probes.Rules{}.Fold})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// A step is a decision on a day.
type step struct {
	on int
	participation.Act
}

// record records an act by a person with a name.
func record(t *testing.T, l *ledger.Ledger, ed *edition.Edition, s step) error {
	t.Helper()
	if s.By == "" {
		s.By, s.Reason = "Kari Nordmann", "they rang"
	}
	return l.Update(t.Context(), func(tx probes.Tx) error {
		s.At = noon(s.on)
		return participation.Record(t.Context(), tx, ed, s.Act)
	})
}

// view reads what a function reads of a ledger.
func view[T any](t *testing.T, l *ledger.Ledger, read func(context.Context, probes.Tx) (T, error)) (out T) {
	t.Helper()
	err := l.View(t.Context(), func(tx probes.Tx) (err error) {
		out, err = read(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLives: what was decided, and on which days the company is asked after all of it.
func TestLives(t *testing.T) {
	act := func(on int, kind probes.EventKind, company string) step {
		return step{on, participation.Act{Kind: kind, Company: company}}
	}
	pause := func(on, to int, company, channel string) step {
		return step{on, participation.Act{Kind: participation.Paused, Company: company, To: day(to), Channel: channel}}
	}
	later := func(ed *edition.Edition) { ed.Companies[0].Consent = day(20) }
	for _, tt := range []struct {
		name       string
		steps      []step
		file       func(*edition.Edition) // what the file says afterwards; nil: as before
		company    string
		mail, chat string
	}{
		{"nothing", nil, nil, "kraft", "1-31", "1-31"},
		{"paused", []step{pause(5, 9, "kraft", "")}, nil, "kraft", "1-4 10-31", "1-4 10-31"},
		{"paused over one channel", []step{pause(5, 9, "kraft", "chat")}, nil, "kraft", "1-31", "1-4 10-31"},
		{"others go on", []step{pause(5, 9, "kraft", "")}, nil, "nord", "12-31", "12-31"},
		{"all paused", []step{pause(5, 9, "", "")}, nil, "kraft", "1-4 10-31", "1-4 10-31"},
		{"resumed", []step{pause(5, 25, "kraft", ""), act(7, participation.Resumed, "kraft")}, nil, "kraft", "1-4 7-31", "1-4 7-31"},
		{"resumed on its first day", []step{pause(5, 25, "kraft", ""), act(5, participation.Resumed, "kraft")}, nil, "kraft", "1-31", "1-31"},
		{"resumed, all", []step{pause(5, 25, "", ""), act(7, participation.Resumed, "")}, nil, "kraft", "1-4 7-31", "1-4 7-31"},
		{"paused by the file, resumed", []step{act(10, participation.Resumed, "vind")}, nil, "vind", "1-7 10-31", "1-7 10-31"},
		{"a later pause outlives", []step{
			pause(5, 9, "kraft", ""), act(7, participation.Resumed, "kraft"), pause(8, 9, "kraft", ""),
		}, nil, "kraft", "1-4 7-7 10-31", "1-4 7-7 10-31"},
		{"withdrawn", []step{act(6, participation.Withdrawn, "kraft")}, nil, "kraft", "1-5", "1-5"},
		{"withdrawn, and the file as before", []step{act(6, participation.Withdrawn, "kraft")}, func(*edition.Edition) {}, "kraft", "1-5", "1-5"},
		{"withdrawn, and a later consent in the file", []step{act(6, participation.Withdrawn, "kraft")}, later, "kraft", "20-31", "20-31"},
		{"withdrawn, and given again", []step{
			act(6, participation.Withdrawn, "kraft"), act(10, participation.Consented, "kraft"),
		}, nil, "kraft", "1-5 10-31", "1-5 10-31"},
		{"withdrawn, given, withdrawn", []step{
			act(6, participation.Withdrawn, "kraft"), act(10, participation.Consented, "kraft"), act(15, participation.Withdrawn, "kraft"),
		}, nil, "kraft", "1-5 10-14", "1-5 10-14"},
		{"withdrawn and given on one day", []step{
			act(6, participation.Withdrawn, "kraft"), act(6, participation.Consented, "kraft"),
		}, nil, "kraft", "1-31", "1-31"},
		{"withdrawn before it begins", []step{act(6, participation.Withdrawn, "nord")}, nil, "nord", "", ""},
		{"consented here first", []step{act(6, participation.Consented, "fjord")}, nil, "fjord", "6-31", "6-31"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, ed := open(t), season()
			for _, s := range tt.steps {
				if err := record(t, l, ed, s); err != nil {
					t.Fatal(err)
				}
			}
			if tt.file != nil {
				ed = season()
				tt.file(ed)
			}
			now := view(t, l, func(ctx context.Context, tx probes.Tx) (*edition.Edition, error) {
				return participation.Of(ctx, tx, ed)
			})
			if mail, chat := asked(now, tt.company, "mail"), asked(now, tt.company, "chat"); mail != tt.mail || chat != tt.chat {
				t.Errorf("got mail %q, chat %q, want %q, %q", mail, chat, tt.mail, tt.chat)
			}
			twice := view(t, l, func(ctx context.Context, tx probes.Tx) (*edition.Edition, error) {
				return participation.Of(ctx, tx, now)
			})
			if got := asked(twice, tt.company, "mail"); got != tt.mail {
				t.Errorf("applied twice: got %q, want %q", got, tt.mail)
			}
			co, _ := ed.Company(tt.company)
			for d := 1; d <= 31; d++ {
				barred := view(t, l, func(ctx context.Context, tx probes.Tx) (bool, error) {
					_, barred, err := participation.Barred(ctx, tx, ed, participation.Place{Company: co, Day: day(d), Channel: "mail"})
					return barred, err
				})
				is, _ := now.Company(tt.company)
				if _, want := is.Barred(day(d), "mail"); barred != want && len(tt.steps) > 0 {
					t.Errorf("on the %d.: an opener is barred: %t, want %t", d, barred, want)
				}
			}
		})
	}
}

// TestRefused: what cannot be decided, and why.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		act  participation.Act
		want string
	}{
		{participation.Act{Kind: "fired", Company: "kraft"}, `"fired" is no decision`},
		{participation.Act{Kind: participation.Withdrawn, Company: "kraft", By: "Kari"}, "want a reason"},
		{participation.Act{Kind: participation.Withdrawn, Company: "kraft", Reason: "asked", By: " "}, "who decides"},
		{participation.Act{Kind: participation.Withdrawn, Company: "nowhere"}, "company nowhere is not in the configuration"},
		{participation.Act{Kind: participation.Withdrawn}, "consent is each company's own"},
		{participation.Act{Kind: participation.Withdrawn, Company: "fjord"}, "has no consent that it could withdraw"},
		{participation.Act{Kind: participation.Consented, Company: "kraft"}, "has consented already"},
		{participation.Act{Kind: participation.Resumed, Company: "kraft"}, "no pause is in force"},
		{participation.Act{Kind: participation.Paused, Company: "kraft"}, "want the last day"},
		{participation.Act{Kind: participation.Paused, Company: "kraft", To: day(4)}, "ends on 2027-03-04, before it begins on 2027-03-06"},
		{participation.Act{Kind: participation.Paused, Company: "kraft", From: day(5), To: day(9)}, "2027-03-05 is past"},
		{participation.Act{Kind: participation.Paused, Company: "kraft", To: day(9), Channel: "phone"}, "is not reached over phone"},
	} {
		l := open(t)
		err := record(t, l, season(), step{6, tt.act})
		if !errors.Is(err, participation.ErrAct) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: got %v, want %s", tt.act, err, tt.want)
		}
		n := view(t, l, participation.Count)
		if n != 0 {
			t.Errorf("%+v: it is kept all the same", tt.act)
		}
	}
}

// TestChain: what is sent again is decided once; words can be erased, and nothing else
// can be changed unseen.
func TestChain(t *testing.T) {
	l, ed := open(t), season()
	for _, s := range []step{
		{5, participation.Act{Kind: participation.Paused, Company: "kraft", To: day(9)}},
		{5, participation.Act{Kind: participation.Paused, Company: "kraft", To: day(9)}},
		{6, participation.Act{Kind: participation.Withdrawn, Company: "vind", By: "Ola", Reason: "a letter"}},
	} {
		if err := record(t, l, ed, s); err != nil {
			t.Fatal(err)
		}
	}
	history := func() []participation.Act {
		return view(t, l, func(ctx context.Context, tx probes.Tx) ([]participation.Act, error) {
			return participation.History(ctx, tx, "spring")
		})
	}
	acts := history()
	if len(acts) != 2 || acts[0].By != "Kari Nordmann" || acts[1].Reason != "a letter" || acts[1].From != day(6) || !acts[1].At.Equal(noon(6)) {
		t.Fatalf("got %+v", acts)
	}
	if fault := view(t, l, participation.Verify); fault != "" {
		t.Error(fault)
	}
	marks := view(t, l, func(ctx context.Context, tx probes.Tx) ([]channels.Checkpoint, error) {
		return tx.Checkpoints(ctx, participation.Marks)
	})
	for _, m := range marks {
		if strings.Contains(m.Position, "Kari") || strings.Contains(m.Position, "letter") {
			t.Errorf("a person's words are in the chain: %s", m.Position)
		}
	}
	last := marks[len(marks)-1]
	last.Position = strings.Replace(last.Position, "vind", "nord", 1)
	err := l.Update(t.Context(), func(tx probes.Tx) error { return tx.Advance(t.Context(), participation.Marks, last) })
	if err != nil {
		t.Fatal(err)
	}
	if fault := view(t, l, participation.Verify); !strings.Contains(fault, "event 2 was changed") {
		t.Errorf("got %q of a chain that was changed", fault)
	}
	other := view(t, l, func(ctx context.Context, tx probes.Tx) ([]participation.Act, error) {
		return participation.History(ctx, tx, "autumn")
	})
	if len(other) > 0 || slices.ContainsFunc(history(), func(a participation.Act) bool { return a.Erased }) {
		t.Errorf("got %+v of another edition", other)
	}
}
