package messenger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"reflect"
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
	"github.com/svartid/svartid/channels/simulated/meta"
)

// said is an event in which one side says something to the other, so long ago.
func said(from, to, text string, ago time.Duration) string {
	echo := ""
	if from == page {
		echo = `"is_echo":true,"app_id":42,`
	}
	return fmt.Sprintf(`{"sender":{"id":%q},"recipient":{"id":%q},"timestamp":%d,"message":{%s"mid":"m_%s","text":%q}}`,
		from, to, time.Now().Add(-ago).UnixMilli(), echo, strings.ReplaceAll(text, " ", "-"), text)
}

func enrols(token, psid string) string {
	return fmt.Sprintf(`{"sender":{"id":%q},"recipient":{"id":%q},"timestamp":%d,"referral":{"ref":%q}}`,
		psid, page, time.Now().UnixMilli(), token)
}

// follows makes one conversation of the persona open.
func follows(c *Channel, at time.Time) {
	c.Follow(func(context.Context) ([]channels.Conversation, error) {
		return []channels.Conversation{{At: at, Opening: channels.Opening{
			Token: "x7f3", Reach: page, Body: "Hva koster det hos dere?", Persona: channels.Persona{Name: persona},
		}}}, nil
	})
}

// TestRefusals brings everything that is wrong: each is counted under its own
// code, and nothing of it is kept.
func TestRefusals(t *testing.T) {
	p := startMeta(t, meta.Options{})
	hello := said(page, "17", "Det koster 49 kroner", 0)
	for _, tt := range []struct {
		name   string
		body   string
		change func(*http.Request)
		status int
		counts map[hook.Code]int
		kept   int
	}{
		{"good", in(page, "messaging", hello), nil, 200, map[hook.Code]int{hook.Kept: 1}, 1},
		{"good, in standby", in(page, "standby", hello), nil, 200, map[hook.Code]int{hook.Kept: 1}, 1},
		{"wrong signature", in(page, "messaging", hello), func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", "sha256=00")
		}, 403, map[hook.Code]int{hook.BadSignature: 1}, 0},
		{"signed with SHA-1", in(page, "messaging", hello), func(r *http.Request) {
			r.Header = http.Header{"X-Hub-Signature": {"sha1=00"}}
		}, 403, map[hook.Code]int{hook.BadSignature: 1}, 0},
		{"2 MiB", strings.Repeat(" ", 2<<20), nil, 413, map[hook.Code]int{hook.TooLarge: 1}, 0},
		{"unknown page", in("9", "messaging", hello), nil, 200, map[hook.Code]int{hook.Kept: 1, hook.UnknownPlace: 1}, 0},
		{"unknown event", in(page, "changes", `{"field":"feed"}`), nil, 200, map[hook.Code]int{hook.Kept: 1, hook.UnknownEvent: 1}, 0},
		{"not JSON", "hei", nil, 400, map[hook.Code]int{hook.Malformed: 1}, 0},
		{
			"strangers", in(page, "messaging", said("18", page, "Hei", 0)+","+said(page, "18", "Hei", 0)), nil, 200,
			map[hook.Code]int{hook.Kept: 1, hook.Stranger: 2},
			0,
		},
		{
			"a link of somebody else's", in(page, "messaging", enrols("sommersalg", "18")), nil, 200,
			map[hook.Code]int{hook.Kept: 1, hook.Stranger: 1},
			0,
		},
		{
			"reply before its opener", in(page, "messaging", said(page, "17", "Velkommen", 10*time.Minute)), nil, 200,
			map[hook.Code]int{hook.Kept: 1, hook.BeforeOpener: 1},
			0,
		},
		{
			"clock skew", in(page, "messaging", said(page, "17", "Hei fra framtiden", -10*time.Minute)), nil, 200,
			map[hook.Code]int{hook.Kept: 1, hook.ClockSkew: 1},
			1,
		},
		{
			"a message of another shape", in(page, "messaging",
				`{"sender":{"id":"`+page+`"},"recipient":{"id":"17"},"timestamp":1799668800000,"message":{"text":7}}`), nil, 200,
			map[hook.Code]int{hook.Kept: 1, hook.Malformed: 1},
			0,
		},
		{"our persona's small talk", in(page, "messaging", said("17", page, "Takk", 0)), nil, 200, map[hook.Code]int{hook.Kept: 1}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told channeltest.Tally
			c := newChannel(t, p.URL(), Options{})
			follows(c, time.Now().Add(-time.Minute))
			l := newKeeper()
			end := listenTo(t, c, l)
			if status := bring(t, c, post(t, in(page, "messaging", enrols(ref(t, c, persona), "17")))); status != 200 {
				t.Fatalf("enrolling: %d", status)
			}
			c.count, c.hook.Count = told.Count, told.Count
			r := post(t, tt.body)
			if tt.change != nil {
				tt.change(r)
			}
			if status := bring(t, c, r); status != tt.status {
				t.Errorf("answered %d, want %d", status, tt.status)
			}
			end()
			if !maps.Equal(told.All(), tt.counts) {
				t.Errorf("counted %q, want %q", fmt.Sprint(told.All()), fmt.Sprint(tt.counts))
			}
			if kept, _ := l.Kept(); len(kept) != tt.kept {
				t.Errorf("kept %v", kept)
			}
		})
	}
}

