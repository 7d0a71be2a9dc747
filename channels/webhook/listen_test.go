package webhook

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/courier"
	"github.com/svartid/svartid/channels/simulated/relay"
)

// newKeeper returns one that has heard nothing yet.
func newKeeper() *channeltest.Keeper {
	return channeltest.NewKeeper(channels.Checkpoint{Source: source})
}

// listenTo listens until end is called.
func listenTo(t testing.TB, c *Channel, k *channeltest.Keeper) (end func()) {
	t.Helper()
	end = k.Listen(t, c)
	channeltest.Until(t, "somebody listens", c.receiver.Listening)
	return end
}

// TestRefusals sends each kind of bad request: each is refused and counted under
// its own code, and the code is told only to a sender that holds the secret.
func TestRefusals(t *testing.T) {
	reply := func(at string) string {
		return `{"type":"svartid.reply","data":{"attempt":"a-x7f3.1","occurred_at":"` + at + `","responder":"human","text":"hemmelig"}}`
	}
	for _, tt := range []struct {
		name   string
		body   string
		change func(*http.Request)
		status int
		code   hook.Code
	}{
		{"good", reply("2027-01-11T11:58:00Z"), nil, 200, hook.Kept},
		{"wrong signature", reply("2027-01-11T11:58:00Z"), func(r *http.Request) {
			r.Header.Set("webhook-signature", "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=")
		}, 403, hook.BadSignature},
		{"stale time", reply("2027-01-11T11:58:00Z"), func(r *http.Request) {
			late := hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline(word)}}
			late.Clock = func() time.Time { return noon().Add(-301 * time.Second) }
			_ = late.Sign(r.Header, "msg_1", []byte(reply("2027-01-11T11:58:00Z")))
		}, 403, hook.Stale},
		{"2 MiB", strings.Repeat(" ", 2<<20), nil, 413, hook.TooLarge},
		{"unknown event", `{"type":"svartid.opener","data":{"attempt":"a-x7f3.1"}}`, nil, 422, hook.UnknownEvent},
		{"no event", `hemmelig`, nil, 400, hook.Malformed},
		{"reply before its opener", reply("2027-01-11T11:49:59Z"), nil, 422, hook.BeforeOpener},
		{"a clock a little behind", reply("2027-01-11T11:50:00Z"), nil, 200, hook.Kept},
		{"clock skew", reply("2027-01-11T12:05:01Z"), nil, 422, hook.ClockSkew},
		{"an attempt that is not open", strings.Replace(reply("2027-01-01T00:00:00Z"), "x7f3", "long-ago", 1), nil, 200, hook.Kept},
		{"GET", "", func(r *http.Request) { r.Method, r.Body, r.ContentLength = http.MethodGet, http.NoBody, 0 }, 403, hook.BadMethod},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told channeltest.Tally
			c := newChannel(t, Config{}, Options{Clock: noon, Count: told.Count})
			c.Follow(func(context.Context) ([]channels.Conversation, error) {
				return []channels.Conversation{{Opening: channels.Opening{Attempt: "a-x7f3.1"}, At: noon().Add(-5 * time.Minute)}}, nil
			})
			l := newKeeper()
			defer listenTo(t, c, l)()
			r := delivery(t, c.inward(), courier.Parcel{ID: "msg_1", Body: []byte(tt.body)})
			if tt.change != nil {
				tt.change(r)
			}
			status, answer := bring(t, serveHook(t, c), r)
			if status != tt.status || strings.Contains(answer, "hemmelig") {
				t.Errorf("answered %d %q, want %d", status, answer, tt.status)
			}
			if !maps.Equal(told.All(), map[hook.Code]int{tt.code: 1}) {
				t.Errorf("counted %v, want %s", keysOf(told.All()), string(tt.code))
			}
			if kept, _ := l.Kept(); (len(kept) == 1) != (tt.code == hook.Kept) {
				t.Errorf("kept %v", kept)
			}
		})
	}
}

func keysOf(m map[hook.Code]int) (words []string) {
	for code := range m {
		words = append(words, string(code))
	}
	return words
}

// bring sends r to the hook at url, and sends it again until Listen runs.
func bring(t *testing.T, url string, r *http.Request) (status int, answer string) {
	t.Helper()
	there, err := r.URL.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	r.URL = there
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text := make([]byte, 1<<10)
	n, _ := resp.Body.Read(text)
	return resp.StatusCode, string(text[:n])
}

func TestFollowFails(t *testing.T) {
	var told channeltest.Tally
	c := newChannel(t, Config{}, Options{Count: told.Count})
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return nil, errors.New("ledger is locked") })
	defer listenTo(t, c, newKeeper())()
	r := delivery(t, c.inward(), courier.Parcel{ID: "msg_1", Body: replying("a-x7f3.1", "Hei")})
	if status, _ := bring(t, serveHook(t, c), r); status != http.StatusServiceUnavailable || told.All()[hook.NotKept] != 1 {
		t.Errorf("answered %d, counted %v", status, told.All())
	}
}

func TestStaticHeader(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cfg    Config
		status int
	}{
		{"allowed", Config{Scheme: StaticHeader, Header: "X-Ord", AllowUnsigned: true}, 200},
		{"not allowed", Config{Scheme: StaticHeader, Header: "X-Ord"}, 403},
	} {
		c := newChannel(t, tt.cfg, Options{})
		end := listenTo(t, c, newKeeper())
		r := delivery(t, c.outward(), courier.Parcel{ID: "msg_1", Body: replying("a-x7f3.1", "Hei")})
		r.Header = http.Header{"X-Ord": {word}}
		if status, _ := bring(t, serveHook(t, c), r); status != tt.status {
			t.Errorf("%s: answered %d, want %d", tt.name, status, tt.status)
		}
		end()
	}
}

