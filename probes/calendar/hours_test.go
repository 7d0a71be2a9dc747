package calendar_test

import (
	"testing"

	"github.com/svartid/svartid/probes/calendar"
)

func TestParseHours(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"office", "Mon-Fri 09:00-15:00", "Mon-Fri 09:00-15:00"},
		{"lunch", "Mon-Thu 08:00-11:30 12:00-16:00, Fri 08:00-14:00", "Mon-Thu 08:00-11:30 12:00-16:00, Fri 08:00-14:00"},
		{"every day", "09:00-12:00", "09:00-12:00"},
		{"every day, named", "Mon-Sun 09:00-12:00", "09:00-12:00"},
		{"every day, two spans by a comma", "09:00-12:00, 13:00-15:00", "09:00-12:00 13:00-15:00"},
		{"day and night", "00:00-24:00", "00:00-24:00"},
		{"always", "always", "always"},
		{"always, loudly", " Always ", "always"},
		{"any case", "mon-FRI 09:00-15:00", "Mon-Fri 09:00-15:00"},
		{"no blanks after commas", "Mon 09:00-15:00,Tue 10:00-15:00", "Mon 09:00-15:00, Tue 10:00-15:00"},
		{"days by commas", "Mon,Wed, Fri 09:00-15:00", "Mon 09:00-15:00, Wed 09:00-15:00, Fri 09:00-15:00"},
		{"days out of order", "Fri 09:00-14:00, Mon 09:00-15:00", "Mon 09:00-15:00, Fri 09:00-14:00"},
		{"spans out of order", "Mon 12:00-16:00 08:00-11:30", "Mon 08:00-11:30 12:00-16:00"},
		{"a day twice", "Mon-Fri 08:00-12:00, Wed 13:00-15:00", "Mon-Tue 08:00-12:00, Wed 08:00-12:00 13:00-15:00, Thu-Fri 08:00-12:00"},
		{"spans that touch", "Mon 08:00-12:00 12:00-16:00", "Mon 08:00-16:00"},
		{"over the week's end", "Sat-Mon 10:00-12:00", "Mon 10:00-12:00, Sat-Sun 10:00-12:00"},
		{"until midnight", "Mon 20:00-24:00", "Mon 20:00-24:00"},
		{"until midnight, as 00:00", "Mon 20:00-00:00", "Mon 20:00-24:00"},
		{"past midnight", "Fri 22:00-02:00", "Fri 22:00-02:00"},
		{"past midnight each day", "22:00-02:00", "22:00-02:00"},
		{"past midnight each working day", "Mon-Fri 08:00-12:00 22:00-02:00", "Mon-Fri 08:00-12:00 22:00-02:00"},
		{"past the week's end", "Sun 22:00-02:00", "Sun 22:00-02:00"},
		{"past midnight, told in two", "Fri 22:00-24:00, Sat 00:00-02:00", "Fri 22:00-02:00"},
		{"past midnight until it opens", "Fri 22:00-02:00, Sat 02:00-23:00", "Fri 22:00-24:00, Sat 00:00-23:00"},
		{"past midnight until it would begin", "Fri 22:00-24:00, Sat 00:00-22:00", "Fri 22:00-24:00, Sat 00:00-22:00"},
		{"too long for one", "Fri 08:00-24:00, Sat 00:00-09:00", "Fri 08:00-24:00, Sat 00:00-09:00"},
		{"almost too long for one", "Fri 08:00-07:59", "Fri 08:00-07:59"},
		{"a whole day and a morning", "Fri 00:00-24:00, Sat 00:00-09:00", "Fri 00:00-24:00, Sat 00:00-09:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h, err := calendar.ParseHours(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := h.String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := hours(t, h.String()).String(); got != test.want {
				t.Errorf("read again: got %q, want %q", got, test.want)
			}
			if got, want := h.Always(), test.want == "always"; got != want || h.IsZero() != want {
				t.Errorf("always: got %v, want %v", got, want)
			}
		})
	}
}

func TestParseHoursRefuses(t *testing.T) {
	const days = " is no day of the week; want Mon, Tue, Wed, Thu, Fri, Sat or Sun, or a range, as Mon-Fri"
	const empty = "a part is empty; want days and hours, as Mon-Fri 09:00-15:00"
	tests := []struct{ name, text, want string }{
		{"nothing", "", empty},
		{"empty part", "Mon 09:00-15:00,", empty},
		{"unknown day", "Mon-Fry 09:00-15:00", `"Mon-Fry"` + days},
		{"whole name", "Monday 09:00-15:00", `"Monday"` + days},
		{"never", "never", `"never"` + days},
		{"three days", "Mon-Wed-Fri 09:00-15:00", `"Mon-Wed-Fri"` + days},
		{"days only", "Mon-Fri", "Fri has no hours; want them after it, as Fri 09:00-15:00"},
		{"days at the end", "Mon 09:00-15:00, Tue", "Tue has no hours; want them after it, as Tue 09:00-15:00"},
		{"hours for no day", "Mon-Thu 08:00-11:30, 12:00-16:00", "12:00-16:00 is for no day; put all hours of a day side by side, without a comma"},
		{"one clock time", "Mon 09:00", `"09:00" is no span; want from and to, as 09:00-15:00`},
		{"days without a comma", "Mon 09:00-15:00 Fri 09:00-14:00", `"Fri" is no span; want from and to, as 09:00-15:00`},
		{"clock past the day", "Mon 09:00-25:00", `clock time "25:00": a day goes from 00:00 to 24:00, an hour from 00 to 59`},
		{"careless clock", "Mon 9-15", `clock time "9": want hours and minutes in two digits each, as 09:00`},
		{"empty span", "Mon 09:00-09:00", "09:00-09:00 is empty; a whole day is 00:00-24:00"},
		{"begins at the day's end", "Mon 24:00-02:00", "24:00-02:00 begins where its day ends; want 00:00 of the next"},
		{"overlap", "Mon 08:00-12:00 11:00-13:00", "Mon 08:00-12:00 and 11:00-13:00 overlap"},
		{"overlap between parts", "Mon-Fri 08:00-12:00, Wed 08:00-12:00", "Wed 08:00-12:00 and 08:00-12:00 overlap"},
		{"overlap past midnight", "22:00-08:00 07:00-09:00", "Mon 00:00-08:00 and 07:00-09:00 overlap"},
		{"overlap past the week's end", "Sun 22:00-08:00, Mon 07:30-15:00", "Mon 00:00-08:00 and 07:30-15:00 overlap"},
		{"always and more", "always, Mon 09:00-15:00", `"always"` + days},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := calendar.ParseHours(test.text)
			want := `hours "` + test.text + `": ` + test.want
			if err == nil || err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
}
