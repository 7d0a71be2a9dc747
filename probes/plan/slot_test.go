package plan

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

func TestSlot(t *testing.T) {
	nine := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	span := func(from, to time.Duration) calendar.Span {
		return calendar.Span{From: nine.Add(from), To: nine.Add(to)}
	}
	const ms, s, h = time.Millisecond, time.Second, time.Hour
	tests := []struct {
		name string
		open []calendar.Span
		want []time.Duration // all that may be drawn, after nine
	}{
		{"nothing is open", nil, nil},
		{"an empty span", []calendar.Span{span(0, 0)}, nil},
		{"a span turned round", []calendar.Span{span(h, 0)}, nil},
		{"a second", []calendar.Span{span(0, s)}, []time.Duration{0}},
		{"the end is no slot", []calendar.Span{span(0, 3*s)}, []time.Duration{0, s, 2 * s}},
		{"no second begins in it", []calendar.Span{span(100*ms, 900*ms)}, nil},
		{"begins within a second", []calendar.Span{span(500*ms, 2500*ms)}, []time.Duration{s, 2 * s}},
		{"ends within a second", []calendar.Span{span(0, 1001*ms)}, []time.Duration{0, s}},
		{"two spans", []calendar.Span{span(0, 2*s), span(h, h+s)}, []time.Duration{0, s, h}},
		{"the first is too short", []calendar.Span{span(ms, s), span(h, h+s)}, []time.Duration{h}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			drawn := map[time.Duration]int{}
			for i := range 300 {
				slot := NewStream("seed", fmt.Sprint(i)).Slot(slices.Values(tt.open))
				if len(tt.want) == 0 {
					if !slot.IsZero() {
						t.Fatalf("got %v, want none", slot)
					}
					continue
				}
				drawn[slot.Sub(nine)]++
			}
			for _, want := range tt.want {
				if n, fair := drawn[want], 300/len(tt.want); n < fair*6/10 || n > fair*14/10 {
					t.Errorf("got %v after nine %d times of 300, want about %d", want, n, fair)
				}
			}
			if len(drawn) != len(tt.want) {
				t.Errorf("got %v, want %v", drawn, tt.want)
			}
		})
	}
}

// TestSlotIsEven: a long day has its share of slots by how long it is open.
func TestSlotIsEven(t *testing.T) {
	nine := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	open := []calendar.Span{
		{From: nine, To: nine.Add(3 * time.Hour)},
		{From: nine.AddDate(0, 0, 1), To: nine.AddDate(0, 0, 1).Add(time.Hour)},
	}
	first := 0
	for i := range 4000 {
		if NewStream("seed", fmt.Sprint(i)).Slot(slices.Values(open)).Before(open[0].To) {
			first++
		}
	}
	if first < 2880 || first > 3120 { // 3000 expected, standard deviation 27
		t.Errorf("got %d of 4000 on the first day, want about 3000", first)
	}
}
