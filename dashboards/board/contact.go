package board

import (
	"encoding/base64"
	"errors"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

// A contactPage tells one contact's history.
type contactPage struct {
	frame
	Contact probes.Contact
	Company string
	Tries   []try
	Lines   []line
	Broken  string // what is wrong with the chain; empty: it holds
	// Waits says that an amendment waits for a second person: the contact is shown without
	// it. Lone is who has said it alone.
	Waits bool
	Lone  string
	// Asks is within what a person was to write, as the probe has it; 0: that is not asked for. Person is how long
	// the first has let the customer wait, if one Wrote.
	Asks, Person              time.Duration
	Wrote, Machine, Discloses bool
	Zero                      report.Zero // why it counts as unanswered, whatever came of it; empty: it counts as it went
}

// A line is one event of the history, with the words that are kept.
type line struct {
	report.Line
	Words *words // what was written; nil: nothing
	// Screen is what was on it then, where people are shown; Pictured says that one is kept.
	Screen   template.URL
	Pictured bool
}

// contact reads the page of a contact.
func (b *Board) contact(v *visit) (any, error) {
	id := v.r.PathValue("id")
	s, err := b.look(v.ctx)
	if err != nil {
		return nil, err
	}
	page := contactPage{frame: v.frame("contact", id, s)}
	var story []probes.Event
	err = b.Ledger.View(v.ctx, func(tx probes.Tx) error {
		c, history, err := tx.Story(v.ctx, id)
		if err != nil {
			return err
		}
		if broken := probes.CheckChain(history); broken != nil {
			page.Broken = broken.Error()
		}
		if c, history, err = probes.Told(v.ctx, tx, c, history); err != nil {
			return err
		}
		hide := v.veil(b, c.Plan.Company)
		hide.who.KeepOperators(history)
		hide.who.Keep(c.Plan.Persona + " " + c.Plan.Scenario + " " + c.Plan.Channel)
		page.Contact, page.Company = c, b.nameOf(c.Plan.Company)
		page.Lines, err = v.history(tx, history, told{id, hide})
		story = history
		page.Contact.Reason = hide.hide(c.Reason)
		zeroes, none := b.entrants.Zeroes(v.ctx, tx, b.Edition, c.Plan.Company)
		page.Zero = zeroes[id]
		return errors.Join(err, none)
	})
	if err == nil {
		err = b.wait(v, &page, story)
	}
	if p, known := b.Edition.Probe(page.Contact.Plan.Probe); known && p.AskForPerson > 0 {
		page.Asks = p.AskForPerson
		_, page.Person, page.Wrote = page.Contact.Person()
		page.Machine, page.Discloses = page.Contact.Machine()
	}
	for _, a := range page.Contact.Attempts {
		if !a.Sent.IsZero() {
			page.Tries = append(page.Tries, newTry(page.Contact, a, v.now))
		}
	}
	return page, err
}

// wait shows a contact without what one person alone has said of it, by the story that was
// told of it, where that waits for a second person.
func (b *Board) wait(v *visit, page *contactPage, story []probes.Event) error {
	without, lone := probes.WithoutLone(story)
	if !lone || b.Standings == nil {
		return nil
	}
	class, err := b.Standings(v.ctx, page.Contact.Plan.Class)
	if ranked, moved := class.Elsewhere[page.Contact.Plan.Company]; moved && err == nil {
		class, err = b.Standings(v.ctx, ranked)
	}
	if err != nil || !slices.Contains(class.Waiting, page.Contact.ID) {
		return err
	}
	page.Waits, page.Lone = true, strings.Join(probes.LoneBy(story), ", ")
	events := page.Contact.Events
	page.Contact = probes.Rules(b.Edition.Rules).Fold(page.Contact.ID, without)
	page.Contact.Events = events // all that the chain has
	page.Contact.Reason = v.veil(b, page.Contact.Plan.Company).hide(page.Contact.Reason)
	return nil
}

// told is the contact of a history, and what hides the people in it.
type told struct {
	contact string
	veil
}

// history tells the events of a contact, with the words that are kept.
func (v *visit) history(tx probes.Tx, events []probes.Event, of told) ([]line, error) {
	media, err := report.Media(v.ctx, tx, of.contact)
	if err != nil {
		return nil, err
	}
	var lines []line
	for i, told := range v.Describe(events) {
		l := line{Line: told}
		switch e := events[i]; e.Kind {
		case probes.Intended:
			l.Words, err = openingWords(v.ctx, tx, told.Ref)
		case probes.Heard:
			l.Words, err = arrivalWords(v.ctx, tx, report.ArrivalOf(e, media), of.veil)
		}
		if err == nil {
			err = l.see(v, tx, events[i])
		}
		if err != nil {
			return nil, err
		}
		if l.Why = of.hideAll(l.Why); !l.Ours() {
			l.What = of.hide(l.What)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// see takes in what was on the screen at an event: it is shown to those who see names too.
func (l *line) see(v *visit, tx probes.Tx, e probes.Event) error {
	picture, err := report.PictureOf(v.ctx, tx, e)
	if l.Pictured = picture.WebP != nil; l.Pictured && v.named {
		l.Screen = template.URL("data:image/webp;base64," + base64.StdEncoding.EncodeToString(picture.WebP))
	}
	return err
}

// Measures of the picture of an attempt, in its own units.
const tryWidth = 640

// A try is the picture of one attempt: from the opener to whatever came last,
// on an even scale.
type try struct {
	Attempt  probes.Attempt
	Deadline int // where it stands
	Now      int // 0: it is over
	Width    int
	Turns    []turn
	Promised time.Duration
}

// A turn is something heard, on the picture of its attempt.
type turn struct {
	probes.Reply
	X    int
	Wait time.Duration
}

// newTry draws an attempt that has left.
func newTry(c probes.Contact, a probes.Attempt, now time.Time) try {
	end := a.Deadline
	for _, t := range a.Readings {
		if t.At.After(end) {
			end = t.At
		}
	}
	waits := c.Live() && a.Number == c.Current().Number
	if waits && now.After(end) {
		end = now
	}
	all := max(end.Sub(a.Sent), time.Second)
	at := func(t time.Time) int {
		return min(max(int(float64(tryWidth)*float64(t.Sub(a.Sent))/float64(all)), 0), tryWidth)
	}
	drawn := try{Attempt: a, Deadline: at(a.Deadline), Width: tryWidth, Promised: a.Deadline.Sub(a.Sent)}
	if waits {
		drawn.Now = max(at(now), 1)
	}
	for _, t := range a.Readings {
		drawn.Turns = append(drawn.Turns, turn{t, at(t.At), t.At.Sub(a.Sent)})
	}
	return drawn
}
