package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
)

// unread is which companies' places could not be read when their channel was last
// looked at. The zero value is ready.
type unread struct {
	mu  sync.Mutex
	all map[string]map[string]channels.Unread // by channel and reach
	// alone are the openers with which no one of the company has come into the conversation, by channel.
	alone map[string][]string
}

// set notes what a look at a channel could not read. It returns the places of
// which that is news.
func (u *unread) set(channel string, places []channels.Unread) (news []channels.Unread) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := map[string]channels.Unread{}
	for _, p := range places {
		if before, noted := now[p.Reach]; noted && before.Ours {
			continue
		}
		if _, known := u.all[channel][p.Reach]; !known {
			news = append(news, p)
		}
		now[p.Reach] = p
	}
	if u.all == nil {
		u.all = map[string]map[string]channels.Unread{}
	}
	u.all[channel] = now
	return news
}

// leave notes with which openers of a channel no one of the company has come into the conversation.
func (u *unread) leave(channel string, alone []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.alone == nil {
		u.alone = map[string][]string{}
	}
	u.alone[channel] = alone
}

// isAlone reports whether that is so of an opener.
func (u *unread) isAlone(channel, opener string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Contains(u.alone[channel], opener)
}

// at returns why a place could not be read; false if it could.
func (u *unread) at(channel, reach string) (channels.Unread, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	p, found := u.all[channel][reach]
	return p, found
}

// weigh returns a batch in which a checkpoint stands that is known to be right. Where no
// place could be read it does if that is a company's own failure.
func (e *Engine) weigh(ctx context.Context, channel string, h channels.Batch) channels.Batch {
	e.unread.leave(channel, h.Alone)
	deaf := !h.UntilIfTheirs.IsZero()
	if !deaf && h.Checkpoint.Until.IsZero() && len(h.Unread) == 0 {
		return h // no look at all places
	}
	if deaf && e.ownFailure(channel, h.Unread) && e.reachesOthers(ctx, channel) {
		h.Checkpoint.Until = h.UntilIfTheirs
	}
	for _, p := range e.unread.set(channel, h.Unread) {
		e.Log.Warn("a company's place cannot be read", "channel", channel, "reach", p.Reach, "ours", p.Ours, "because", p.Reason)
	}
	return h
}

// ownFailure reports whether it is a company that failed where no place of a
// channel could be read: its own place is gone while the server answers, or the
// whole server is its own. Where the places of several fail it is the server, or
// we, that failed.
func (e *Engine) ownFailure(channel string, places []channels.Unread) bool {
	alone := e.alone(channel)
	for _, p := range places {
		if p.Reach != places[0].Reach || p.Ours || !p.Answered && !alone {
			return false
		}
	}
	return len(places) > 0
}

// alone reports whether only one company is reached on a channel.
func (e *Engine) alone(channel string) bool {
	n := 0
	for _, co := range e.Edition.Companies {
		if co.Reach[channel] != "" {
			n++
		}
	}
	return n == 1
}

// reachesOthers reports whether another host than a channel's answers us.
func (e *Engine) reachesOthers(ctx context.Context, channel string) bool {
	if len(e.others.since(e.now().Add(-reachedFor), channel)) > 0 {
		return true
	}
	return e.Vantage != nil && len(e.Vantage(ctx)) > 0
}

// recentlyHeard notes that a channel's server has answered, unless nothing could
// be read there.
func (e *Engine) recentlyHeard(channel string, h channels.Batch, at time.Time) {
	if h.UntilIfTheirs.IsZero() {
		e.others.note(channel, at)
	}
}
