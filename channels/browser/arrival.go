package browser

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/page"
	"github.com/svartid/svartid/channels/browser/transcript"
)

// position is what has been heard of conversations, by the ids of their openers: all
// that was ever shown in them, in order.
type position = channels.Positions[[]transcript.Mark]

// ownMark is the mark of our opener.
func ownMark(o channels.Opening) transcript.Mark {
	return transcript.MarkOf(o.ID, "mine", page.Plain(o.Body))
}

// markOf returns the mark of a line. Who of the company's has said it is no part
// of it: a page may tell that later, or otherwise once it draws the line again.
func markOf(o channels.Opening, l page.Line) transcript.Mark {
	switch {
	case isOurs(l, o.Body):
		return ownMark(o)
	case l.Author == "mine":
		return transcript.MarkOf(o.ID, "mine", page.Plain(l.Text))
	}
	return transcript.MarkOf(o.ID, "theirs", page.Plain(l.Text))
}

// marksOf returns the marks of lines.
func marksOf(o channels.Opening, lines []page.Line) []transcript.Mark {
	all := make([]transcript.Mark, len(lines))
	for i, l := range lines {
		all[i] = markOf(o, l)
	}
	return all
}

// keyOf names for ever the nth message of a conversation that has a mark.
func keyOf(o channels.Opening, m transcript.Mark, n int) string {
	return fmt.Sprintf("browser/%s/%s/%d", o.ID, m, n)
}

// An exhibit is what is kept of a message: how the page had it.
type exhibit struct {
	Text   string    `json:"text"`
	HTML   string    `json:"html"`
	Author string    `json:"author,omitempty"` // as the page shows it
	Drawn  time.Time `json:"drawn"`
	Lag    string    `json:"lag"`
	Polled bool      `json:"polled,omitempty"` // found by looking: no change told of it
	Gone   bool      `json:"gone,omitempty"`   // not shown any more when it was heard
	Wired  bool      `json:"wired"`            // its words came over the wire
}

// pollEvery is how often the page's script looks by itself, and how far the time may be off
// of what only that has found.
const pollEvery = 250 * time.Millisecond

// A telling is one look at a conversation.
type telling struct {
	room  *room
	sight page.Sight
	clock func() time.Time
}

// asked is whether our question had been put when something was said.
type asked bool

// arrival returns what a line is to us.
func (t telling) arrival(l page.Line, key string, after asked) channels.Arrival {
	o, came := t.room.opening, t.room.page.Came(l.Text)
	who, because := responder(l)
	switch {
	case !bool(after):
		who, because = channels.Acknowledging, "said before our question"
	case !came:
		who, because = channels.Unknown, "nothing that came to the page holds its words"
	}
	now := t.clock()
	drawn := now.Add(-time.Since(l.At))
	if drawn.After(now) {
		drawn = now
	}
	var picture []byte
	if after {
		picture, t.room.picture = t.room.picture, nil
	}
	raw, err := json.Marshal(exhibit{
		Text: l.Text, HTML: l.HTML, Author: l.Author, Drawn: drawn.UTC(), Lag: t.sight.Lag.String(),
		Polled: l.Polled, Gone: l.Gone, Wired: came,
	})
	if err != nil {
		raw = []byte("{}") // texts and times can always be written
	}
	precision := max(t.sight.Lag, time.Millisecond)
	if l.Polled {
		precision = max(precision, pollEvery)
	}
	if t.room.again && !t.room.from.IsZero() && drawn.Sub(t.room.from) > precision && l.At.Sub(t.room.opened) < toShow {
		precision = drawn.Sub(t.room.from) // it may have been said while no window was open
	}
	return channels.Arrival{
		Key: key, Media: channels.JSON, Raw: raw, Text: l.Text, Names: []string{o.ID},
		Responder: who, Because: because, Picture: picture,
		Times: channels.Times{Arrived: drawn, Noticed: now, Precision: precision},
	}
}

// responder returns who a page shows as a line's author. Where it shows nothing the words
// decide.
func responder(l page.Line) (who channels.Responder, because string) {
	switch l.Author {
	case "human":
		return channels.Human, "the page shows it as a person's"
	case "bot":
		return channels.Bot, "the page shows it as a bot's"
	case "acknowledgement":
		return channels.Acknowledging, "the page shows it as its own notice"
	}
	return "", ""
}
