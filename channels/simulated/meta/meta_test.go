package meta

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
	"github.com/svartid/svartid/channels/simulated/courier"
)

var update = flag.Bool("update", false, "write the golden files anew")

const page = "102030405060708"

// noon stands still.
func noon() time.Time { return time.UnixMilli(1_799_668_800_123) }

// A receiver keeps what is delivered to it.
type receiver struct {
	mu     sync.Mutex
	bodies [][]byte
	news   chan struct{}
}

func startHook(t *testing.T, secret string) (*receiver, string) {
	h := &receiver{news: make(chan struct{}, 100)}
	signature := hook.Signature{Scheme: hook.SchemeHub256, Secrets: []channels.Secret{channels.Inline(secret)}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if _, err := signature.Verify(r.Header, body); err != nil {
			t.Errorf("not signed: %v", err)
		}
		h.mu.Lock()
		h.bodies = append(h.bodies, body)
		h.mu.Unlock()
		h.news <- struct{}{}
	}))
	t.Cleanup(server.Close)
	return h, server.URL
}

// next waits for a delivery.
func (h *receiver) next(t *testing.T) []byte {
	t.Helper()
	select {
	case <-h.news:
	case <-time.After(time.Minute):
		t.Fatal("nothing was delivered")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.bodies[len(h.bodies)-1]
}

func start(t *testing.T, opt Options) *Platform {
	t.Helper()
	opt.AppSecret, opt.AppID = channels.Inline("hemmelig"), "777"
	p := New(opt)
	channeltest.Play(t, p)
	return p
}

// golden compares what is sent with the file of a name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, got, "", "  "); err != nil {
		t.Fatalf("%s: %v in %s", name, err, got)
	}
	pretty.WriteByte('\n')
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(pretty.Bytes(), want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, pretty.Bytes(), want)
	}
}

// say lets the page say a line to Ola.
func say(p *Platform, line simulated.Line) {
	psid, done := p.PSID(page, "Ola"), make(chan struct{})
	p.Play(chats.Turn{Desk: page, Room: psid}, []simulated.Line{line}, func(l chats.Line) {
		defer close(done)
		p.answer(p.opt.Pages[0], psid, l)
	})
	<-done
}

