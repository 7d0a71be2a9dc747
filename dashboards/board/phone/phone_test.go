package phone_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/svartid/svartid/dashboards/board/phone"
)

func TestAgo(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ms := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).UnixMilli(), 10) }
	for _, tt := range []struct {
		name         string
		tapped, sent string
		want         time.Duration
		err          error
	}{
		{"a form without script", "", "", 0, nil},
		{"at once", ms(0), ms(0), 0, nil},
		{"kept for a while", ms(-10 * time.Minute), ms(0), 10 * time.Minute, nil},
		{"a clock that is an hour wrong", ms(time.Hour - 10*time.Minute), ms(time.Hour), 10 * time.Minute, nil},
		{"a clock that was set right", ms(0), ms(-time.Second), 0, nil},
		{"a clock that was set back", ms(0), ms(-time.Minute), 0, phone.ErrClock},
		{"a clock of another year", ms(9000 * time.Hour), ms(9000 * time.Hour), 0, phone.ErrClock},
		{"a clock that begins at 1970", "1000", "2000", 0, phone.ErrClock},
		{"kept for a day", ms(-24 * time.Hour), ms(0), 0, phone.ErrClock},
		{"half of it", ms(0), "", 0, phone.ErrClock},
		{"no number", "now", "now", 0, phone.ErrClock},
		{"far too large", "99999999999999999", "99999999999999999", 0, phone.ErrClock},
	} {
		got, err := phone.Ago(phone.Clock{Tapped: tt.tapped, Sent: tt.sent}, now)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: got %v, %v; want %v, %v", tt.name, got, err, tt.want, tt.err)
		}
	}
}
