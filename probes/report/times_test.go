package report

import (
	"math"
	"testing"
	"time"
)

// noon is when the tests are told.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// printers returns those of English and Norwegian, with the times of Oslo.
func printers(t testing.TB) (en, nb *Printer) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	all, err := Printers(zone)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		switch p.Tag().String() {
		case "en":
			en = p
		case "nb":
			nb = p
		}
	}
	return en, nb
}

func TestWait(t *testing.T) {
	en, nb := printers(t)
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
		{Forever, "never", "aldri", "aldri"},
	} {
		if got := en.Wait(tt.wait); got != tt.english {
			t.Errorf("%v: got %q, want %q", tt.wait, got, tt.english)
		}
		if got := nb.Wait(tt.wait); got != tt.norsk {
			t.Errorf("%v: got %q, want %q", tt.wait, got, tt.norsk)
		}
		if got := nb.Rough(tt.wait); got != tt.rough {
			t.Errorf("%v roughly: got %q, want %q", tt.wait, got, tt.rough)
		}
	}
}

func TestDates(t *testing.T) {
	en, nb := printers(t)
	summer := time.Date(2026, 7, 2, 22, 30, 5, 0, time.UTC) // the next day in Oslo
	for _, tt := range []struct{ name, got, want string }{
		{"a moment", en.Moment(summer), "Fri 3 July 00:30:05"},
		{"in Norwegian", nb.Moment(summer), "fre. 3. juli kl. 00.30.05"},
		{"a day", nb.Date(noon), "man. 2. mars"},
		{"with its year", en.FullDate(noon), "2 March 2026"},
		{"in Norwegian", nb.FullDate(noon), "2. mars 2026"},
		{"none", nb.Moment(time.Time{}) + nb.Date(time.Time{}) + nb.Clock(time.Time{}) + en.FullDate(time.Time{}), "––––"},
		{"Sunday last", nb.Weekdays()[6], "søn."},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestShares(t *testing.T) {
	en, nb := printers(t)
	for _, tt := range []struct{ got, want string }{
		{en.Percent(.923), "92%"},
		{nb.Percent(.923), "92\u00a0%"},
		{nb.Percent(math.NaN()), "–"},
		{en.Score(.97314), "97.31"},
		{nb.Score(.97314), "97,31"},
		{nb.Score(math.NaN()), "–"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
