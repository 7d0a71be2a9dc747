package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/page"
)

// A room is a conversation whose window is open.
type room struct {
	page     *page.Page
	place    Reach
	opening  channels.Opening
	began    time.Time
	again    bool      // the window was opened again
	from     time.Time // if so, until when the one before it was looked at
	opened   time.Time // and when it was opened
	followed bool      // it has been asked for
	over     bool      // its contact is decided
	held     time.Time // since when something is not offered yet; zero: nothing is
	pictured bool      // an answer has been seen
	picture  []byte    // of the first one, until it is heard
}

// A stay is what is kept of a conversation, encrypted.
type stay struct {
	Began time.Time `json:"began"`
	Kept  page.Kept `json:"kept"`
}

// enter notes an open conversation.
func (c *Channel) enter(r *room) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if before := c.rooms[r.opening.ID]; before != nil && before != r {
		go before.page.Close()
	}
	c.rooms[r.opening.ID] = r
}

// inside returns a conversation whose window is open; nil: it is not.
func (c *Channel) inside(id string) *room {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rooms[id]
	if r != nil && r.page.Gone() {
		delete(c.rooms, id)
		go r.page.Close()
		return nil
	}
	return r
}

// room reports whether a further conversation may be open. One that is decided makes way.
func (c *Channel) room() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.rooms) < c.cfg.Conversations {
		return true
	}
	for id, r := range c.rooms {
		if r.over {
			delete(c.rooms, id)
			go r.page.Close()
			return true
		}
	}
	return false
}

// exit closes a window, and forgets the visitor.
func (c *Channel) exit(id, attempt string) error {
	c.mu.Lock()
	r := c.rooms[id]
	delete(c.rooms, id)
	c.mu.Unlock()
	if r != nil {
		r.page.Close()
	}
	return c.keeper.Drop(attempt)
}

// tidy closes the windows of conversations that are not followed any more.
func (c *Channel) tidy(followed map[string]bool) error {
	c.mu.Lock()
	var done []*room
	for id, r := range c.rooms {
		if r.followed && !followed[id] {
			done = append(done, r)
		}
		r.followed = r.followed || followed[id]
	}
	c.mu.Unlock()
	var failed error
	for _, r := range done {
		failed = errors.Join(failed, c.exit(r.opening.ID, r.opening.Attempt))
	}
	return failed
}

// errForgets says that a widget shows nothing to a visitor who comes back.
var errForgets = errors.New("the widget shows nothing to a visitor who comes back")

// back opens a window as the visitor of an earlier one, up to where the company sees nothing new.
func (c *Channel) back(ctx context.Context, o channels.Opening) (*room, error) {
	place, f, err := c.there(o.Reach)
	if err != nil {
		return nil, err
	}
	if f.Forgets {
		return nil, errForgets
	}
	text, err := c.keeper.Read(o.Attempt)
	if err != nil {
		return nil, err
	}
	var kept stay
	if err := json.Unmarshal(text, &kept); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	done, err := c.queue(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	p, err := c.window(ctx, place, kept.Kept)
	if err != nil {
		return nil, err
	}
	w := walk{Channel: c, page: p, flow: f, opening: o}
	for _, s := range f.Open[:f.Quiet()] {
		// A visitor who comes back may find the chat open.
		if err := w.step(ctx, s); err != nil && !errors.Is(err, page.ErrMissing) {
			p.Close()
			return nil, err
		}
	}
	return &room{page: p, place: place, opening: o, began: kept.Began, again: true}, nil
}
