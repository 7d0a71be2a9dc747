package calendar_test

import (
	"fmt"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// The award's rule over Easter 2024: three working days, of which the day of
// sending is the first if the mail leaves before 12:00.
func ExampleCalendar_Deadline() {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	c := calendar.Calendar{Zone: oslo, Country: "NO"}
	within, err := calendar.ParseWithin("3 working days")
	if err != nil {
		panic(err)
	}
	for _, sent := range []time.Time{
		time.Date(2024, 3, 22, 11, 59, 0, 0, oslo),
		time.Date(2024, 3, 22, 12, 0, 0, 0, oslo),
		time.Date(2024, 3, 26, 9, 0, 0, 0, oslo),
	} {
		fmt.Println(sent.Format("Mon 2 Jan 15:04"), "→", c.Deadline(sent, within).Format("Mon 2 Jan 15:04 MST"))
	}
	// Output:
	// Fri 22 Mar 11:59 → Tue 26 Mar 16:00 CET
	// Fri 22 Mar 12:00 → Wed 27 Mar 16:00 CET
	// Tue 26 Mar 09:00 → Tue 2 Apr 16:00 CEST
}

// How long a customer stood waiting while customer service was open.
func ExampleCalendar_Open() {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	hours, err := calendar.ParseHours("Mon-Fri 09:00-15:00")
	if err != nil {
		panic(err)
	}
	c := calendar.Calendar{Zone: oslo, Country: "NO"}
	sent := time.Date(2024, 3, 27, 14, 30, 0, 0, oslo)   // the Wednesday before Easter
	answered := time.Date(2024, 4, 2, 10, 0, 0, 0, oslo) // the Tuesday after it
	fmt.Println("by the clock:", calendar.FormatDuration(answered.Sub(sent)))
	fmt.Println("while open:", calendar.FormatDuration(c.Open(hours, sent, answered)))
	// Output:
	// by the clock: 5d18h30m
	// while open: 1h30m
}

// A line that names an hour ticks by the wall clock: the tick that falls in the
// hour skipped in spring comes at the end of the gap.
func ExampleParseCron() {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	ticks, err := calendar.ParseCron("30 2 * * *", oslo)
	if err != nil {
		panic(err)
	}
	at := time.Date(2024, 3, 29, 12, 0, 0, 0, oslo)
	for range 3 {
		at = ticks.Next(at)
		fmt.Println(at.Format("Mon 2 Jan 15:04 MST"))
	}
	// Output:
	// Sat 30 Mar 02:30 CET
	// Sun 31 Mar 03:00 CEST
	// Mon 1 Apr 02:30 CEST
}
