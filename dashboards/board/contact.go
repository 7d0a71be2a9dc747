package board

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// A contactPage tells one contact's story.
type contactPage struct {
	frame
	Contact probes.Contact
	Company string
	Tries   []try
	Lines   []line
	Broken  string // what is wrong with the chain; empty: it holds
}

// A line is one event of the story.
type line struct {
	At    time.Time
	Kind  probes.EventKind
	Sort  reading.Kind // of what was heard
	What  string
	Why   []string
	Hash  string
	Words *words // what was written; nil: nothing
}

// words are what somebody wrote, as plain text.
type words struct {
	Subject, Text string
	Ours          bool
	Cut           bool // there is more
	Erased        bool
}

// contact reads the page of a contact.
func (b *Board) contact(v *visit) (any, error) {
	id := v.r.PathValue("id")
	s, err := b.look(v.ctx)
	if err != nil {
		return nil, err
	}
	page := contactPage{frame: v.frame("contact", id, s)}
	err = b.Ledger.View(v.ctx, func(tx probes.Tx) error {
		c, story, err := tx.Story(v.ctx, id)
		if err != nil {
			return err
		}
		if broken := probes.CheckChain(story); broken != nil {
			page.Broken = broken.Error()
		}
		if c, story, err = probes.Told(v.ctx, tx, c, story); err != nil {
			return err
		}
		page.Contact, page.Company = c, b.nameOf(c.Plan.Company)
		for _, e := range story {
			l, err := v.line(v.ctx, tx, e)
			if err != nil {
				return err
			}
			page.Lines = append(page.Lines, l)
		}
		return nil
	})
	for _, a := range page.Contact.Attempts {
		if !a.Sent.IsZero() {
			page.Tries = append(page.Tries, newTry(page.Contact, a, v.now))
		}
	}
	return page, err
}

// line tells an event, with the words that are kept.
func (t *tongue) line(ctx context.Context, tx probes.Tx, e probes.Event) (line, error) {
	l := line{At: e.At, Kind: e.Kind, What: t.sentence(e), Hash: e.Hash}
	var err error
	switch e.Kind {
	case probes.Intended:
		l.Words, err = openingWords(ctx, tx, decoded[probes.Intent](e).Words)
	case probes.Heard:
		j := decoded[probes.Classification](e)
		l.Why, l.Sort = because(j.Because), j.Kind
		l.Words, err = arrivalWords(ctx, tx, j.Evidence, j.Words)
	}
	return l, err
}

// evidence returns what is kept under a digest; nil if it was erased.
func evidence(ctx context.Context, tx probes.Tx, digest string) ([]byte, error) {
	kept, err := tx.Evidence(ctx, digest)
	if errors.Is(err, probes.ErrNoEvidence) {
		return nil, nil
	}
	return kept, err
}

// openingWords returns what we wrote.
func openingWords(ctx context.Context, tx probes.Tx, digest string) (*words, error) {
	if digest == "" {
		return nil, nil
	}
	kept, err := evidence(ctx, tx, digest)
	if err != nil || kept == nil {
		return &words{Ours: true, Erased: true}, err
	}
	var o channels.Opening
	if err := json.Unmarshal(kept, &o); err != nil {
		return nil, fmt.Errorf("read opening %s: %w", short(digest), err)
	}
	return cut(words{Subject: o.Subject, Text: o.Body, Ours: true}), nil
}

// arrivalWords returns what the company wrote: the words where they are kept
// apart, else those of the mail or text that came.
func arrivalWords(ctx context.Context, tx probes.Tx, came, said string) (*words, error) {
	if came == "" && said == "" {
		return nil, nil
	}
	if said != "" {
		kept, err := evidence(ctx, tx, said)
		return cut(words{Text: string(kept), Erased: kept == nil}), err
	}
	kept, err := evidence(ctx, tx, came)
	if err != nil || kept == nil {
		return &words{Erased: true}, err
	}
	m := reading.Parse(kept)
	return cut(words{Subject: m.Subject(), Text: reading.Read(m, reading.Asked{}, time.Time{}).Text}), nil
}

// cut keeps of the words what a page has room for.
func cut(w words) *words {
	const room = 4000
	w.Text = strings.TrimSpace(strings.ToValidUTF8(w.Text, ""))
	if all := []rune(w.Text); len(all) > room {
		w.Text, w.Cut = string(all[:room]), true
	}
	return &w
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
