package metrics

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
)

// unscored is the score of a place of which nothing is known: it is no number, and may be
// anything from 0 to 1.
func unscored() share { return share{value: math.NaN(), lower: 0, upper: 1} }

// A standing is what the score of a place follows from.
type standing struct {
	parts []part             // one of each class in which the company was asked
	open  []fairness.End     // of those, as they were when the place last changed
	lone  []fairness.Contact // of which one person alone has said something

	looked []looked // of those that count, contacts of which a person has looked at a doubtful letter

	zeros   map[string]fairness.Contact // what the company would have been asked, had it not left
	instead []fairness.End              // in whose place those stand
}

// A part is what a place has of the contacts that were asked in one class. Most places
// have one.
type part struct {
	class string
	ends  []byte   // of contacts that are decided, packed
	apart []string // others, by id
}

// apart returns the contacts of all parts that a score has to look at, by id.
func (k *standing) apart() (all []string) {
	for _, p := range k.parts {
		all = append(all, p.apart...)
	}
	return all
}

// put puts a part in its place.
func (k *standing) put(p part) {
	i := slices.IndexFunc(k.parts, func(q part) bool { return q.class == p.class })
	if i < 0 {
		k.parts = append(k.parts, p)
		return
	}
	k.parts[i] = p
}

// A looked is a contact of which a person has looked at a doubtful letter, and how it
// ended.
type looked struct {
	fairness.Contact
	end fairness.End
}

// A scorer keeps what scores follow from, by place.
type scorer struct {
	places  map[place]*standing
	classes map[string][]place
	lone    map[string]bool // classes in which one person alone has said something
}

func newScorer() scorer {
	return scorer{places: map[place]*standing{}, classes: map[string][]place{}, lone: map[string]bool{}}
}

// take takes over what the score of a place follows from.
func (s *scorer) take(b probes.Basis, at place) error {
	packed, err := b.Ends.MarshalText()
	if err != nil {
		return fmt.Errorf("score of %s: %w", b.Company, err)
	}
	kept := s.standing(at)
	kept.put(part{b.Class, packed, b.Apart})
	kept.open, kept.lone = nil, nil
	return nil
}

// standing returns what the score of a place follows from, for it to be changed.
func (s *scorer) standing(at place) *standing {
	if s.places[at] == nil {
		s.places[at] = &standing{}
		s.classes[at.class] = append(s.classes[at.class], at)
	}
	return s.places[at]
}

// counted returns how the contacts of a place ended, but for those of which one
// person alone has said something: what the company was asked, and what it would
// have been asked had it not left.
func (k *standing) counted(rules fairness.Rules) (fairness.Ends, error) {
	var ends fairness.Ends
	for _, p := range k.parts {
		of, err := fairness.ParseEnds(p.ends)
		if err != nil {
			return nil, err
		}
		if ends == nil {
			ends = of
			continue
		}
		for _, ended := range of {
			ends.Add(ended.End, ended.Contacts)
		}
	}
	for _, end := range k.open {
		ends.Add(end, 1)
	}
	for _, end := range k.instead {
		ends.Add(end, -1)
	}
	for _, c := range k.zeros {
		if end, known := rules.End(c); known {
			ends.Add(end, 1)
		}
	}
	return ends, nil
}

// awaiting returns the places of which one person alone has said something: what
// that would come to may change where nothing else does.
func (s *scorer) awaiting() (all []place) {
	for class := range s.lone {
		for _, at := range s.classes[class] {
			if len(s.places[at].lone) > 0 {
				all = append(all, at)
			}
		}
	}
	return all
}

// look looks at the contacts of a place that a score has to look at. What still
// waits is censored where it was heard to by now.
func (s *scorer) look(ctx context.Context, tx probes.Tx, at place, look looker) error {
	kept := s.places[at]
	kept.open, kept.lone = nil, nil
	for _, id := range kept.apart() {
		if _, zero := kept.zeros[id]; zero {
			continue
		}
		fair, seen, err := look.fair(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("contact %s: %w", id, err)
		}
		end, known := look.sample.Edition.Scoring.End(fair)
		switch {
		case seen && fair.Alone != nil:
			kept.lone = append(kept.lone, fair)
		case seen && known:
			kept.open = append(kept.open, end)
		}
	}
	return nil
}

// contested returns the classes of places in which one person alone has said something.
func (s *scorer) contested(changed map[place]bool) map[string]bool {
	classes := map[string]bool{}
	for at := range changed {
		if slices.ContainsFunc(s.classes[at.class], func(at place) bool { return len(s.places[at].lone) > 0 }) {
			classes[at.class] = true
		}
	}
	return classes
}

