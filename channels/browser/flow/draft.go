package flow

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// An Act is what a person did on a page, without what was typed.
type Act struct {
	Kind ActKind
	// Finds are names of the element, the best first.
	Finds []Counted
	// Path are selectors of the element's classes and of those around it, the nearest first.
	Path []string
	Hint string // of a field: its type, name and label, as far as it has them
}

// A Counted is a name of an element, and how many others on the page have it too.
type Counted struct {
	Find  Find
	Count int
}

// An ActKind is what a person did. Its zero value is nothing.
type ActKind string

// The kinds of acts.
const (
	ActClick  ActKind = "click"
	ActFill   ActKind = "fill"
	ActChoose ActKind = "choose"
	ActEnter  ActKind = "enter" // the key Enter, in a field
	ActPoint  ActKind = "point" // the person has shown us something
)

// A Mark is something that a person is asked to show. Its zero value is nothing.
type Mark string

// The marks, in the order in which they are asked for.
const (
	MarkMine   Mark = "a message of your own"
	MarkHuman  Mark = "an answer of a person"
	MarkBot    Mark = "an answer of a bot"
	MarkClosed Mark = "what the page shows when the chat is closed"
)

// Marks returns every mark, in the order in which they are asked for.
func Marks() []Mark { return []Mark{MarkMine, MarkHuman, MarkBot, MarkClosed} }

// banners finds the names of what is clicked about cookies.
var banners = regexp.MustCompile(`(?i)godta|tillat|samtykk|nødvendig|avvis|cookie|informasjonskaps|accept|allow|consent|reject|acceptera|tillåt|accepter|hyväksy`)

// Draft makes a flow of what a person did and has shown, and says what the person should look at before
// it is used.
func Draft(acts []Act, shown map[Mark]Act) (f Flow, notes []string) {
	d := drafting{shown: shown}
	d.message(acts)
	for i, a := range acts {
		if i != d.field && i != d.send {
			d.step(a)
		}
	}
	d.heard()
	return d.flow, d.notes
}

type drafting struct {
	flow        Flow
	notes       []string
	shown       map[Mark]Act
	field, send int    // among the acts
	written     string // how the message's field is named
}

func (d *drafting) note(format string, args ...any) {
	d.notes = append(d.notes, fmt.Sprintf(format, args...))
}

// best returns the name of an act's element that fewest others have.
func (d *drafting) best(a Act, what string) Find {
	if len(a.Finds) == 0 {
		d.note("%s: the element has no name that lasts", what)
		return Find{CSS: "*"}
	}
	found := slices.MinFunc(a.Finds, func(x, y Counted) int { return cmp.Compare(max(x.Count, 1), max(y.Count, 1)) })
	if found.Count > 1 {
		d.note("%s: %s fits %d elements; name it more exactly", what, found.Find, found.Count)
	}
	return found.Find
}

// message finds where the message was written, and how it was sent.
func (d *drafting) message(acts []Act) {
	d.field, d.send = -1, -1
	for i, a := range acts {
		if a.Kind == ActEnter {
			d.send, d.flow.Send = i, Send{Enter: true}
		}
	}
	for i, a := range acts {
		if a.Kind == ActFill && (d.send < 0 || i < d.send) {
			d.field = i
		}
	}
	if d.field < 0 {
		d.note("message: nothing was written; add where the message goes, and how it is sent")
		return
	}
	if d.send < 0 {
		d.pressed(acts)
	}
	d.flow.Message = d.best(acts[d.field], "message")
	d.flow.Ready.Find = d.flow.Message
	d.written = d.flow.Message.String()
}

// pressed finds the button by which the message was sent.
func (d *drafting) pressed(acts []Act) {
	for i := d.field + 1; i < len(acts); i++ {
		if acts[i].Kind == ActClick {
			d.send, d.flow.Send.Button = i, d.best(acts[i], "send")
			return
		}
	}
	d.flow.Send.Enter = true
	d.note("send: nothing was sent, so the key Enter is taken; see that it is right")
}

// step adds what leads to the message.
func (d *drafting) step(a Act) {
	what := fmt.Sprintf("open[%d]", len(d.flow.Open))
	s := Step{Do: Click, Within: DefaultWithin}
	switch a.Kind {
	case ActFill:
		s.Do, s.With = Fill, "{name}"
		if strings.Contains(strings.ToLower(a.Hint), "mail") || strings.Contains(strings.ToLower(a.Hint), "e-post") {
			s.With = "{email}"
		} else if hint := strings.ToLower(a.Hint); !strings.Contains(hint, "nam") && !strings.Contains(hint, "navn") {
			d.note("%s: {name} is written into %q; see that it is right", what, a.Hint)
		}
	case ActChoose:
		s.Do, s.With = Choose, "?"
		d.note("%s: write the words of the option in place of ?", what)
	case ActClick:
	default:
		return
	}
	s.At = d.best(a, what)
	if s.At.String() == d.written {
		return // into the field, before the message was written
	}
	if s.Do == Click && banners.MatchString(s.At.Name+s.At.Text) {
		s.Do, s.Optional = Accept, true
	}
	d.flow.Open = append(d.flow.Open, s)
}

// heard makes of what was shown how messages are told apart: an item is what our own and others' have
// in common, and whose it is what only one of them has.
func (d *drafting) heard() {
	mine, human, bot := d.shown[MarkMine], d.shown[MarkHuman], d.shown[MarkBot]
	other := human
	if len(other.Path) == 0 {
		other = bot
	}
	d.flow.Heard.Item = d.one("heard.item", first(mine.Path, other.Path, nil))
	d.flow.Heard.Mine = d.one("heard.mine", first(mine.Path, nil, slices.Concat(human.Path, bot.Path)))
	if len(human.Path) > 0 && len(bot.Path) > 0 {
		d.flow.Heard.Who = map[string]Find{}
		for author, find := range map[string]string{
			"human": first(human.Path, nil, slices.Concat(bot.Path, mine.Path)), "bot": first(bot.Path, nil, slices.Concat(human.Path, mine.Path)),
		} {
			if find != "" {
				d.flow.Heard.Who[author] = Find{CSS: find}
			}
		}
	}
	d.flow.States = map[State][]Find{Offline: {{Text: "?"}}}
	if closed, there := d.shown[MarkClosed]; there {
		d.flow.States[Offline] = []Find{d.best(closed, "states.offline")}
	} else {
		d.note("states.offline: write the words that the page shows when the chat is closed in place of ?")
	}
}

func (d *drafting) one(key, css string) Find {
	if css == "" {
		d.note("%s: it was not shown; write a selector in place of .TODO", key)
		css = ".TODO"
	}
	return Find{CSS: css}
}

// first returns the first of a path that is in another, if one is given, and in none of those that it
// must not be in.
func first(path, in, out []string) string {
	for _, css := range path {
		if (in == nil || slices.Contains(in, css)) && !slices.Contains(out, css) {
			return css
		}
	}
	return ""
}