func TestChallenge(t *testing.T) {
	c := newChannel(t, "http://127.0.0.1:1", Options{})
	for query, want := range map[string]string{
		"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" + verify:   "200 1158201444",
		"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=feil":        "403 forbidden\n",
		"hub.mode=subscribe&hub.challenge=1158201444":                              "403 forbidden\n",
		"hub.mode=unsubscribe&hub.challenge=1158201444&hub.verify_token=" + verify: "403 forbidden\n",
		"": "403 forbidden\n",
	} {
		w := httptest.NewRecorder()
		c.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/hooks/facebook?"+query, http.NoBody))
		if got := fmt.Sprintf("%d %s", w.Code, w.Body); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	c.cfg.VerifyToken = channels.Secret{}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?hub.mode=subscribe&hub.challenge=1&hub.verify_token=", http.NoBody))
	if w.Code != http.StatusForbidden {
		t.Errorf("without a word of ours: %d", w.Code)
	}
}

// TestStrangersAreUnread gives a stranger's message a shape that reading it
// would not survive.
func TestStrangersAreUnread(t *testing.T) {
	p := startMeta(t, meta.Options{})
	var told channeltest.Tally
	c := newChannel(t, p.URL(), Options{Count: told.Count})
	asked := false
	c.Follow(func(context.Context) ([]channels.Conversation, error) { asked = true; return nil, nil })
	l := newKeeper()
	end := listenTo(t, c, l)
	body := in(page, "messaging", `{"sender":{"id":"18"},"recipient":{"id":"`+page+`"},"message":{"mid":[],"text":{}}}`)
	if status := bring(t, c, post(t, body)); status != 200 || told.All()[hook.Malformed] != 0 || told.All()[hook.Stranger] != 1 {
		t.Errorf("answered %d, counted %v", status, told.All())
	}
	end()
	if kept, _ := l.Kept(); asked || len(kept) != 0 || strings.Contains(l.Mark().Position, "18") {
		t.Errorf("asked %v, kept %v, position %s", asked, kept, l.Mark().Position)
	}
}

// TestEnrolmentLasts enrols in one run and hears in the next, with nothing
// kept but the mark.
func TestEnrolmentLasts(t *testing.T) {
	p := startMeta(t, meta.Options{})
	l := newKeeper()
	c := newChannel(t, p.URL(), Options{})
	end := listenTo(t, c, l)
	for _, status := range []int{
		bring(t, c, post(t, in(page, "messaging", enrols(ref(t, c, persona), "17")))),
		bring(t, c, post(t, in(page, "messaging", `{"sender":{"id":"19"},"recipient":{"id":"`+page+`"},"postback":{"payload":"x","referral":{"ref":"`+ref(t, c, persona)+`"}}}`))),
	} {
		if status != 200 {
			t.Errorf("enrolling: %d", status)
		}
	}
	end()
	again := newChannel(t, p.URL(), Options{})
	end = listenTo(t, again, l)
	for _, psid := range []string{"17", "18", "19"} {
		if status := bring(t, again, post(t, in(page, "messaging", said(page, psid, "Hei "+psid, 0)))); status != 200 {
			t.Errorf("answered %d", status)
		}
	}
	if got := again.Pages()[0].Personas; !slices.Equal(got, []string{persona}) {
		t.Errorf("enrolled %v", got)
	}
	end()
	kept, _ := l.Kept()
	if got := slices.Sorted(maps.Keys(kept)); !slices.Equal(got, []string{page + " m_Hei-17", page + " m_Hei-19"}) {
		t.Errorf("kept %v", got)
	}
	broken := channels.Checkpoint{Source: source, Position: "noe annet"}
	if err := again.Listen(t.Context(), broken, l.Hear); err == nil {
		t.Error("it went on without knowing who is enrolled")
	}
}

// TestOrderChangesNothing delivers the same events in batches of random sizes
// and orders, some of them again, across restarts and failing commits: each
// time the same arrivals are kept.
func TestOrderChangesNothing(t *testing.T) {
	p := startMeta(t, meta.Options{})
	c := newChannel(t, p.URL(), Options{})
	events := []string{said("17", page, "Hei! Hva koster det hos dere?", 10*time.Minute)}
	for i := range 40 {
		events = append(events, said(page, "17", fmt.Sprintf("Svar nummer %d fra oss", i), time.Duration(i)*time.Second))
		events = append(events, said("18", page, fmt.Sprintf("Fremmed %d", i), time.Duration(i)*time.Second))
	}
	enrolment := in(page, "messaging", enrols(ref(t, c, persona), "17"))
	var first map[string]channels.Arrival
	for round := range 12 {
		r := rand.New(rand.NewPCG(uint64(round), 7))
		l, calls := newKeeper(), 0
		l.Fail = func() error {
			if calls++; calls%11 == 10 {
				return errors.New("disk full")
			}
			return nil
		}
		c = newChannel(t, p.URL(), Options{})
		follows(c, time.Now().Add(-10*time.Minute))
		end := listenTo(t, c, l)
		until200(t, c, enrolment)
		order := append(r.Perm(len(events)), r.Perm(len(events))[:20]...)
		for len(order) > 0 {
			n := min(1+r.IntN(9), len(order))
			var items []string
			for _, i := range order[:n] {
				items = append(items, events[i])
			}
			order = order[n:]
			until200(t, c, in(page, []string{"messaging", "standby"}[r.IntN(2)], strings.Join(items, ",")))
			if r.IntN(8) == 0 {
				end()
				c = newChannel(t, p.URL(), Options{})
				follows(c, time.Now().Add(-10*time.Minute))
				end = listenTo(t, c, l)
			}
		}
		end()
		kept, _ := l.Kept()
		for key, a := range kept {
			a.Times.Noticed = time.Time{}
			kept[key] = a
		}
		if first == nil {
			first = kept
		}
		if len(kept) != 41 || !reflect.DeepEqual(kept, first) {
			t.Errorf("round %d: kept %d arrivals, want 41, the same ones each time", round, len(kept))
		}
	}
	for _, a := range first {
		if !slices.Equal(a.Names, []string{"x7f3"}) || a.Opener == strings.HasPrefix(a.Text, "Svar") {
			t.Errorf("kept %+v", a)
		}
	}
}

// until200 brings a body again until it is taken.
func until200(t *testing.T, c *Channel, body string) {
	t.Helper()
	for range 500 {
		switch status := bring(t, c, post(t, body)); status {
		case http.StatusOK:
			return
		case http.StatusServiceUnavailable:
			time.Sleep(2 * time.Millisecond)
		default:
			t.Fatalf("answered %d", status)
		}
	}
	t.Fatal("never taken")
}

// TestConversations plays a shopper on pages of every behaviour, whose platform
// shuffles and repeats, and compares what was heard with what was said.
func TestConversations(t *testing.T) {
	const scale, body = 500 * time.Millisecond, "Hei! Hva koster det hos dere i måneden?"
	opt := meta.Options{Scale: scale, Gather: 15 * time.Millisecond, Courier: courier.Mischief{Repeat: 0.3, Linger: 20 * time.Millisecond}}
	var pages []Reach
	for i, m := range simulated.Behaviours() {
		id := fmt.Sprint(1000 + i)
		opt.Pages = append(opt.Pages, meta.Page{ID: id, Token: pageToken, Language: "nb", Behaviour: m, DeskApp: "42", BotApp: "66", Standby: i%2 == 1})
		pages = append(pages, Reach{Page: id, PageToken: channels.Inline(pageToken), DeskApps: []string{"42"}, BotApps: []string{"66"}})
	}
	p := startMeta(t, opt)
	c := newChannel(t, p.URL(), Options{Pages: pages})
	var mu sync.Mutex
	var open []channels.Conversation
	c.Follow(func(context.Context) ([]channels.Conversation, error) {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(open), nil
	})
	server := httptest.NewServer(c)
	defer server.Close()
	p.SetHook(server.URL)
	l := newKeeper()
	end := listenTo(t, c, l)
	for _, reach := range pages {
		token, err := c.token(persona)
		if err != nil {
			t.Fatal(err)
		}
		p.Follow(reach.Page, persona, token)
	}
	channeltest.Until(t, "everybody is enrolled", func() bool {
		r, err := parseRoll(l.Mark().Position)
		return err == nil && len(r.Enrolled) == len(pages)
	})
	for _, reach := range pages {
		o := channels.Opening{Token: "t" + reach.Page, Reach: reach.Page, Body: body, Persona: channels.Persona{Name: persona}}
		prompt, ok := c.Prompt(o)
		if !ok || prompt.Link != "https://m.me/"+reach.Page || prompt.Text != body {
			t.Errorf("prompted %+v", prompt)
		}
		mu.Lock()
		open = append(open, channels.Conversation{Opening: o})
		mu.Unlock()
		p.Say(reach.Page, persona, prompt.Text)
		p.Say(reach.Page, "en fremmed", "Hei, jeg lurer på noe helt annet")
	}
	time.Sleep(scale + 300*time.Millisecond)
	end()
	want := 0
	kept, _ := l.Kept()
	for _, turn := range p.Log() {
		if turn.Room != p.PSID(turn.Desk, persona) {
			continue
		}
		want++
		if a := kept[turn.Desk+" "+turn.ID]; !a.Opener || !slices.Equal(a.Names, []string{"t" + turn.Desk}) || a.Times.Arrived.UnixMilli() != turn.Received.UnixMilli() {
			t.Errorf("%s: the opener was heard as %+v", turn.Desk, a)
		}
		for _, reply := range turn.Replies {
			want++
			a := kept[turn.Desk+" "+reply.ID]
			if a.Opener || a.Text != reply.Text || !slices.Equal(a.Names, []string{"t" + turn.Desk}) || a.Times.Arrived.UnixMilli() != reply.Said.UnixMilli() {
				t.Errorf("%s said %+v, heard %+v", turn.Desk, reply, a)
			}
			if a.Responder != channels.Bot { // within three seconds, as the season has it
				t.Errorf("%s answered after %v as %s: %s", turn.Desk, reply.Said.Sub(turn.Received), a.Responder, a.Because)
			}
		}
	}
	if want < 12 || len(kept) != want {
		t.Errorf("kept %d, want %d", len(kept), want)
	}
}

// TestTrialsAreNoContacts: where nothing is open, what a persona says is a trial, and
// what the page answers is one's. Without it, and where a question is open, it is not.
func TestTrialsAreNoContacts(t *testing.T) {
	p := startMeta(t, meta.Options{})
	for name, tt := range map[string]struct {
		open  bool
		talk  string
		names []string
	}{
		"a trial":                        {false, "Hva koster en prøve?", []string{channels.Trial + page + ".17"}},
		"the page begins":                {false, "", nil},
		"small talk of an open question": {true, "Takk!", []string{"x7f3"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newChannel(t, p.URL(), Options{})
			if tt.open {
				follows(c, time.Now().Add(-time.Minute))
			}
			l := newKeeper()
			end := listenTo(t, c, l)
			events := []string{enrols(ref(t, c, persona), "17"), said("17", page, tt.talk, 9*time.Second), said(page, "17", "Det koster 49 kroner", 0)}
			if tt.talk == "" {
				events = slices.Delete(events, 1, 2)
			}
			for _, event := range events {
				if status := bring(t, c, post(t, in(page, "messaging", event))); status != 200 {
					t.Fatalf("%s: %d", event, status)
				}
			}
			end()
			kept, _ := l.Kept()
			for _, a := range kept {
				if !slices.Equal(a.Names, tt.names) {
					t.Errorf("heard %+v, want that it names %q", a, tt.names)
				}
			}
			if len(kept) != 1 {
				t.Errorf("heard %d", len(kept))
			}
		})
	}
}
