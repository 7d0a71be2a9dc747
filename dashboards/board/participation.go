package board

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/report"
)

// A participationView is whether a company is asked, and what people have decided of
// that.
type participationView struct {
	Status  string
	Pauses  []edition.Pause
	Entry   report.Entry        // what became of it after the start
	Acts    []participation.Act // latest first; those of every company too
	Choices []choice            // what can be decided now; none: nothing, or not by this visitor
	Today   string
}

// A choice is one thing that can be decided.
type choice struct {
	Kind probes.EventKind
	Name string
	Main bool
}

// participation reads what is known of a company's, as it stands at this instant: the
// edition of the pages follows within a second.
func (b *Board) participation(v *visit, co edition.Company) (p participationView, err error) {
	p.Today = calendar.DateOf(v.now.In(b.zone())).String()
	var acts []participation.Act
	err = b.Ledger.View(v.ctx, func(tx probes.Tx) error {
		if acts, err = participation.History(v.ctx, tx, b.Edition.Name); err != nil {
			return err
		}
		p.Entry, err = b.entrants.Entry(v.ctx, tx, b.Edition, co.ID)
		return err
	})
	hide := v.veil(b, co.ID)
	for _, a := range acts {
		hide.who.Keep(a.By)
		if a.Reason = hide.hide(a.Reason); a.Company == "" || a.Company == co.ID {
			p.Acts = append([]participation.Act{a}, p.Acts...)
		}
	}
	co = participation.Apply(&edition.Edition{Companies: []edition.Company{co}}, acts).Companies[0]
	p.Status, p.Pauses = v.standsAs(co), co.Pauses
	if b.Decide != nil && v.who.Decides {
		p.Choices = v.choices(co)
	}
	return p, err
}

// standsAs says whether a company may be asked.
func (v *visit) standsAs(co edition.Company) string {
	on := func(d calendar.Date) string { return v.FullDate(d.In(v.Zone())) }
	switch {
	case co.Consent.IsZero():
		return v.T("No consent: it is not asked.")
	case co.Left():
		return v.T("Consent was withdrawn, and it is not asked, from %s.", on(co.Withdrawn))
	}
	return v.T("Consent since %s.", on(co.Consent))
}

// choices are what can be decided of a company as it stands.
func (v *visit) choices(co edition.Company) (all []choice) {
	if co.Consent.IsZero() || co.Left() {
		return []choice{{participation.Consented, v.T("it has consented"), true}}
	}
	all = append(all, choice{participation.Paused, v.T("it is not asked for a time"), false})
	today := calendar.DateOf(v.now.In(v.Zone()))
	for _, p := range co.Pauses {
		if !today.Before(p.From) && !today.After(p.To) {
			all = append(all, choice{participation.Resumed, v.T("it is asked again"), false})
			break
		}
	}
	return append(all, choice{participation.Withdrawn, v.T("it has withdrawn its consent"), false})
}

// decided says what was decided.
func (t *theme) decided(a participation.Act) string {
	on := func(d calendar.Date) string { return t.FullDate(d.In(t.Zone())) }
	switch {
	case a.Kind == participation.Paused && a.Channel != "":
		return t.T("not asked over %s from %s to %s", a.Channel, on(a.From), on(a.To))
	case a.Kind == participation.Paused:
		return t.T("not asked from %s to %s", on(a.From), on(a.To))
	case a.Kind == participation.Resumed:
		return t.T("asked again from %s", on(a.From))
	case a.Kind == participation.Withdrawn:
		return t.T("consent withdrawn from %s", on(a.From))
	}
	if a.Kind == participation.Corrected {
		return t.corrected(a)
	}
	return t.T("consent given from %s", on(a.From))
}

// corrected says which entry of the start was wrong.
func (t *theme) corrected(a participation.Act) string {
	switch a.Entry {
	case "class":
		return t.T("its class was entered wrongly at the start: it is %s all along", a.Value)
	case "hours":
		return t.T("its hours were entered wrongly at the start: they are %s all along", a.Value)
	}
	return t.T("the days that it keeps were entered wrongly at the start: they are %s all along", cmp.Or(a.Value, t.T("those of the edition")))
}

// because says why a company is paused: as the file has it, or that a person has
// decided so.
func (t *theme) because(p edition.Pause) string {
	switch p.Reason {
	case participation.ByPerson:
		return t.T("decided by the organiser")
	case participation.Gap:
		return t.T("consent was withdrawn")
	}
	return p.Reason
}

// decide takes a person's decision on who is asked.
func (b *Board) decide(v *visit) (string, error) {
	form := v.r.PostForm
	act := participation.Act{
		Kind: probes.EventKind(form.Get("kind")), Company: v.r.PathValue("id"),
		Reason: strings.TrimSpace(form.Get("reason")), By: strings.TrimSpace(form.Get("by")),
	}
	if b.Decide == nil || act.Reason == "" || act.By == "" || act.Kind == "" {
		return "", fmt.Errorf("%w: want what is decided, a reason and who decides", errForm)
	}
	if act.Kind == participation.Paused {
		var err error
		if act.To, err = calendar.ParseDate(form.Get("until")); err != nil {
			return "", fmt.Errorf("%w: the last day of the pause: %w", errForm, err)
		}
		act.Channel = form.Get("channel")
	}
	if err := b.Decide(v.ctx, act); err != nil {
		return "", fmt.Errorf("decide on %s: %w", act.Company, err)
	}
	return "/companies/" + act.Company + "#participation", nil
}
