package config

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

func TestOver(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	last, err := calendar.ParseDate("2027-04-09")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		to   calendar.Date
		now  time.Time
		want string
	}{
		"no last day":      {calendar.Date{}, time.Date(2040, 1, 1, 0, 0, 0, 0, oslo), ""},
		"before it":        {last, time.Date(2027, 1, 1, 0, 0, 0, 0, oslo), ""},
		"its last second":  {last, time.Date(2027, 4, 9, 23, 59, 59, 0, oslo), ""},
		"midnight in Oslo": {last, time.Date(2027, 4, 9, 22, 0, 0, 0, time.UTC), ": edition.to: the edition was over after 2027-04-09: nothing is asked any more"},
	} {
		c := &Config{}
		c.Edition.To, c.Edition.Zone = tt.to, oslo
		got := ""
		for _, f := range c.Over(tt.now) {
			got += f.Error()
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
