package flow

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestLoad(t *testing.T) {
	flows, err := Load("../testdata/flows")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ steps, quiet int }{
		"deep-chat": {2, 2}, "botframework": {2, 1}, "rocketchat": {5, 2}, "n8n": {3, 3}, "flowise": {3, 3},
	} {
		f := flows[name]
		if f.Name != name || len(f.Open) != want.steps || f.Quiet() != want.quiet {
			t.Errorf("%s: named %q, %d steps, %d of them quiet, want %+v", name, f.Name, len(f.Open), f.Quiet(), want)
		}
	}
	rocket := flows["rocketchat"]
	if s := rocket.Open[2]; s.Do != Fill || s.Said(Words{"name": "Kari"}) != "Kari" || s.Within != DefaultWithin || s.Line != 8 {
		t.Errorf("a step reads as %+v", s)
	}
	if !flows["botframework"].Forgets || rocket.Forgets || !rocket.Ready.Socket || !rocket.Send.Enter {
		t.Errorf("read as %+v and %+v", flows["botframework"], rocket)
	}
	if within := rocket.Open[0].Within; within != time.Second {
		t.Errorf("a banner is waited for %v", within)
	}
}

// least is a flow with all that one needs, and lines to put in the place of others.
func least(lines ...string) string {
	parts := map[string]string{
		"ready": "ready: {css: b}", "message": "message: {css: b}", "send": "send: {key: Enter}",
		"heard": "heard: {item: {css: c}, mine: {css: d}}", "states": "states: {offline: [{text: stengt}]}",
	}
	text := ""
	for _, key := range []string{"open", "ready", "message", "send", "heard", "states"} {
		line := parts[key]
		for _, l := range lines {
			if strings.HasPrefix(l, key) {
				line = strings.TrimPrefix(l, key+"-")
			}
		}
		if line != "" {
			text += line + "\n"
		}
	}
	for _, l := range lines {
		if strings.HasPrefix(l, "+") {
			text += l[1:] + "\n"
		}
	}
	return text
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "f.yml: is empty"},
		{"no YAML", "open: [", "f.yml:2: is no YAML"},
		{"two documents", least() + "---\n" + least(), "f.yml:6: a second document begins; keep one a file"},
		{"nested without end", strings.Repeat("[", 3000), "f.yml:1: is no YAML"},
		{"a list", "- a", "f.yml:1: must be a mapping"},
		{"an unknown key", least("+script: x"), "f.yml:6: script: is no key here; want one of finish, heard, message, open, ready, send, settles, states"},
		{"script in a step", least("open: [{evaluate: {css: a}}]"), "f.yml:1: open[0].evaluate: is no key here; want one of accept, choose, click, fill, optional, quiet, wait, with, within"},
		{"script in a find", least("open: [{click: {xpath: //a}}]"), "f.yml:1: open[0].click.xpath: is no key here; want one of css, frame, label, name, role, test, text"},
		{"twice", least("+ready: {css: x}"), "f.yml:6: ready: stands here twice"},
		{"two acts", least("open: [{click: {css: a}, wait: {css: b}}]"), "f.yml:1: open[0].wait: is a second act; give it a step of its own"},
		{"no act", least("open: [{optional: true}]"), "f.yml:1: open[0]: does nothing; want one of [accept click fill choose wait]"},
		{"nothing to write", least("open: [{fill: {css: a}}]"), "f.yml:1: open[0].with: is missing: what is written or chosen"},
		{"written by a click", least("open: [{click: {css: a}, with: x}]"), "f.yml:1: open[0].with: nothing is written by click"},
		{"an unknown word", least("open: [{fill: {css: a}, with: \"{phone}\"}]"), "f.yml:1: open[0].with: {phone} is not known; want one of {name}, {email}, {question}, {company}"},
		{"a brace that does not close", least("open: [{fill: {css: a}, with: \"{name\"}]"), "f.yml:1: open[0].with: {name is not known; want one of {name}, {email}, {question}, {company}"},
		{"the question too soon", least("open: [{fill: {css: a}, with: \"{question}\"}]"), "f.yml:1: open[0].with: the question is written into message, and nowhere before"},
		{"a frame alone", least("message: {frame: chat}"), "f.yml:2: message: names no element; want role, name, text, label, test or css"},
		{"an open bracket", least("message: {css: \"a[b\"}"), `f.yml:2: message.css: "a[b" is no selector: its brackets do not close`},
		{"a number", least("message: {css: [1]}"), "f.yml:2: message.css: must be a text"},
		{"another key", least("send: {key: Tab}"), `f.yml:3: send.key: "Tab" is no key that sends; want Enter`},
		{"a key and a button", least("send: {key: Enter, css: a}"), "f.yml:3: send: is a key and a button; want one of them"},
		{"a socket that is shut", least("ready: {css: a, socket: shut}"), `f.yml:1: ready.socket: "shut" is no state of a socket; want open`},
		{"too long", least("open: [{wait: {css: a}, within: 1h}]"), `f.yml:1: open[0].within: "1h" is no time up to 2m, such as 15s`},
		{"neither true nor false", least("+settles: perhaps"), "f.yml:6: settles: must be true or false"},
		{"an unknown author", least("heard: {item: {css: a}, mine: {css: b}, who: {agent: {css: c}}}"), "f.yml:4: heard.who.agent: is no key here; want one of acknowledgement, bot, human"},
		{"an unknown state", least("states: {asleep: [{css: a}]}"), "f.yml:5: states.asleep: is no key here; want one of blocked, captcha, closed, joined, left, login, offline, payment, queue"},
		{"a state that is no list", least("states: {offline: {css: a}}"), "f.yml:5: states.offline: must be a list of elements"},
		{"no sign of closing", least("states: {queue: [{css: a}]}"), "f.yml:1: states.offline: is missing"},
		{"no author", least("heard: {item: {css: a}}"), "f.yml:1: heard.mine: is missing"},
		{"an alias", "ready: &a {css: a}\n" + strings.Replace(least("message: *a"), "ready: {css: b}\n", "", 1), "f.yml:2: message: is an alias; write it out"},
		{"an address", least("+url: https://firma.example"), "f.yml:6: url: is no key here; want one of finish, heard, message, open, ready, send, settles, states"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f.yml", []byte(tt.text))
			var wrong Faults
			if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	if _, err := Parse("f.yml", []byte(least())); err != nil {
		t.Errorf("the least that a flow needs: %v", err)
	}
}

