package engine_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// room is a channel that has to be told which conversations to listen to, and
// that can end them.
type room struct {
	*channeltest.Fake
	mu     sync.Mutex
	open   func(context.Context) ([]channels.Conversation, error)
	closed []string
}

func (r *room) Follow(open func(context.Context) ([]channels.Conversation, error)) { r.open = open }

func (r *room) Close(_ context.Context, c channels.Conversation, words string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = append(r.closed, c.Opening.Attempt+" "+words)
	return nil
}

func TestConversations(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	edit := func(ed *edition.Edition) {
		chatting(t)(ed)
		ed.Probes[0].Closing, ed.Probes[0].Closings = "Takk!", map[string]string{"nb": "Tusen takk!", "sv": "Tack!"}
		ed.Companies = append(ed.Companies, company(t, "fjord"))
		ed.Companies[1].Reach = map[string]string{"chat": "fjord"}
	}
	withHarness(t, edit, func(s *harness) {
		s.stop()
		s.pace.Settle = time.Minute
		s.chat.Poll = 20 * time.Second
		s.chat.Put("fjord", channeltest.Company{Replies: channeltest.Answering(time.Minute)})
		r := &room{Fake: s.chat}
		s.more = map[string]any{"chat": r}
		s.start()
		following := func() (ids []string) {
			open, err := r.open(s.t.Context())
			if err != nil {
				s.t.Fatal(err)
			}
			for _, c := range open {
				if c.At.IsZero() || c.Opening.Body == "" {
					s.t.Errorf("got conversation %+v", c)
				}
				ids = append(ids, c.Opening.Reach)
			}
			return ids
		}
		s.contacts()
		if got := following(); len(got) != 0 {
			t.Errorf("before anybody is asked: got %v", got)
		}
		time.Sleep(toMonday + 30*time.Second)
		if got := following(); len(got) != 2 {
			t.Errorf("once asked: got %v, want both", got)
		}
		time.Sleep(10 * time.Minute)
		if got := following(); len(got) != 1 || got[0] != "nordlys" {
			t.Errorf("once one has answered: got %v, want the other", got)
		}
		for range 2 { // what was said is not said again after a restart
			s.stop()
			s.start()
			time.Sleep(10 * time.Minute)
		}
		if len(r.closed) != 1 || r.closed[0][len(r.closed[0])-11:] != "Tusen takk!" {
			t.Errorf("said goodbye to %v, want once to the one that answered", r.closed)
		}
		s.stop()
		s.chat.Poll, s.pace.Settle = time.Hour, time.Hour
		s.start()
		time.Sleep(20 * 24 * time.Hour)
		if got := following(); len(got) > 4 {
			t.Errorf("weeks later: got %v, want the old ones left alone", got)
		}
	})
}

// prompted is a channel that sees what a person opens, and is told what to
// listen for.
type prompted struct {
	phone
	open *func(context.Context) ([]channels.Conversation, error)
}

func (p prompted) Follow(open func(context.Context) ([]channels.Conversation, error)) { *p.open = open }

// TestPromptsFollowed has a person asked twice to open for one contact: each
// time the channel is told the words that are to be opened with.
func TestPromptsFollowed(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	withHarness(t, chatting(t), func(s *harness) {
		s.stop()
		s.pace.Settle, s.chat.Poll = time.Minute, 15*time.Second
		p := prompted{phone{Fake: s.chat, Heard: true, Seen: true}, new(func(context.Context) ([]channels.Conversation, error))}
		s.more = map[string]any{"chat": p}
		s.start()
		time.Sleep(toMonday + time.Second)
		for number := 1; number <= 2; number++ {
			for range 7 * 24 * 60 {
				if c := s.only(); len(c.Attempts) == number && c.Current().State == probes.AttemptPrompt {
					break
				}
				time.Sleep(time.Minute)
			}
			opening := s.opening(s.only().ID)
			open, err := (*p.open)(s.t.Context())
			if err != nil || len(open) != number || open[number-1].Opening.Attempt != opening.Attempt {
				s.t.Fatalf("got %v, %v, want %d, the last %s", open, err, number, opening.Attempt)
			}
			s.chat.Deliver("", channeltest.Copy(opening)(time.Now()))
			time.Sleep(time.Minute)
		}
	})
}

func TestGap(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	const h = time.Hour
	for _, tt := range []struct {
		name     string
		from, to time.Duration // since the opener left
		reach    string
		replies  channeltest.Behaviour
		want     probes.Outcome
	}{
		{"while the company could answer", h, 2 * h, "", channeltest.Unresponsive, probes.BrokenOff},
		{"and it answered later", h, 2 * h, "", channeltest.Answering(5 * h), probes.BrokenOff},
		{"after it had answered", 6 * h, 7 * h, "", channeltest.Answering(5 * h), probes.Answered},
		{"and it answered too late", h, 2 * h, "", channeltest.Answering(80 * h), probes.BrokenOff},
		{"at its own place", h, 2 * h, "post@nordlys.example", channeltest.Unresponsive, probes.BrokenOff},
		{"at another's place", h, 2 * h, "post@fjord.example", channeltest.Unresponsive, probes.Unanswered},
		{"before it was asked", -3 * h, -2 * h, "", channeltest.Unresponsive, probes.Unanswered},
		{"after the deadline", 56 * h, 57 * h, "", channeltest.Unresponsive, probes.Unanswered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			withHarness(t, nil, func(s *harness) {
				s.stop()
				s.fake.Put("", channeltest.Company{Replies: tt.replies})
				g := &gappy{Fake: s.fake}
				s.more = map[string]any{"mail": g}
				left := time.Now().Add(toMonday)
				g.gap = channels.Gap{From: left.Add(tt.from), To: left.Add(tt.to), Reach: tt.reach, Reason: "unsubscribed"}
				s.start()
				time.Sleep(toFriday + 24*h)
				if c := s.contacts()[0]; c.Outcome != tt.want {
					t.Errorf("got %s, want %s", c.Outcome, tt.want)
				}
			})
		})
	}
}

// gappy tells of a gap once it is over.
type gappy struct {
	*channeltest.Fake
	gap  channels.Gap
	told bool
}

func (g *gappy) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	return g.Fake.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
		if !g.told && time.Now().After(g.gap.To) {
			g.told = true
			h.Gaps = append(h.Gaps, g.gap)
		}
		return hear(ctx, h)
	})
}
