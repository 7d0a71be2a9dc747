package board

import (
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
)

// Measures of a strip, in units of its picture.
const (
	axisWidth  = 168 // where waits that ended stand
	edge       = 10  // between the axis and those that did not
	pitch      = 4   // from one silence to the next
	silences   = 12  // that have room at the edge
	stripWidth = axisWidth + 2*edge + pitch*silences
	rowHeight  = 22
)

// A strip draws waits: a path for each kind of ending, because thousands of
// dots are quicker drawn so than one by one. An empty path is not drawn.
type strip struct {
	Answered, Late, Pending          string // on the axis
	Unanswered, Deflected, Contested string // past its end
	Height                           int
}

// newStrip draws marks, one lane for each of so many channels, in their order.
func newStrip(marks []mark, lanes []string, a axis, now time.Time) strip {
	paths := map[probes.Outcome]*strings.Builder{}
	for _, o := range probes.Outcomes() {
		paths[o] = &strings.Builder{}
	}
	pen := pen{axis: a, lanes: lanes, past: map[int]int{}}
	for i, m := range marks {
		pen.draw(paths[m.Outcome], m, i, now)
	}
	return strip{
		Answered: paths[probes.Answered].String(), Late: paths[probes.Late].String(),
		Pending:    paths[probes.Pending].String(),
		Unanswered: paths[probes.Unanswered].String(), Deflected: paths[probes.Deflected].String(),
		Contested: paths[probes.Contested].String(), Height: rowHeight,
	}
}

// Width is that of the picture.
func (s strip) Width() int { return stripWidth }

// Edge is where the axis ends and silence begins.
func (s strip) Edge() int { return 4 + axisWidth + edge/2 }

// A pen draws one strip.
type pen struct {
	axis  axis
	lanes []string
	past  map[int]int // silences drawn, by height
}

// draw adds one mark to the path of its outcome.
func (p pen) draw(path *strings.Builder, m mark, i int, now time.Time) {
	y := p.height(m.Channel, i)
	x := 4 + p.axis.X(m.waited(now))
	tall := min(8, rowHeight/max(len(p.lanes), 1)-1)
	switch m.Outcome {
	case probes.Answered:
		fmt.Fprintf(path, "M%d %dh0", x, y)
	case probes.Late:
		fmt.Fprintf(path, "M%d %dl2.5 2.5l-2.5 2.5l-2.5-2.5z", x, y-2)
	case probes.Pending:
		if !m.Since.IsZero() {
			fmt.Fprintf(path, "M%d %da2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0", x-2, y)
		}
	case probes.Unanswered:
		fmt.Fprintf(path, "M%d %dv%d", p.beyond(m.Channel), p.lane(m.Channel)-tall/2, tall)
	case probes.Deflected:
		fmt.Fprintf(path, "M%d %dl3-%d", p.beyond(m.Channel)-1, p.lane(m.Channel)+tall/2, tall)
	case probes.Contested:
		fmt.Fprintf(path, "M%d %dl3 %dm0-%dl-3 %d", p.beyond(m.Channel)-1, p.lane(m.Channel)-tall/2, tall, tall, tall)
	}
}

// lane is the middle of a channel's lane.
func (p pen) lane(channel string) int {
	for i, name := range p.lanes {
		if name == channel {
			return rowHeight * (2*i + 1) / (2 * len(p.lanes))
		}
	}
	return rowHeight / 2
}

// height is where in its lane the ith dot stands: where there is room, equal
// waits do not hide each other.
func (p pen) height(channel string, i int) int {
	room := rowHeight / max(len(p.lanes), 1) / 5
	if room < 1 {
		return p.lane(channel)
	}
	return p.lane(channel) + (i%3-1)*room
}

// beyond is where the next silence of a lane stands, past the axis' end.
func (p pen) beyond(channel string) int {
	y := p.lane(channel)
	n := min(p.past[y], silences-1)
	p.past[y]++
	return 4 + p.axis.Width + edge + pitch*n
}
