package board

import (
	"math"
	"testing"
	"time"
)

func TestWait(t *testing.T) {
	tongues, err := newTongues(oslo(t))
	if err != nil {
		t.Fatal(err)
	}
	en, nb := tongues[0], tongues[1]
	for _, tt := range []struct {
		wait                  time.Duration
		english, norsk, rough string // rough in Norwegian
	}{
		{-1, "–", "–", "–"},
		{0, "under 1 s", "under 1 s", "under 1 s"},
		{300 * time.Millisecond, "under 1 s", "under 1 s", "0,3 s"},
		{time.Second, "1 s", "1 s", "1 s"},
		{59*time.Second + 900*time.Millisecond, "59 s", "59 s", "59 s"},
		{time.Minute, "1 min", "1 min", "1 min"},
		{59*time.Minute + 59*time.Second, "59 min", "59 min", "59 min"},
		{time.Hour, "1 h", "1 t", "1 t"},
		{135 * time.Minute, "2 h 15 min", "2 t 15 min", "2 t"},
		{23*time.Hour + 59*time.Minute, "23 h 59 min", "23 t 59 min", "23 t"},
		{24 * time.Hour, "1 d", "1 d", "24 t"},
		{28 * time.Hour, "1 d 4 h", "1 d 4 t", "28 t"},
		{60 * time.Hour, "2 d 12 h", "2 d 12 t", "2 d"},
		{forever, "never", "aldri", "aldri"},
	} {
		if got := en.wait(tt.wait); got != tt.english {
			t.Errorf("%v: got %q, want %q", tt.wait, got, tt.english)
		}
		if got := nb.wait(tt.wait); got != tt.norsk {
			t.Errorf("%v: got %q, want %q", tt.wait, got, tt.norsk)
		}
		if got := nb.rough(tt.wait); got != tt.rough {
			t.Errorf("%v roughly: got %q, want %q", tt.wait, got, tt.rough)
		}
	}
}

func TestDates(t *testing.T) {
	tongues, err := newTongues(oslo(t))
	if err != nil {
		t.Fatal(err)
	}
	en, nb := tongues[0], tongues[1]
	summer := time.Date(2026, 7, 2, 22, 30, 5, 0, time.UTC) // the next day in Oslo
	for _, tt := range []struct{ name, got, want string }{
		{"a moment", en.moment(summer), "Fri 3 July 00:30:05"},
		{"in Norwegian", nb.moment(summer), "fre. 3. juli 00:30:05"},
		{"a day", nb.date(noon), "man. 2. mars"},
		{"with its year", en.fullDate(noon), "2 March 2026"},
		{"in Norwegian", nb.fullDate(noon), "2. mars 2026"},
		{"none", nb.moment(time.Time{}) + nb.date(time.Time{}) + nb.clock(time.Time{}) + en.fullDate(time.Time{}), "––––"},
		{"for programs", machine(summer), "2026-07-02T22:30:05Z"},
		{"Sunday last", nb.weekdays()[6], "søn."},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestShares(t *testing.T) {
	tongues, err := newTongues(oslo(t))
	if err != nil {
		t.Fatal(err)
	}
	en, nb := tongues[0], tongues[1]
	for _, tt := range []struct{ got, want string }{
		{en.percent(.923), "92%"},
		{nb.percent(.923), "92\u00a0%"},
		{nb.percent(math.NaN()), "–"},
		{en.score(.97314), "97.31"},
		{nb.score(.97314), "97,31"},
		{nb.score(math.NaN()), "–"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
