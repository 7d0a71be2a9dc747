package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestUnreadable: what could not be had is for a person, whatever stands in its place.
func TestUnreadable(t *testing.T) {
	m := message.Parse([]byte("From: kunde@nordlys.example\r\nSubject: Re: Pris\r\n\r\n[Det koster 349 kroner.]\r\n"))
	r := Read(m, Asked{Responder: "unreadable", Why: "message 7 could not be had"}, time.Time{})
	if r.Kind != Other || !r.Doubtful || !r.Failed() || r.Text != "" || r.Because[0].Saw != "message 7 could not be had" {
		t.Errorf("got %+v", r)
	}
}
