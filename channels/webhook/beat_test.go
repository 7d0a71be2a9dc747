package webhook

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated/courier"
)

// beating is a beat that names attempts.
func beating(t *testing.T, at string, attempts ...string) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"type": typeBeat, "data": map[string]any{"occurred_at": at, "attempts": attempts}})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// asks is an open conversation with a company, since a while ago.
func asks(attempt, reach string, ago time.Duration) channels.Conversation {
	return channels.Conversation{Opening: channels.Opening{Attempt: attempt, Reach: reach}, At: noon().Add(-ago)}
}

// TestBeat: a silence rests on a beat of the other end that names the attempt. Each
// row is one beat at noon, and what is then known of the open conversations.
func TestBeat(t *testing.T) {
	one, other := asks("a-1.1", "nordlys", time.Minute), asks("a-2.1", "fjord", time.Minute)
	justLeft, decided := asks("a-3.1", "vest", time.Second), asks("a-4.1", "sol", time.Hour)
	decided.Over = true
	for _, tt := range []struct {
		name   string
		open   []channels.Conversation
		body   []byte
		change func(*http.Request)
		status int
		until  time.Duration // after noon that the mark stands at; never: it does not move
		theirs bool          // the mark is right if the company itself failed
		unread []string
	}{
		{name: "names all", open: []channels.Conversation{one, other}, body: beating(t, "2027-01-11T12:00:00Z", "a-1.1", "a-2.1")},
		{name: "without a time", open: []channels.Conversation{one}, body: beating(t, "", "a-1.1")},
		{name: "of a minute ago", open: []channels.Conversation{one}, body: beating(t, "2027-01-11T11:59:00Z", "a-1.1"), until: -time.Minute},
		{name: "ahead of us", open: []channels.Conversation{one}, body: beating(t, "2027-01-11T12:04:00Z", "a-1.1")},
		{name: "far ahead of us", body: beating(t, "2027-01-11T12:06:00Z"), status: http.StatusUnprocessableEntity, until: never},
		{name: "of no time", body: beating(t, "noon"), status: http.StatusBadRequest, until: never},
		{name: "has lost one", open: []channels.Conversation{one, other}, body: beating(t, "", "a-1.1"), unread: []string{"fjord"}},
		{name: "has lost the only one", open: []channels.Conversation{one}, body: beating(t, ""), unread: []string{"nordlys"}, theirs: true},
		{
			name: "has lost all", open: []channels.Conversation{one, other}, body: beating(t, "", "a-9.1"),
			unread: []string{"fjord", "nordlys"}, theirs: true,
		},
		{name: "names not yet what has just left", open: []channels.Conversation{one, justLeft}, body: beating(t, "", "a-1.1"), until: -time.Second},
		{name: "names no more what is decided", open: []channels.Conversation{one, decided}, body: beating(t, "", "a-1.1")},
		{name: "nothing is open", body: beating(t, "")},
		{name: "unsigned", open: []channels.Conversation{one}, body: beating(t, "", "a-1.1"), status: http.StatusForbidden, until: never, change: func(r *http.Request) {
			r.Header.Set("webhook-signature", "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told []channels.Batch
			c := newChannel(t, Config{Beats: BeatsSigned}, Options{Clock: noon, Beat: time.Hour})
			c.Follow(func(context.Context) ([]channels.Conversation, error) { return tt.open, nil })
			ctx, end := context.WithCancel(t.Context())
			over := make(chan error, 1)
			go func() {
				over <- c.receiver.Listen(ctx, channels.Checkpoint{Source: source}, func(_ context.Context, b channels.Batch) error {
					told = append(told, b)
					return nil
				})
			}()
			channeltest.Until(t, "somebody listens", c.receiver.Listening)
			r := delivery(t, c.inward(), courier.Parcel{ID: "msg_1", Body: tt.body})
			if tt.change != nil {
				tt.change(r)
			}
			status, _ := bring(t, serveHook(t, c), r)
			end()
			<-over
			if want := max(tt.status, http.StatusOK); status != want {
				t.Errorf("answered %d, want %d", status, want)
			}
			last := told[len(told)-1]
			checkBeat(t, last, tt.until, tt.theirs)
			var unread []string
			for _, u := range last.Unread {
				unread = append(unread, u.Reach)
				if !u.Answered || u.Ours {
					t.Errorf("not read: %+v", u)
				}
			}
			slices.Sort(unread)
			if !slices.Equal(unread, tt.unread) {
				t.Errorf("not read: %v, want %v", unread, tt.unread)
			}
		})
	}
}

// never says that the mark does not move.
const never = time.Duration(1)

// checkBeat compares how far a batch says that everything was heard.
func checkBeat(t *testing.T, b channels.Batch, until time.Duration, theirs bool) {
	t.Helper()
	want := noon().Add(until)
	if until == never {
		want = time.Time{}
	}
	got, none := b.Checkpoint.Until, b.UntilIfTheirs
	if theirs {
		got, none = none, got
	}
	if !got.Equal(want) || !none.IsZero() {
		t.Errorf("a mark of %v, of %v if it is theirs; want %v", b.Checkpoint.Until, b.UntilIfTheirs, want)
	}
}

// TestNoBeat: where the other end owes beats and sends none, our own endpoint
// proves nothing of what is open, and enough of what is not.
func TestNoBeat(t *testing.T) {
	for _, tt := range []struct {
		name string
		open []channels.Conversation
		want string
	}{
		{"nothing is open", nil, "mark"},
		{"something is open", []channels.Conversation{asks("a-1.1", "nordlys", time.Minute)}, "theirs"},
	} {
		c := newChannel(t, Config{Beats: BeatsSigned}, Options{})
		c.quiet = 50 * time.Millisecond
		c.Follow(func(context.Context) ([]channels.Conversation, error) { return tt.open, nil })
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		got := ""
		_ = c.Listen(ctx, channels.Checkpoint{Source: source}, func(_ context.Context, b channels.Batch) error {
			switch {
			case !b.Checkpoint.Until.IsZero():
				got = "mark"
				end()
			case !b.UntilIfTheirs.IsZero() && len(b.Unread) == 1 && !b.Unread[0].Answered:
				got = "theirs"
				end()
			}
			return nil
		})
		end()
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestBeatsUnasked: a beat that was not agreed on is taken, and moves nothing.
func TestBeatsUnasked(t *testing.T) {
	c := newChannel(t, Config{}, Options{Beat: time.Hour})
	k := newKeeper()
	defer listenTo(t, c, k)()
	channeltest.Until(t, "a first batch is heard", func() bool { return !k.Mark().Until.IsZero() })
	before := k.Mark()
	r := delivery(t, c.inward(), courier.Parcel{ID: "msg_1", Body: beating(t, "", "a-1.1")})
	if status, _ := bring(t, serveHook(t, c), r); status != http.StatusOK {
		t.Errorf("answered %d", status)
	}
	if kept, _ := k.Kept(); len(kept) > 0 || k.Mark() != before {
		t.Errorf("kept %v, at %v", kept, k.Mark())
	}
}

func TestBeatsNeedASignature(t *testing.T) {
	cfg := Config{Secret: channels.Inline(word), Scheme: string(hook.SchemeStatic), AllowUnsigned: true, Beats: BeatsSigned}
	if got := channeltest.Keys(cfg.Check()); !slices.Equal(got, []string{"beats"}) {
		t.Errorf("got faults of %v", got)
	}
	if len(cfg.Doubts()) > 0 || len(Config{}.Doubts()) != 1 || !strings.Contains((Config{}).Doubts()[0].Text, "svartid.beat") {
		t.Errorf("doubts %v and %v", cfg.Doubts(), Config{}.Doubts())
	}
}

// TestNoBeatMakesNothingEarlier: our endpoint was there all the time, so that an
// answer which is brought late was not said long before, whether the other end
// beats or not.
func TestNoBeatMakesNothingEarlier(t *testing.T) {
	for beats, want := range map[string]time.Duration{BeatsSigned: 20 * time.Second, BeatsNone: 0} {
		var after atomic.Int64
		clock := func() time.Time { return noon().Add(time.Duration(after.Load())) }
		c := newChannel(t, Config{Beats: beats}, Options{Clock: clock, Beat: 5 * time.Second})
		ctx, end := context.WithCancel(t.Context())
		heard, over := make(chan channels.Arrival, 1), make(chan error, 1)
		go func() {
			over <- c.Listen(ctx, channels.Checkpoint{Source: source}, func(_ context.Context, b channels.Batch) error {
				for _, a := range b.Arrivals {
					heard <- a
				}
				return nil
			})
		}()
		channeltest.Until(t, "somebody listens", c.receiver.Listening)
		channeltest.Until(t, "it knows since when", func() bool { return beats == BeatsNone || !c.open(c.clock()).IsZero() })
		after.Store(int64(25 * time.Second))
		body := []byte(`{"type": "svartid.reply", "data": {"attempt": "a-1.1", "text": "299 kr", "occurred_at": "2027-01-11T12:00:08Z"}}`)
		if status, _ := bring(t, serveHook(t, c), delivery(t, c.inward(), courier.Parcel{ID: "msg_1", Body: body})); status != http.StatusOK {
			t.Fatalf("answered %d", status)
		}
		got := (<-heard).Times.Looked
		if want == 0 && !got.IsZero() || want > 0 && got != noon().Add(want) {
			t.Errorf("beats %s: it was not there yet at %v, want %v after noon", beats, got, want)
		}
		end()
		<-over
	}
}