// relook finds the contacts of a place of which a person has looked at a doubtful letter:
// whether what one person alone has said waits hangs on how they would count without that.
func (s *scorer) relook(ctx context.Context, tx probes.Tx, at place, look looker) error {
	kept := s.places[at]
	kept.looked = nil
	found, err := tx.Find(ctx, probes.Query{Edition: look.sample.Edition.Name, Company: at.company, Channel: at.channel})
	if err != nil {
		return fmt.Errorf("contacts of %s: %w", at.company, err)
	}
	for _, c := range found {
		read := slices.ContainsFunc(c.Attempts, func(a probes.Attempt) bool { return len(a.Readings) > 0 })
		if _, zero := kept.zeros[c.ID]; zero || !read {
			continue
		}
		fair, seen, err := look.fair(ctx, tx, c.ID)
		if err != nil {
			return fmt.Errorf("contact %s: %w", c.ID, err)
		}
		end, known := look.sample.Edition.Scoring.End(fair)
		if seen && known && fair.Unread != nil && fair.Alone == nil {
			kept.looked = append(kept.looked, looked{fair, end})
		}
	}
	return nil
}

// A looker sees single contacts as standings do.
type looker struct {
	sample probes.Sample
	heard  map[string]time.Time // by channel
}

// fair returns what the standings see of a contact, with how it would count without
// what one person alone has said of it; false if they do not see it.
func (l looker) fair(ctx context.Context, tx probes.Tx, id string) (fairness.Contact, bool, error) {
	contact, story, err := tx.Story(ctx, id)
	if err != nil {
		return fairness.Contact{}, false, err
	}
	heard := l.heard[contact.Plan.Channel]
	neutral, err := l.sample.Neutral(ctx, tx, contact)
	if err != nil {
		return fairness.Contact{}, false, err
	}
	fair, ok := l.sample.Fair(neutral, heard)
	fair.Alone, fair.Unread = l.sample.Alone(id, story, heard), l.sample.Unread(id, story, heard)
	return fair, ok, nil
}

// score scores a place by the rules. What one person alone has said of contacts that
// wait for a second person is not counted.
func (k *standing) score(rules fairness.Rules, channel string, waiting map[string]bool) (share, error) {
	ends, err := k.counted(rules)
	if err != nil {
		return unscored(), err
	}
	for _, c := range k.lone {
		if waiting[c.ID] {
			c = *c.Alone
		}
		if end, known := rules.End(c); known {
			ends.Add(end, 1)
		}
	}
	return shareOf(rules.ScoreEnds(channel, ends)), nil
}

// shareOf returns a score with its interval.
func shareOf(s fairness.Score) share {
	if !s.Score.Known() {
		return unscored()
	}
	return share{float64(s.Score), s.Within.Lower, s.Within.Upper}
}

// rescored returns the scores that follow from what has changed: those of the places,
// and of all places of their class where one person alone has said something, or
// had. What would change the winner waits there for a second person, as it does in
// standings.
func (s *scorer) rescored(changed map[place]bool, rules fairness.Rules) (map[place]share, error) {
	classes, again := map[string]map[string]bool{}, map[place]bool{}
	for at := range changed {
		classes[at.class], again[at] = nil, true
	}
	for class := range classes {
		lone := slices.ContainsFunc(s.classes[class], func(at place) bool { return len(s.places[at].lone) > 0 })
		if !lone && !s.lone[class] {
			continue
		}
		s.lone[class], classes[class] = lone, map[string]bool{}
		contacts, err := s.contacts(class, rules)
		if err != nil {
			return nil, fmt.Errorf("contacts of %s: %w", class, err)
		}
		_, waiting := rules.Confirmed(contacts)
		for _, id := range waiting {
			classes[class][id] = true
		}
		for _, at := range s.classes[class] {
			again[at] = true
		}
	}
	scores := map[place]share{}
	for at := range again {
		var err error
		if scores[at], err = s.places[at].score(rules, at.channel, classes[at.class]); err != nil {
			return nil, fmt.Errorf("score of %s: %w", at.company, err)
		}
	}
	return scores, nil
}

// contacts returns those of a class, as far as scores see them: each of those that
// ended alike is one that ended so.
func (s *scorer) contacts(class string, rules fairness.Rules) (all []fairness.Contact, err error) {
	for _, at := range s.classes[class] {
		kept := s.places[at]
		ends, err := kept.counted(rules)
		if err != nil {
			return nil, err
		}
		for _, c := range kept.looked {
			ends.Add(c.end, -1)
			all = append(all, c.Contact)
		}
		for i, ended := range ends {
			c := ended.Contact()
			c.Company, c.Channel = at.company, at.channel
			for k := range ended.Contacts {
				c.ID = strconv.Itoa(i) + " " + strconv.Itoa(k)
				all = append(all, c)
			}
		}
		all = append(all, kept.lone...)
	}
	return all, nil
}