// mids are the ids of what was said.
func mids(replies []chats.Reply) (ids []string) {
	for _, r := range replies {
		if !r.Said.IsZero() {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// TestShapes holds every kind of delivery against its file.
func TestShapes(t *testing.T) {
	for _, tt := range []struct {
		file string
		page Page
		play func(p *Platform)
	}{
		{"message.json", Page{}, func(p *Platform) { p.Say(page, "Ola", "Hei på deg! 😀") }},
		{"standby.json", Page{Standby: true}, func(p *Platform) { p.Say(page, "Ola", "Hei") }},
		{"postback.json", Page{}, func(p *Platform) { p.Follow(page, "Ola", "r3f") }},
		{"echo.json", Page{DeskApp: "42"}, func(p *Platform) {
			say(p, simulated.Line{Who: channels.Human, Text: "Det koster 49 kroner"})
		}},
		{"bot.json", Page{}, func(p *Platform) {
			say(p, simulated.Line{Who: channels.Bot, Text: "Velg et tema"})
		}},
		{"edit.json", Page{}, func(p *Platform) { p.Edit(page, "Ola", "m_1", "Hei igjen") }},
		{"pin.json", Page{}, func(p *Platform) { p.Pin(page, "Ola", "m_1", "Det koster 49 kroner") }},
	} {
		t.Run(tt.file, func(t *testing.T) {
			h, url := startHook(t, "hemmelig")
			tt.page.ID, tt.page.Behaviour = page, simulated.Mute
			p := start(t, Options{Pages: []Page{tt.page}, Clock: noon, Hook: url})
			tt.play(p)
			golden(t, tt.file, h.next(t))
		})
	}
}

// TestReferral follows a link in a thread that is there already.
func TestReferral(t *testing.T) {
	h, url := startHook(t, "hemmelig")
	p := start(t, Options{Pages: []Page{{ID: page, Behaviour: simulated.Mute}}, Clock: noon, Hook: url})
	p.Say(page, "Ola", "Hei")
	h.next(t)
	p.Follow(page, "Ola", "r3f")
	golden(t, "referral.json", h.next(t))
}

// TestGraph asks who is subscribed.
func TestGraph(t *testing.T) {
	p := start(t, Options{Pages: []Page{{ID: page, Token: "EAA"}}})
	for _, tt := range []struct {
		file   string
		put    Standing
		token  string
		status int
	}{
		{"subscribed.json", Standing{}, "EAA", 200},
		{"unsubscribed.json", Standing{Unsubscribed: true}, "EAA", 200},
		{"half.json", Standing{Without: []string{"standby"}}, "EAA", 200},
		{"revoked.json", Standing{Revoked: true}, "EAA", 400},
		{"revoked.json", Standing{}, "feil", 400},
		{"expired.json", Standing{Revoked: true, Subcode: 463}, "EAA", 400},
	} {
		p.Put(page, tt.put)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL()+"/v25.0/"+page+"/subscribed_apps", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+tt.token)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != tt.status {
			t.Errorf("%s: answered %d", tt.file, resp.StatusCode)
		}
		golden(t, tt.file, body)
	}
}

// TestBatches gathers what happens, and tells all of it, some of it twice.
func TestBatches(t *testing.T) {
	h, url := startHook(t, "hemmelig")
	p := start(t, Options{
		Pages: []Page{{ID: page, Behaviour: simulated.Brisk}, {ID: "2", Behaviour: simulated.BotFirst}}, Hook: url,
		Scale: 200 * time.Millisecond, Gather: 20 * time.Millisecond, Courier: courier.Mischief{Repeat: 0.5},
	})
	for range 5 {
		p.Say(page, "Ola", "Hei")
		p.Say("2", "Kari", "Hei")
	}
	time.Sleep(400 * time.Millisecond)
	h.mu.Lock()
	defer h.mu.Unlock()
	times := map[string]int{}
	for _, body := range h.bodies {
		var d delivery
		if err := json.Unmarshal(body, &d); err != nil {
			t.Fatal(err)
		}
		for _, e := range d.Entry {
			for _, m := range e.Messaging {
				times[m.Message.MID]++
			}
		}
	}
	said, again := 0, 0
	for _, turn := range p.Log() {
		for _, mid := range append([]string{turn.ID}, mids(turn.Replies)...) {
			said++
			if times[mid] == 0 {
				t.Errorf("%s was never delivered", mid)
			}
			again += max(0, times[mid]-1)
		}
	}
	if said < 20 || again == 0 || len(h.bodies) >= said {
		t.Errorf("%d messages in %d deliveries, %d of them again", said, len(h.bodies), again)
	}
}

func TestPSIDs(t *testing.T) {
	p := New(Options{})
	seen := map[string]bool{}
	for _, page := range []string{"1", "2"} {
		for _, person := range []string{"Ola", "Kari"} {
			psid := p.PSID(page, person)
			if seen[psid] || len(psid) != 16 || strings.Trim(psid, "0123456789") != "" || psid != p.PSID(page, person) {
				t.Errorf("%s on %s is %s", person, page, psid)
			}
			seen[psid] = true
		}
	}
}

// TestTyping has people take their time, and machines none.
func TestTyping(t *testing.T) {
	const scale, typing = time.Second, time.Minute
	p := New(Options{Scale: scale, Typing: typing})
	for _, behaviour := range simulated.Behaviours() {
		for _, line := range p.lines(Page{Behaviour: behaviour}, "k3f9") {
			if got, want := line.After >= typing, line.Who == channels.Human; got != want {
				t.Errorf("%s: %s says it after %v", behaviour, line.Who, line.After)
			}
		}
	}
}
