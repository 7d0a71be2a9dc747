package calendar_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

func TestParseDuration(t *testing.T) {
	const oneDay = 24 * time.Hour
	tests := []struct {
		name, text string
		want       time.Duration
		written    string
	}{
		{"none", "0s", 0, "0s"},
		{"none without a unit", "0", 0, "0s"},
		{"seconds", "90s", 90 * time.Second, "1m30s"},
		{"Go's", "1h30m", 90 * time.Minute, "1h30m"},
		{"milliseconds", "250ms", 250 * time.Millisecond, "250ms"},
		{"a part", "1.5h", 90 * time.Minute, "1h30m"},
		{"an hour", "60m", time.Hour, "1h"},
		{"hour and second", "1h0m1s", time.Hour + time.Second, "1h0m1s"},
		{"ten minutes", "10m", 10 * time.Minute, "10m"},
		{"days", "3d", 3 * oneDay, "3d"},
		{"retention", "180d", 180 * oneDay, "180d"},
		{"half a day", "0.5d", 12 * time.Hour, "12h"},
		{"weeks", "2w", 14 * oneDay, "2w"},
		{"seven days", "7d", 7 * oneDay, "1w"},
		{"all together", "1w2d3h4m5s", 9*oneDay + 3*time.Hour + 4*time.Minute + 5*time.Second, "9d3h4m5s"},
		{"blanks around", " 5m ", 5 * time.Minute, "5m"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := calendar.ParseDuration(test.text)
			if err != nil || got != test.want {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
			if written := calendar.FormatDuration(got); written != test.written {
				t.Errorf("written: got %s, want %s", written, test.written)
			}
		})
	}
}

func TestParseDurationRefuses(t *testing.T) {
	const want = "want numbers with units, as 90s, 1h30m, 3d or 2w"
	tests := []struct{ name, text, want string }{
		{"nothing", "", `duration "": is empty; ` + want},
		{"no unit", "90", `duration "90": "90" has no unit; ` + want},
		{"no number", "m", `duration "m": ` + want + "; never negative"},
		{"negative", "-5m", `duration "-5m": ` + want + "; never negative"},
		{"unknown unit", "3 days", `duration "3 days": "3 days" is no duration; ` + want},
		{"months", "2mo", `duration "2mo": "2mo" is no duration; ` + want},
		{"two points", "1.2.3h", `duration "1.2.3h": "1.2.3h" is no duration; ` + want},
		{"last unit missing", "1h30", `duration "1h30": "30" has no unit; ` + want},
		{"too long", "20000w", `duration "20000w": is longer than 292 years`},
		{"too long together", "15000w15000w", `duration "15000w15000w": is longer than 292 years`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := calendar.ParseDuration(test.text)
			if err == nil || err.Error() != test.want {
				t.Errorf("\n got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestParseWithin(t *testing.T) {
	tests := []struct {
		name, text string
		want       calendar.Within
		written    string
	}{
		{"the award's mail", "3 working days", calendar.Within{WorkingDays: 3}, "3 working days"},
		{"one", "1 working day", calendar.Within{WorkingDays: 1}, "1 working day"},
		{"one, carelessly", " 1  working days", calendar.Within{WorkingDays: 1}, "1 working day"},
		{"the award's chat", "5m", calendar.Within{Duration: 5 * time.Minute}, "5m"},
		{"the award's Messenger", "30m", calendar.Within{Duration: 30 * time.Minute}, "30m"},
		{"hours", "1h30m", calendar.Within{Duration: 90 * time.Minute}, "1h30m"},
		{"days", "3d", calendar.Within{Duration: 72 * time.Hour}, "3d"},
		{"weeks", "2w", calendar.Within{Duration: 14 * 24 * time.Hour}, "2w"},
		{"at once", "0s", calendar.Within{}, "0s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := calendar.ParseWithin(test.text)
			if err != nil || got != test.want {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
			if got.String() != test.written {
				t.Errorf("written: got %s, want %s", got, test.written)
			}
		})
	}
}

func TestParseWithinRefuses(t *testing.T) {
	const shape = "want a duration, as 1h30m or 2w, or 3 working days"
	tests := []struct{ name, text, want string }{
		{"calendar days in words", "3 days", `within "3 days": ` + shape},
		{"other days", "3 business days", `within "3 business days": ` + shape},
		{"more than days", "3 working days 2h", `within "3 working days 2h": ` + shape},
		{"none", "0 working days", `within "0 working days": want 1 to 260 whole days, not 0`},
		{"negative", "-1 working day", `within "-1 working day": want 1 to 260 whole days, not -1`},
		{"half", "1.5 working days", `within "1.5 working days": want 1 to 260 whole days, not 1.5`},
		{"over a year", "261 working days", `within "261 working days": want 1 to 260 whole days, not 261`},
		{"nothing", "", `duration "": is empty; want numbers with units, as 90s, 1h30m, 3d or 2w`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := calendar.ParseWithin(test.text)
			if err == nil || err.Error() != test.want {
				t.Errorf("\n got %v\nwant %s", err, test.want)
			}
		})
	}
}
