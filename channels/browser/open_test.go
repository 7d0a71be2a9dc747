package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/page"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/webchat"
)

// TestKilled kills the browser before each command of an opening in turn. Whatever comes of it, the
// company has the question once at the most, and what Open says is true.
func TestKilled(t *testing.T) {
	long.Only(t, "TestSuite opens once")
	w := webchat.DeepChat()
	var c *Channel
	count, at := 0, 0
	var commands int
	var armed, left bool
	var mu sync.Mutex
	watch := func(string) error {
		mu.Lock()
		defer mu.Unlock()
		if !armed {
			return nil
		}
		if count++; count == at {
			c.alive().Kill()
		}
		return nil
	}
	arm := func(now bool) int {
		mu.Lock()
		defer mu.Unlock()
		before := count
		armed, count = now, 0
		return before
	}
	c, company, _ := meet(t, w, Options{Watch: watch})
	told := map[string]int{}
	step := 3
	if os.Getenv("SVARTID_LONG") == "1" {
		step = 1
	}
	for next := 1; ; next += step {
		mu.Lock()
		at = next
		mu.Unlock()
		o := prepared(t, c, unprepared(company, w.Name, fmt.Sprintf("killed%d", at)))
		if _, err := c.running(t.Context()); err != nil {
			t.Fatal(err)
		}
		left = false
		arm(true)
		_, err := c.Open(t.Context(), o, func(context.Context) error { left = true; return nil })
		commands = arm(false)
		killed := commands >= at
		got := company.Got(o.Body)
		is := "again"
		switch {
		case err == nil:
			is = "sent"
		case errors.Is(err, channels.ErrUnsure):
			is = "unsure"
		}
		told[is]++
		if got > 1 || is == "sent" && got != 1 || is == "again" && got != 0 || is == "unsure" && !left {
			t.Errorf("killed before command %d: Open says %s (%v), and the company has it %d times", at, is, err, got)
		}
		if is == "unsure" {
			_, err := c.Reconcile(t.Context(), o)
			if got == 1 && err != nil || got == 0 && err == nil {
				t.Errorf("killed before command %d: the company has it %d times, and looking says %v", at, got, err)
			}
		}
		_ = c.exit(o.ID, o.Attempt)
		if !killed {
			break
		}
	}
	t.Logf("killed before every %d. of %d commands: %v", step, commands, told)
	if told["again"] == 0 || told["sent"] == 0 {
		t.Errorf("not all came about: %v", told)
	}
}

// TestLate sees that a banner which comes late is clicked away.
func TestLate(t *testing.T) {
	long.Only(t, "TestSuite opens")
	w := webchat.DeepChat()
	c, company, _ := meet(t, w, Options{})
	company.Be(webchat.Mood{Slow: true})
	o := prepared(t, c, unprepared(company, w.Name, "late"))
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil || company.Got(o.Body) != 1 {
		t.Errorf("Open: %v, and the company has it %d times", err, company.Got(o.Body))
	}
}

// TestTwice shows that Chrome itself repeats a request that was dropped without an answer: we
// have clicked once, and say so.
func TestTwice(t *testing.T) {
	long.Only(t, "TestSuite opens")
	w := webchat.BotFramework()
	c, company, _ := meet(t, w, Options{})
	company.Be(webchat.Mood{Rude: true, Drop: 1})
	o := prepared(t, c, unprepared(company, w.Name, "twice"))
	r, err := c.Open(t.Context(), o, channels.Unrecorded)
	t.Logf("Open: %+v, %v, and the company has it %d times", r, err, company.Got(o.Body))
	if err != nil && !errors.Is(err, channels.ErrUnsure) || company.Got(o.Body) == 0 {
		t.Errorf("Open: %v, and the company has it %d times", err, company.Got(o.Body))
	}
}

