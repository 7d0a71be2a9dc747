package result

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/head"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/review"
)

// A Reason is why a contact is not settled.
type Reason string

// The reasons.
const (
	Pending     Reason = "pending"     // it waits for an answer, or for its deadline
	Provisional Reason = "provisional" // its outcome rests on what a person has to look at
	Letter      Reason = "letter"      // a letter of it waits for a person
	Unconfirmed Reason = "amendment"   // an amendment of it waits for a second person
	Uncorrected Reason = "correction"  // of an entry of the start waits for a second person; as a contact's id: whose, and which
	LonePause   Reason = "pause"       // one person's, brings zeros without which another would win; as a contact's id: which
	Planned     Reason = "planned"     // the plan has it, and it has not begun
	Unanchored  Reason = "unanchored"  // no published head covers it; as a contact's id: since when, or "never"
	Rules       Reason = "rules"       // a rule is not that of the plan; as a contact's id: what has changed
	Dropped     Reason = "dropped"     // the plan of the start asks it, and the one that is followed now does not; as a contact's id: what
	LastDay     Reason = "last day"    // of the edition, as a contact's id: nothing has been heard after it
)

// An Item is one thing that is not settled.
type Item struct {
	Contact string `json:"contact"` // of the last day: that day; of a rule: what has changed
	Why     Reason `json:"why"`
}

// Unsettled is the error of a season in which something still waits: it is not
// frozen unless that is accepted by name.
type Unsettled struct{ Items []Item }

// Digest names exactly what is not settled.
func (u *Unsettled) Digest() string {
	h := sha256.New()
	for _, i := range u.Items {
		fmt.Fprintln(h, i.Contact, i.Why)
	}
	const enough = 8
	return hex.EncodeToString(h.Sum(nil)[:enough])
}

// Error lists what is not settled.
func (u *Unsettled) Error() string {
	const most = 20
	by := map[Reason][]string{}
	for _, i := range u.Items {
		by[i.Why] = append(by[i.Why], i.Contact)
	}
	var parts []string
	if changed := by[Rules]; len(changed) > 0 {
		parts = append(parts, "these are not the rules of the plan: "+strings.Join(changed, ", "))
	}
	parts = append(parts, by[Dropped]...)
	if waiting := by[Uncorrected]; len(waiting) > 0 {
		parts = append(parts, "corrections of the start that wait for a second person: "+strings.Join(waiting, ", "))
	}
	if lone := by[LonePause]; len(lone) > 0 {
		parts = append(parts, "pauses of one person alone that change the winner: "+strings.Join(lone, "; "))
	}
	for _, since := range by[Unanchored] {
		parts = append(parts, unanchored(since))
	}
	for _, day := range by[LastDay] {
		parts = append(parts, fmt.Sprintf("the last day, %s, is not over by what has been heard", day))
	}
	for _, why := range []Reason{Planned, Pending, Provisional, Letter, Unconfirmed} {
		ids := by[why]
		if len(ids) == 0 {
			continue
		}
		list := strings.Join(ids[:min(len(ids), most)], ", ")
		if len(ids) > most {
			list += fmt.Sprintf(" and %d more", len(ids)-most)
		}
		parts = append(parts, fmt.Sprintf("%s (%s): %s", why, report.Counted(len(ids), "contact", "contacts"), list))
	}
	return "the season is not settled: " + strings.Join(parts, "; ")
}

// never stands for the time of the last head where there is none.
const never = "never"

// unanchored says that no published head covers a season since a time.
func unanchored(since string) string {
	if since == never {
		return head.Anchor{Beyond: true}.String()
	}
	at, _ := time.Parse(time.RFC3339, since) // written by us
	return head.Anchor{Last: at, Beyond: true}.String()
}

// anchorOf returns what is not settled because no published head covers it. Of a result
// that is made again it is what it was then: heads that were made since cover more.
func (s Source) anchorOf(ctx context.Context, tx probes.Tx) ([]Item, error) {
	if s.Again != nil {
		return slices.DeleteFunc(slices.Clone(s.Again.Unsettled), func(i Item) bool { return i.Why != Unanchored }), nil
	}
	a, err := head.AnchorOf(ctx, tx, s.Edition.Name)
	switch {
	case err != nil || !a.Beyond:
		return nil, err
	case a.Last.IsZero():
		return []Item{{never, Unanchored}}, nil
	}
	return []Item{{a.Last.UTC().Format(time.RFC3339), Unanchored}}, nil
}

// unsettled returns what still waits in an edition, each contact once for each
// reason, by contact.
func (s Source) unsettled(ctx context.Context, tx probes.Tx, classes []report.ClassStandings) ([]Item, error) {
	ed := s.Edition
	all, err := s.anchorOf(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("what is not settled: %w", err)
	}
	err = probes.Sample{Edition: ed}.Refold(ctx, tx, time.Time{}, func(c probes.Contact, _ []probes.Event) error {
		switch {
		case c.Outcome == probes.Pending:
			all = append(all, Item{c.ID, Pending})
		case c.Provisional:
			all = append(all, Item{c.ID, Provisional})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what is not settled: %w", err)
	}
	ahead, err := AheadOf(ctx, tx, ed)
	if err != nil {
		return nil, err
	}
	all = append(all, ahead.items()...)
	letters, err := review.Queue(ctx, tx, ed, review.Viewer{})
	if err != nil {
		return nil, fmt.Errorf("what is not settled: %w", err)
	}
	for _, l := range letters {
		all = append(all, Item{l.Contact, Letter})
	}
	for _, class := range classes {
		all = append(all, unsettledIn(class)...)
	}
	slices.SortFunc(all, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Contact, b.Contact), cmp.Compare(a.Why, b.Why))
	})
	return slices.Compact(all), nil
}

// unsettledIn returns what waits in a class for people, the rules that are not the plan's,
// and what the plan of the start asks and is not asked any more.
func unsettledIn(class report.ClassStandings) (all []Item) {
	for _, c := range class.Rules {
		all = append(all, Item{c.String(), Rules})
	}
	for _, d := range class.Dropped {
		all = append(all, Item{d.String(), Dropped})
	}
	for _, c := range class.Corrections {
		if c.Waiting() {
			all = append(all, Item{c.Company + " " + c.What, Uncorrected})
		}
	}
	for _, p := range class.LonePauses {
		all = append(all, Item{p, LonePause})
	}
	for _, id := range class.Waiting {
		all = append(all, Item{id, Unconfirmed})
	}
	return all
}