func TestParseTellsAll(t *testing.T) {
	_, err := Parse("f.yml", []byte("open: [{push: {css: a}}]\nready: {}\nsend: {key: Tab}\n"))
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 3 {
		t.Errorf("got %d faults, want 3:\n%v", len(lines), err)
	}
}

func TestText(t *testing.T) {
	flows, err := Load("../testdata/flows")
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range flows {
		got, err := Parse(name, f.Text())
		if err != nil {
			t.Fatalf("%v in\n%s", err, f.Text())
		}
		for _, steps := range [][]Step{f.Open, f.Finish, got.Open, got.Finish} {
			for i := range steps {
				steps[i].Line = 0
			}
		}
		f.Name = ""
		if !reflect.DeepEqual(got, f) {
			t.Errorf("%s reads back as\n%+v\nwant\n%+v", name, got, f)
		}
	}
}

func TestStates(t *testing.T) {
	if States()[0] != Offline {
		t.Errorf("%s is looked at first, want %s", States()[0], Offline)
	}
	ended := false
	for i, s := range States() {
		if s.Ends() && ended {
			t.Errorf("%s ends a flow and is looked at after one that does not", s)
		}
		ended = ended || !States()[i].Ends()
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("../testdata/flows/*.yml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no flows: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(least("ready: {text: \"a: b\", name: 'no', socket: open}")))
	f.Fuzz(func(t *testing.T, text []byte) {
		flow, err := Parse("f.yml", text)
		var wrong Faults
		if err != nil {
			if !errors.As(err, &wrong) || len(wrong) == 0 {
				t.Fatalf("an error without faults: %v", err)
			}
			return
		}
		again, err := Parse("f.yml", flow.Text())
		if err != nil {
			t.Fatalf("%v in\n%s", err, flow.Text())
		}
		if string(again.Text()) != string(flow.Text()) {
			t.Errorf("written as\n%s\nand then\n%s", flow.Text(), again.Text())
		}
	})
}