// TestRestarted hears on after the program was started again, as the same visitor.
func TestRestarted(t *testing.T) {
	w := webchat.DeepChat()
	kept := &memory{}
	c, company, open := meet(t, w, Options{Sessions: kept})
	o := prepared(t, c, unprepared(company, w.Name, "restart"))
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	*open = []channels.Conversation{{Opening: o, At: time.Now()}}
	keeper := channeltest.NewKeeper(channels.Checkpoint{Source: source})
	has := func(text string) func() bool {
		return func() bool {
			all, _ := keeper.Kept()
			for _, a := range all {
				if strings.Contains(a.Text, text) {
					return true
				}
			}
			return false
		}
	}
	end := keeper.Listen(t, c)
	say := func(text string) {
		t.Helper()
		if _, err := company.Say(o.Body, "agent", text); err != nil {
			t.Fatal(err)
		}
	}
	say("Hei! Et øyeblikk.")
	channeltest.Until(t, "the first answer is heard", has("Et øyeblikk"))
	end()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	say("Det koster 99 kroner.")
	again, err := New(c.cfg, c.opt)
	if err != nil {
		t.Fatal(err)
	}
	again.behind = c.behind
	again.Follow(func(context.Context) ([]channels.Conversation, error) { return *open, nil })
	t.Cleanup(func() { _ = again.Stop() })
	end = keeper.Listen(t, again)
	defer end()
	channeltest.Until(t, "what was said meanwhile is heard", has("99 kroner"))
	say("Ha en fin dag!")
	channeltest.Until(t, "what is said afterwards is heard", has("fin dag"))
	all, offered := keeper.Kept()
	if len(all) != offered || len(all) != 5 {
		t.Errorf("heard %d, offered %d, want 5 each once", len(all), offered)
		for _, a := range all {
			t.Logf("%s %s %q at %v", a.Key, a.Responder, a.Text, a.Times.Arrived)
		}
	}
	for _, a := range all {
		if strings.Contains(a.Text, "99") && a.Times.Precision < 100*time.Millisecond {
			t.Errorf("what was said while no window was open is said to be precise to %v", a.Times.Precision)
		}
	}
}

// TestItself sees that a person has to look at what the page itself has made up.
func TestItself(t *testing.T) {
	long.Only(t, "TestRestarted listens")
	w := webchat.DeepChat()
	w.Markup = strings.Replace(w.Markup, "function place(chat)",
		"setTimeout(() => chats.at(-1).addMessage({role: 'agent', text: 'Hei, dette er bare siden selv som snakker.'}), 4000); const chats = []; function place(chat)", 1)
	w.Markup = strings.Replace(w.Markup, "document.body.append(chat)", "chats.push(chat); document.body.append(chat)", 1)
	c, company, open := meet(t, w, Options{})
	company.Be(webchat.Mood{Mute: true})
	o := prepared(t, c, unprepared(company, w.Name, "itself"))
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	*open = []channels.Conversation{{Opening: o, At: time.Now()}}
	keeper := channeltest.NewKeeper(channels.Checkpoint{Source: source})
	end := keeper.Listen(t, c)
	defer end()
	var heard channels.Arrival
	channeltest.Until(t, "it is heard", func() bool {
		all, _ := keeper.Kept()
		for _, a := range all {
			if strings.Contains(a.Text, "siden selv") {
				heard = a
				return true
			}
		}
		return false
	})
	var shown exhibit
	if err := json.Unmarshal(heard.Raw, &shown); err != nil || shown.Wired || heard.Responder != channels.Unknown && heard.Responder != channels.Acknowledging {
		t.Errorf("heard as %s, because %s: %+v, %v", heard.Responder, heard.Because, shown, err)
	}
}

// TestPictures sees that the screen is kept as our message left, as the first answer came, and as
// a closed door was found.
func TestPictures(t *testing.T) {
	w := webchat.DeepChat()
	c, company, open := meet(t, w, Options{})
	webp := func(data []byte) bool { return len(data) > 12 && string(data[8:12]) == "WEBP" }
	o := prepared(t, c, unprepared(company, w.Name, "pictures"))
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil || !webp(receipt.Picture) {
		t.Fatalf("Open: %v, with %d bytes of a picture", err, len(receipt.Picture))
	}
	*open = []channels.Conversation{{Opening: o, At: time.Now()}}
	keeper := channeltest.NewKeeper(channels.Checkpoint{Source: source})
	end := keeper.Listen(t, c)
	defer end()
	for _, text := range []string{"Hei! Et øyeblikk.", "Det koster 99 kroner."} {
		if _, err := company.Say(o.Body, "agent", text); err != nil {
			t.Fatal(err)
		}
	}
	var all map[string]channels.Arrival
	channeltest.Until(t, "both answers are heard", func() bool {
		all, _ = keeper.Kept()
		for _, a := range all {
			if strings.Contains(a.Text, "99") {
				return true
			}
		}
		return false
	})
	pictures := 0
	for _, a := range all {
		if a.Picture == nil {
			continue
		}
		if pictures++; !webp(a.Picture) || strings.Contains(a.Because, "before") {
			t.Errorf("%q has a picture of %d bytes", a.Text, len(a.Picture))
		}
	}
	if pictures != 1 {
		t.Errorf("%d answers have a picture, want the first alone", pictures)
	}
	for name, mood := range map[string]webchat.Mood{"offline": {Offline: true}, "down": {Down: true}, "changed": {Strange: true}} {
		if name == "changed" && testing.Short() {
			continue // what is missing is waited for, for 15 s
		}
		company.Be(mood)
		_, err := c.Open(t.Context(), prepared(t, c, unprepared(company, w.Name, name)), channels.Unrecorded)
		if picture := channels.PictureOf(channels.Receipt{}, err); err == nil || !webp(picture) {
			t.Errorf("%s: %v, with %d bytes of a picture", name, err, len(picture))
		}
	}
}