func TestGapAfterPatience(t *testing.T) {
	for _, tt := range []struct {
		patience, away time.Duration
		want           int
	}{
		{15 * time.Minute, 14 * time.Minute, 0},
		{15 * time.Minute, 16 * time.Minute, 1},
		{time.Second, 2 * time.Second, 1},
		{0, time.Second, 1}, // the other end does not try again
		{0, 0, 0},
	} {
		c := newChannel(t, Config{Patience: tt.patience}, Options{})
		at := channels.Checkpoint{Source: source}
		if tt.away > 0 {
			at.Until = time.Now().Add(-tt.away)
		}
		l := channeltest.NewKeeper(at)
		end := listenTo(t, c, l)
		time.Sleep(50 * time.Millisecond)
		end()
		if gaps := l.Gaps(); len(gaps) != tt.want {
			t.Errorf("patience %v, away for %v: gaps %v", tt.patience, tt.away, gaps)
		}
	}
}

// TestDeliveriesSurvive brings many signed deliveries, a fifth of them twice
// and in no order, to a receiver that is cut off, forgets all but its ledger,
// and whose ledger fails now and then: none is lost and none doubled.
func TestDeliveriesSurvive(t *testing.T) {
	const n, senders = 2000, 16
	l := newKeeper()
	calls := 0
	l.Fail = func() error {
		if calls++; calls%29 == 0 {
			return errors.New("disk full")
		}
		return nil
	}
	var at sync.RWMutex
	c := newChannel(t, Config{}, Options{})
	url := serveHook(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at.RLock()
		now := c
		at.RUnlock()
		now.ServeHTTP(w, r)
	}))
	post := &courier.Courier{
		Signature: c.outward(), Mischief: courier.Mischief{Repeat: 0.2, Linger: 20 * time.Millisecond}, Seed: "1",
		Pauses: []time.Duration{5 * time.Millisecond},
	}
	end := listenTo(t, c, l)
	todo := make(chan int)
	var bringing sync.WaitGroup
	for range senders {
		bringing.Go(func() {
			for i := range todo {
				post.Bring(t.Context(), url, courier.Parcel{ID: fmt.Sprintf("msg_%d", i), Body: replying("a-1.1", fmt.Sprint(i))})
			}
		})
	}
	for i := range n {
		todo <- i
		if i%500 == 250 { // the program is killed, and started again
			end()
			at.Lock()
			c = newChannel(t, Config{}, Options{})
			at.Unlock()
			time.Sleep(20 * time.Millisecond)
			end = listenTo(t, c, l)
		}
	}
	close(todo)
	bringing.Wait()
	end()
	kept, offered := l.Kept()
	if len(kept) != n {
		t.Errorf("kept %d of %d", len(kept), n)
	}
	repeats := 0
	for _, b := range post.Log() {
		if b.Times == 0 {
			t.Errorf("%s was never taken", b.ID)
		}
		repeats += b.Times - 1
	}
	if repeats < n/10 || offered < n+repeats {
		t.Errorf("%d repeats were brought and %d arrivals offered; want about %d and all of them", repeats, offered, n/5)
	}
}

// TestConversations lets companies of every behaviour answer through a relay, and
// compares what was heard with what was said.
func TestConversations(t *testing.T) {
	const scale = 400 * time.Millisecond
	opt := relay.Options{Scale: scale, Courier: courier.Mischief{Repeat: 0.5, Linger: 30 * time.Millisecond}}
	for _, m := range simulated.Behaviours() {
		opt.Companies = append(opt.Companies, relay.Company{Reach: string(m), Language: "nb", Behaviour: m})
	}
	r := startRelay(t, opt)
	c := newChannel(t, Config{URL: r.URL(), SelfReported: true}, Options{})
	r.SetHook(serveHook(t, c))
	l := newKeeper()
	defer listenTo(t, c, l)()
	left := map[string]channels.Receipt{}
	for i, company := range opt.Companies {
		o := unprepared(fmt.Sprintf("x7f%d", i))
		o.Reach = company.Reach
		o, err := c.Prepare(o)
		if err != nil {
			t.Fatal(err)
		}
		receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
		if offline := company.Behaviour == simulated.Offline; offline != errors.Is(err, channels.ErrRefused) || !offline && err != nil {
			t.Errorf("%s: %v", company.Behaviour, err)
		}
		left[o.Attempt] = receipt
	}
	time.Sleep(scale + 200*time.Millisecond)
	kept, _ := l.Kept()
	said := 0
	for _, turn := range r.Log() {
		for _, reply := range turn.Replies {
			said++
			a, heard := kept[reply.ID]
			if !heard || a.Text != reply.Text || a.Responder != reply.Who || !slices.Equal(a.Names, []string{turn.Room}) || !a.SelfReported {
				t.Errorf("%s said %+v, heard %+v", turn.Desk, reply, a)
			}
			wait, want := a.Times.Arrived.Sub(left[turn.Room].At), reply.Said.Sub(turn.Received)
			if off := (wait - want).Abs(); off > time.Millisecond {
				t.Errorf("%s: waited %v, want %v", turn.Desk, wait, want)
			}
		}
	}
	if said == 0 || said != len(kept) {
		t.Errorf("said %d, heard %d", said, len(kept))
	}
}
