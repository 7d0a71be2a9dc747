package messenger

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

func TestWho(t *testing.T) {
	r := Reach{DeskApps: []string{"42"}, BotApps: []string{"66"}}
	const desk, inbox, variant, bot, other = id("42"), id("263902037430900"), id("26390203743090"), id("66"), id("99")
	template := message{AppID: desk}
	if err := json.Unmarshal([]byte(`{"attachments":[{"type":"image"},{"type":"template"}]}`), &template); err != nil {
		t.Fatal(err)
	}
	say := func(app id, text string) message { return message{AppID: app, Text: text} }
	for _, tt := range []struct {
		name string
		heard
		want channels.Responder
	}{
		{"a desk", heard{message: say(desk, "Det koster 49 kroner."), wait: time.Minute}, channels.Human},
		{"a desk, the opener not seen", heard{message: say(desk, "Det koster 49 kroner."), wait: -1}, channels.Human},
		{"a bot", heard{message: say(bot, "Det koster 49 kroner."), wait: time.Minute}, channels.Bot},
		{"the inbox", heard{message: say(inbox, "Det koster 49 kroner."), wait: time.Minute}, channels.Unknown},
		{"the inbox by its other id", heard{message: say(variant, "Det koster 49 kroner."), wait: time.Minute}, channels.Unknown},
		{"an app that is not declared", heard{message: say(other, "Det koster 49 kroner."), wait: time.Minute}, channels.Unknown},
		{"no app", heard{message: say("", "Det koster 49 kroner."), wait: time.Minute}, channels.Unknown},
		{"a desk, at once", heard{message: say(desk, "Hei!"), wait: 2999 * time.Millisecond}, channels.Bot},
		{"a desk, after three seconds", heard{message: say(desk, "Hei!"), wait: 3 * time.Second}, channels.Human},
		{"a desk that says the same to all", heard{message: say(desk, "Hei!"), wait: time.Minute, repeated: true}, channels.Bot},
		{"a desk's away message", heard{message: say(desk, "Takk for meldingen! Vi svarer deg så snart vi kan."), wait: time.Minute}, channels.Acknowledging},
		{"the same at once", heard{message: say(desk, "Takk for meldingen!"), wait: time.Second}, channels.Acknowledging},
		{"the inbox's away message", heard{message: say(inbox, "Hej! Just nu är vi utanför våra öppettider."), wait: time.Minute}, channels.Acknowledging},
		{"a desk with buttons", heard{message: message{AppID: desk, QuickReplies: []json.RawMessage{[]byte("{}")}}, wait: time.Minute}, channels.Bot},
		{"a desk with a template", heard{message: template, wait: time.Minute}, channels.Bot},
	} {
		got, because := r.who(tt.heard)
		if got != tt.want || because == "" {
			t.Errorf("%s: got %s (%s), want %s", tt.name, got, because, tt.want)
		}
	}
}

