package field_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
	"github.com/svartid/svartid/probes/result"
	"github.com/svartid/svartid/probes/signature"
)

// TestDropped: what the plan of the start asks, and a later one does not for no reason of
// the companies', is told by standings and has to be accepted for a result; what companies
// miss by leaving, pausing or keeping fewer hours is not among it.
func TestDropped(t *testing.T) {
	const gone = "  - {id: nord, name: Nord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example}}\n"
	january, renamed := replaced(`"0 9 * * 1"`, `"0 9 * 1 1"`), replaced("{name: email,", "{name: letters,")
	const (
		fewer = "the plan of the start asks class power by probe email, from 2027-02-01 to 2027-02-15, what is not asked any more: questions 12, rounds 3"
		less  = "the plan of the start asks class power by probe email, from 2027-02-01 to 2027-02-15, what is not asked any more: questions 9, rounds 3"
		one   = "the plan of the start asks class power by probe email, from 2027-02-15 to 2027-02-15, what is not asked any more: questions 4, rounds 1"
	)
	for _, tt := range []struct {
		name  string
		now   func(string) string
		until string // questions before this day were asked
		want  []string
	}{
		{"the plan of the start", replaced("x7", "x7"), "2027-02-01", nil},
		{"rounds are dropped", january, "2027-02-01", []string{fewer}},
		{"that, and a company leaves", func(text string) string { return january(replaced(gone, "")(text)) }, "2027-02-01", []string{less}},
		{"that, and a company keeps hours in which nothing is asked", func(text string) string {
			return january(changed(nord + ", hours: \"Sun 08:00-09:00\"")(text))
		}, "2027-02-01", []string{less}},
		{"the probe is another", renamed, "2027-02-15", []string{one}},
		{"a company keeps hours in which nothing is asked", changed(nord + ", hours: \"Sun 08:00-09:00\""), "2027-02-01", nil},
		{"a company leaves", replaced(gone, ""), "2027-02-01", nil},
		{"a company is paused", replaced("reach: {mail: a@b.example}", "reach: {mail: a@b.example}, pauses: [{from: 2027-02-01, to: 2027-02-12, reason: x}]"), "2027-02-01", nil},
		{"a company is moved", changed(strings.Replace(nord, "power", "bank", 1)), "2027-02-01", nil},
		{"a week is taken off", replaced("x7", "x7, days_off: [2027-02-08, 2027-02-09, 2027-02-10, 2027-02-11, 2027-02-12]"), "2027-02-01", nil},
		{"all were asked before", january, "2027-03-01", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := begin(t)
			until := day(tt.until).In(s.ed.Zone())
			s.follow(planned.Draw(parsed(t, tt.now(season))), until)
			s.live(func(_ string, slot time.Time) (time.Duration, string) {
				if !slot.Before(until) {
					return 0, "-"
				}
				return time.Minute, ""
			})
			all, err := report.Rank(t.Context(), s.l, s.edited(tt.now), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range all {
				for _, d := range c.Dropped {
					got = append(got, d.String())
				}
			}
			var out strings.Builder
			all[0].Print(&out)
			if !slices.Equal(got, tt.want) || strings.Contains(out.String(), "what is not asked any more") != (tt.want != nil) {
				t.Errorf("got %q, want %q, and standings\n%s", got, tt.want, &out)
			}
			for _, d := range s.unsettled(tt.now) {
				if !slices.Contains(tt.want, d) {
					t.Errorf("the result waits for %q", d)
				}
			}
			if n := len(s.unsettled(tt.now)); n != len(tt.want) {
				t.Errorf("the result waits for %d, want %q", n, tt.want)
			}
		})
	}
}

// unsettled returns what a result has to have accepted because it was dropped.
func (s *life) unsettled(now func(string) string) (dropped []string) {
	s.t.Helper()
	ed := parsed(s.t, now(season))
	key, err := signature.NewKey("00ff", "spring")
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.l.View(s.t.Context(), func(tx probes.Tx) error {
		ctx := context.WithoutCancel(s.t.Context())
		_, err := result.Source{Edition: ed, Key: key}.Freeze(ctx, tx)
		var open *result.Unsettled
		if !errors.As(err, &open) {
			return fmt.Errorf("want an unsettled season: %w", err)
		}
		for _, i := range open.Items {
			if i.Why == result.Dropped {
				dropped = append(dropped, i.Contact)
				if !strings.Contains(open.Error(), i.Contact) {
					s.t.Errorf("%v does not name %q", open, i.Contact)
				}
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return dropped
}
