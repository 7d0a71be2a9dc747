package metrics

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
)

// A score is a company's on one channel, by the edition's policy, 0 to 1.
type score struct{ value, lower, upper float64 }

// unscored is the score of who has not been asked: it may be anything.
func unscored() score { return score{value: 0, lower: 0, upper: 1} }

// A card is what a score follows from: a company's contacts on a channel, each
// as it was when it was last looked at.
type card struct {
	seen  map[string]int // events by contact
	fair  map[string]fairness.Contact
	zeros map[string]fairness.Contact // what the company would have been asked, had it not left
	score score
}

// An update is what scores are brought up to date by.
type update struct {
	heard   map[string]time.Time // by channel
	judged  map[string]bool      // contacts of which a person has said what came
	classes map[string]bool      // in which something has changed
}

// begin reads what is common to all places.
func (c *Collector) begin(ctx context.Context, tx probes.Tx) (u update, err error) {
	u = update{judged: map[string]bool{}, classes: map[string]bool{}}
	if u.heard, err = (probes.Sample{Edition: c.Edition}).Heard(ctx, tx); err != nil {
		return u, err
	}
	judged, err := tx.Arrivals(ctx, probes.ArrivalQuery{Judged: true})
	for _, a := range judged {
		u.judged[a.Contact] = true
	}
	return u, err
}

// rescore brings the score of a place up to date. Contacts that have not
// changed are not folded again. What still waits is censored where it was heard
// to when the place last changed.
func (c *Collector) rescore(ctx context.Context, tx probes.Tx, at place, u update) error {
	u.classes[at.class] = true
	kept := c.card(at)
	contacts, err := tx.Find(ctx, probes.Query{Edition: c.Edition.Name, Company: at.company, Channel: at.channel})
	if err != nil {
		return err
	}
	for _, contact := range contacts {
		c.departed.saw(contact)
		if contact.Plan.Class != at.class || kept.seen[contact.ID] == contact.Events && !contact.Live() {
			continue
		}
		fair, ok, err := c.fair(ctx, tx, contact, u)
		if err != nil {
			return err
		}
		kept.seen[contact.ID] = contact.Events
		delete(kept.fair, contact.ID) // one that is deferred again was not put to the company
		if ok {
			kept.fair[contact.ID] = fair
		}
	}
	kept.score = c.score(kept.counted())
	return nil
}

// fair returns what the standings see of a contact, with how it would count
// without what one person alone has said of it; false if they do not see it.
func (c *Collector) fair(ctx context.Context, tx probes.Tx, contact probes.Contact, u update) (fairness.Contact, bool, error) {
	sample, heard := probes.Sample{Edition: c.Edition}, u.heard[contact.Plan.Channel]
	neutral, err := sample.Neutral(ctx, tx, contact)
	if err != nil {
		return fairness.Contact{}, false, err
	}
	fair, ok := sample.Fair(neutral, heard)
	if !ok || !contact.Amended && !u.judged[contact.ID] {
		return fair, ok, nil
	}
	_, story, err := tx.Story(ctx, contact.ID)
	fair.Alone = sample.Alone(contact.ID, story, heard)
	return fair, ok, err
}

// awaiting returns the places of which one person alone has said something: that
// another says the same changes no tally.
func (c *Collector) awaiting() map[place]bool {
	all := map[place]bool{}
	for at, kept := range c.cards {
		alone := func(f fairness.Contact) bool { return f.Alone != nil }
		if slices.ContainsFunc(slices.Collect(maps.Values(kept.fair)), alone) {
			all[at] = true
		}
	}
	return all
}

// confirm scores classes anew in which one person alone has said something, or
// had: what would change the winner waits for a second person, in all places of
// the class, as it does in standings.
func (c *Collector) confirm(classes map[string]bool) {
	for class := range classes {
		var all []fairness.Contact
		for at, kept := range c.cards {
			if at.class == class {
				all = slices.AppendSeq(all, maps.Values(kept.counted()))
			}
		}
		lone := slices.ContainsFunc(all, func(f fairness.Contact) bool { return f.Alone != nil })
		if !lone && !c.lone[class] {
			continue
		}
		c.lone[class] = lone
		counted, _ := c.Edition.Scoring.Confirmed(all)
		byID := map[string]fairness.Contact{}
		for _, f := range counted {
			byID[f.ID] = f
		}
		for at, kept := range c.cards {
			if at.class == class {
				kept.score = c.score(picked(byID, kept.counted()))
			}
		}
	}
}

// picked returns of all contacts those that a place has.
func picked(all, of map[string]fairness.Contact) map[string]fairness.Contact {
	own := map[string]fairness.Contact{}
	for id := range of {
		own[id] = all[id]
	}
	return own
}

// score applies the edition's policy to one company on one channel.
func (c *Collector) score(fair map[string]fairness.Contact) score {
	all := make([]fairness.Contact, 0, len(fair))
	for _, contact := range fair {
		all = append(all, contact)
	}
	for _, s := range c.Edition.Scoring.Standings(all) {
		if s.Score.Known() {
			return score{float64(s.Score), s.Lower, s.Upper}
		}
	}
	return unscored()
}
