package plan

import (
	"iter"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// Slot draws a whole second out of the open spans, each as likely. It is the
// zero time if there is none.
func (s *Stream) Slot(spans iter.Seq[calendar.Span]) time.Time {
	var open []calendar.Span
	var seconds uint64
	for span := range spans {
		span.From = span.From.Add(time.Second - 1).Truncate(time.Second)
		if span.From.Before(span.To) {
			open = append(open, span)
			seconds += size(span)
		}
	}
	if seconds == 0 {
		return time.Time{}
	}
	n := s.Below(seconds)
	for _, span := range open {
		if n < size(span) {
			return span.From.Add(time.Duration(n) * time.Second)
		}
		n -= size(span)
	}
	return time.Time{}
}

// size counts the whole seconds that begin inside a span.
func size(span calendar.Span) uint64 {
	return uint64((span.Duration() + time.Second - 1) / time.Second)
}