// TestShut holds that what a door says has one meaning each.
func TestShut(t *testing.T) {
	for _, tt := range []struct {
		door   page.Door
		again  bool
		sign   channels.Sign
		opened bool
	}{
		{page.Door{Code: 200}, false, "", true},
		{page.Door{Code: 404}, false, "", false},
		{page.Door{Code: 403}, false, "", false},
		{page.Door{Code: 429}, true, "", false},
		{page.Door{Code: 503}, true, "", false},
		{page.Door{Text: "net::ERR_NAME_NOT_RESOLVED"}, true, channels.SignMissing, false},
		{page.Door{Text: "net::ERR_INTERNET_DISCONNECTED"}, true, channels.SignBlind, false},
		{page.Door{Text: "net::ERR_CONNECTION_REFUSED"}, true, channels.SignUnreachable, false},
		{page.Door{Text: "net::ERR_CERT_DATE_INVALID"}, true, channels.SignUnreachable, false},
	} {
		err := shut(tt.door)
		var may *channels.Deferral
		var no *channels.Refusal
		switch {
		case (err == nil) != tt.opened:
			t.Errorf("%+v: %v", tt.door, err)
		case tt.opened:
		case errors.As(err, &may) != tt.again, !tt.again && !errors.As(err, &no):
			t.Errorf("%+v: %v, want again: %t", tt.door, err, tt.again)
		case tt.again && (may.No.Sign != tt.sign || may.No.Step != channels.StepDoor):
			t.Errorf("%+v: sign %q, want %q", tt.door, may.No.Sign, tt.sign)
		}
	}
}

// TestJoined holds that gaps that touch are one, of each place.
func TestJoined(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	gap := func(reach string, from, to int) channels.Gap {
		return channels.Gap{From: at(from), To: at(to), Reach: reach}
	}
	for _, tt := range []struct {
		name, want string
		gaps       []channels.Gap
	}{
		{"none", "", nil},
		{"apart", "a 1-2 a 4-5", []channels.Gap{gap("a", 1, 2), gap("a", 4, 5)}},
		{"one over the other", "a 1-5", []channels.Gap{gap("a", 1, 4), gap("a", 2, 5)}},
		{"end to end", "a 1-3", []channels.Gap{gap("a", 2, 3), gap("a", 1, 2)}},
		{"of two places", "a 1-3 b 2-4", []channels.Gap{gap("a", 1, 3), gap("b", 2, 4)}},
	} {
		var got []string
		for _, g := range joined(tt.gaps) {
			got = append(got, fmt.Sprintf("%s %d-%d", g.Reach, g.From.Unix(), g.To.Unix()))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, got, tt.want)
		}
	}
}

func TestConfig(t *testing.T) {
	for _, tt := range []struct {
		faults []channels.Fault
		want   []string
	}{
		{Config{}.Check(), nil},
		{Config{Conversations: -1, Poll: -time.Second}.Check(), []string{"conversations", "poll"}},
		{Config{Conversations: 201}.Check(), []string{"conversations"}},
		{Reach{URL: "https://firma.example", Flow: "livechat", Consent: "KSP"}.Check(), nil},
		{Reach{URL: "https://firma.example", Flow: "livechat", Consent: " "}.Check(), []string{"consent"}},
	} {
		if got := channeltest.Keys(tt.faults); !slices.Equal(got, tt.want) {
			t.Errorf("got %v, want %v", got, tt.want)
		}
	}
}

// TestConsent holds that nothing is opened without an arrangement.
func TestConsent(t *testing.T) {
	w := webchat.DeepChat()
	c, company, _ := meet(t, w, Options{})
	o := prepared(t, c, unprepared(company, w.Name, "consent"))
	for name, places := range map[string]map[string]Reach{
		"no place":   {},
		"no consent": {o.Reach: {URL: company.URL(), Flow: w.Name}},
	} {
		c.places = places
		_, err := c.Open(t.Context(), o, channels.Unrecorded)
		var no *channels.Refusal
		if !errors.As(err, &no) || !no.Ours || company.Knocks() != 0 {
			t.Errorf("%s: Open: %v, and the page was asked for %d times", name, err, company.Knocks())
		}
	}
}
