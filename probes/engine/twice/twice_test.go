package twice_test

import (
	"testing"

	"github.com/svartid/svartid/probes/engine/twice"
	"github.com/svartid/svartid/probes/reading/message"
)

func handed(head string) string { return twice.Handed(message.Parse([]byte(head + "\r\nwords\r\n"))) }

// TestDiffer tells two handings over from one that was delivered twice.
func TestDiffer(t *testing.T) {
	const (
		date   = "Date: Mon, 2 Mar 2026 10:00:00 +0100\r\n"
		later  = "Date: Mon, 2 Mar 2026 10:00:01 +0100\r\n"
		taken  = "Received: from svartid by smtp.example with ESMTPSA id A1; Mon, 2 Mar 2026 10:00:00 +0100\r\n"
		again  = "Received: from svartid by smtp.example with ESMTPSA id B2; Mon, 2 Mar 2026 10:00:00 +0100\r\n"
		put    = "Received: from smtp.example by mx.example with ESMTPS id 7; Mon, 2 Mar 2026 10:00:02 +0100\r\n"
		puts   = "Received: from smtp.example by mx.example with ESMTPS id 8; Mon, 2 Mar 2026 10:05:02 +0100\r\n"
		folded = "Received: from svartid\r\n\tby smtp.example with ESMTPSA id A1;\r\n\tMon, 2 Mar 2026 10:00:00 +0100\r\n"
		from   = "From: kari@shopper.example\r\n"
	)
	for name, tt := range map[string]struct {
		a, b string
		want bool
	}{
		"taken twice in one second":    {put + taken + date, puts + again + date, true},
		"written at another time":      {put + taken + date, put + taken + later, true},
		"written so, without a trace":  {from + date, from + later, true},
		"the same copy":                {put + taken + date, put + taken + date, false},
		"put down twice":               {put + taken + date, puts + taken + date, false},
		"folded otherwise":             {put + taken + date, puts + folded + date, false},
		"filed away by the provider":   {put + taken + date, from + date, false},
		"nothing to be seen of either": {from, from, false},
		"nothing to be seen of one":    {from, put + taken + date, false},
	} {
		if got := twice.Differ(handed(tt.a), handed(tt.b)); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

// TestWatch holds that openers stop once companies that share no centre were asked
// twice, and by no company or centre alone.
func TestWatch(t *testing.T) {
	var w twice.Watch
	for i, step := range []struct {
		company string
		centres []string
		stops   bool
	}{
		{"nordlys", []string{"transcall"}, false},
		{"nordlys", []string{"transcall"}, false},
		{"fjord", []string{"transcall"}, false},
		{"kraft", []string{"transcall", "own"}, false},
		{"vind", nil, false},
		{"sol", nil, true},
		{"hav", nil, false}, // they have stopped already
	} {
		if got := w.Note(step.company, step.centres); got != step.stops {
			t.Errorf("step %d, %s: got %v, want %v", i, step.company, got, step.stops)
		}
		if want := i >= 5; w.Stops() != want {
			t.Errorf("step %d, %s: stops %v, want %v", i, step.company, w.Stops(), want)
		}
	}
}