func TestRepeated(t *testing.T) {
	const long, other = "Hei! Du finner alle prisene våre på nettsiden.", "Hei, Ola! Det koster 49 kroner i måneden."
	for _, tt := range []struct {
		name string
		said [][3]string // page, customer, text
		want bool        // of the last
	}{
		{"once", [][3]string{{"p", "1", long}}, false},
		{"twice to one", [][3]string{{"p", "1", long}, {"p", "1", long}}, false},
		{"to two", [][3]string{{"p", "1", long}, {"p", "2", long}}, true},
		{"to two, otherwise written", [][3]string{{"p", "1", long}, {"p", "2", "hei, du finner alle prisene våre på nettsiden"}}, true},
		{"to two on two pages", [][3]string{{"p", "1", long}, {"q", "2", long}}, false},
		{"something else", [][3]string{{"p", "1", long}, {"p", "2", other}}, false},
		{"a greeting", [][3]string{{"p", "1", "Hei på deg!"}, {"p", "2", "Hei på deg!"}}, false},
		{"nothing", [][3]string{{"p", "1", ""}, {"p", "2", ""}}, false},
	} {
		r, err := parseRoll("")
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, s := range tt.said {
			if r, err = parseRoll(r.position()); err != nil { // a restart between them
				t.Fatal(err)
			}
			got = r.repeated(s[0], s[1], s[2])
		}
		if got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}

// TestRollIsBounded says many things, and forgets all but the last.
func TestRollIsBounded(t *testing.T) {
	r, _ := parseRoll("")
	for i := range 1000 {
		r.repeated("p", "1", "Hei, her er et svar som er langt nok, nummer "+time.Duration(i).String())
	}
	if got := len(r.position()); got > 400 {
		t.Errorf("the position has %d octets: %s", got, r.position())
	}
	if _, err := parseRoll("{"); err == nil {
		t.Error("a position that cannot be read is taken for an empty one")
	}
}

func TestMatch(t *testing.T) {
	const body = "Hei! Hva koster bredbånd hos dere, og når kan dere levere?"
	noon := time.Date(2027, 1, 11, 12, 0, 0, 0, time.UTC)
	at := func(minutes float64) time.Time { return noon.Add(time.Duration(minutes * float64(time.Minute))) }
	conversation := func(token string, left time.Time) channels.Conversation {
		return channels.Conversation{At: left, Opening: channels.Opening{
			Token: token, Reach: page, Body: body, Persona: channels.Persona{Name: "Ola"},
		}}
	}
	monday, today, now := conversation("monday", at(-1440)), conversation("today", at(0)), conversation("now", time.Time{})
	for _, tt := range []struct {
		name   string
		open   []channels.Conversation
		opens  float64 // when the persona says it, minutes
		opened string  // token; "" = none
		says   float64
		told   string // "" = none
		err    error
	}{
		{"nothing is open", nil, 0, "", 1, "", nil},
		{"another persona", []channels.Conversation{{At: noon, Opening: channels.Opening{Token: "x", Reach: page, Body: body}}}, 0, "", 1, "", nil},
		{"another page", []channels.Conversation{{At: noon, Opening: channels.Opening{Token: "x", Reach: "9", Body: body, Persona: channels.Persona{Name: "Ola"}}}}, 0, "", 1, "", nil},
		{"a prompt", []channels.Conversation{now}, 0, "now", 1, "now", nil},
		{"an opener that left", []channels.Conversation{today}, -0.05, "today", 1, "today", nil},
		{"much later than the tap", []channels.Conversation{today}, 6, "", 6, "today", nil},
		{"the page is first", []channels.Conversation{today}, 0, "today", -1, "", hook.BeforeOpener},
		{"the page seems to be first", []channels.Conversation{today}, 0, "today", -0.1, "today", nil},
		{"the second try", []channels.Conversation{monday, today}, 0, "today", 1, "today", nil},
		{"a late answer to the first", []channels.Conversation{monday, today}, 0, "today", -60, "monday", nil},
		{"while the second is prompted", []channels.Conversation{monday, now}, 0, "now", 1, "", nil},
	} {
		thread := threadOf(tt.open, page, "Ola")
		opened, ok := thread.opener(at(tt.opens), "hei Hva koster bredbånd hos dere og når kan dere levere")
		if opened.Opening.Token != tt.opened || ok != (tt.opened != "") {
			t.Errorf("%s: opened %q, want %q", tt.name, opened.Opening.Token, tt.opened)
		}
		if small, ok := thread.opener(at(tt.opens), "Takk for hjelpen!"); ok {
			t.Errorf("%s: small talk opens %q", tt.name, small.Opening.Token)
		}
		told, err := thread.answered(at(tt.says))
		if told.Opening.Token != tt.told || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: told %q, %v; want %q, %v", tt.name, told.Opening.Token, err, tt.told, tt.err)
		}
	}
}

func TestAlike(t *testing.T) {
	const prompt = "Hei! Hva koster strøm hos dere? Mvh Kari"
	for said, want := range map[string]bool{
		prompt: true, "hei hva koster strøm hos dere mvh kari": true, "Hei\n\nHva koster strøm hos dere?\n\nMvh Kari": true,
		"Hei! Hva koster strømmen hos dere? Mvh Kari": true, "God dag. " + prompt: true,
		"Hei!": false, "": false, "Hva koster det?": false, "Takk, det hjalp": false,
	} {
		if got := alike(prompt, said); got != want {
			t.Errorf("%q: got %v", said, got)
		}
	}
	if alike("", "hei") {
		t.Error("everything is like nothing")
	}
}
