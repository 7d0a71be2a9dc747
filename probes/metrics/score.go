package metrics

import (
	"context"
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
	score score
}

// rescore brings the score of a place up to date. Contacts that have not
// changed are not folded again. What still waits is censored where it was heard
// to when the place last changed.
func (c *Collector) rescore(ctx context.Context, tx probes.Tx, at place, heard time.Time) error {
	kept := c.cards[at]
	if kept == nil {
		kept = &card{seen: map[string]int{}, fair: map[string]fairness.Contact{}}
		c.cards[at] = kept
	}
	contacts, err := tx.Find(ctx, probes.Query{Edition: c.Edition.Name, Company: at.company, Channel: at.channel})
	if err != nil {
		return err
	}
	for _, contact := range contacts {
		if contact.Plan.Class != at.class || kept.seen[contact.ID] == contact.Events && !contact.Live() {
			continue
		}
		neutral, err := probes.Sample{Edition: c.Edition}.Neutral(ctx, tx, contact)
		if err != nil {
			return err
		}
		kept.seen[contact.ID] = contact.Events
		delete(kept.fair, contact.ID) // one that is deferred again was not put to the company
		if fair, ok := (probes.Sample{Edition: c.Edition}).Fair(neutral, heard); ok {
			kept.fair[contact.ID] = fair
		}
	}
	kept.score = c.score(kept.fair)
	return nil
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
