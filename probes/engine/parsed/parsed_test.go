package parsed_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine/parsed"
	"github.com/svartid/svartid/probes/reading"
)

// said is an arrival that says something.
func said(n int) channels.Arrival {
	return channels.Arrival{
		Key: fmt.Sprint(n), Media: channels.Mail, Times: channels.Times{Arrived: time.Unix(int64(n), 0)},
		Raw: fmt.Appendf(nil, "From: post@nordlys.example\r\nSubject: Sv %d\r\n\r\nHei!\r\n\r\nPrisen er %d kr i måneden, uten bindingstid.\r\n", n, 100+n),
	}
}

// TestAll: arrivals come out in the order in which they came.
func TestAll(t *testing.T) {
	var offered []channels.Arrival
	for n := range 50 {
		offered = append(offered, said(n))
	}
	all := parsed.All(probes.Source{Channel: "mail", Name: "INBOX"}, offered, []byte("key"))
	if len(all) != len(offered) {
		t.Fatalf("got %d, want %d", len(all), len(offered))
	}
	for n, a := range all {
		if a.Arrival.Key != fmt.Sprint(n) || a.Message.Subject() != fmt.Sprint("Sv ", n) || a.Channel != "mail" || a.Source != "INBOX" {
			t.Errorf("%d: got %s, %q of %s %s", n, a.Arrival.Key, a.Message.Subject(), a.Channel, a.Source)
		}
	}
}

// TestRead: what is read again in another light is read anew, and what a caller does
// to a reading stays with the caller.
func TestRead(t *testing.T) {
	a := parsed.Of(probes.StoredArrival{Arrival: said(1)}, []byte("key"))
	first := a.Read(reading.Asked{})
	if first.Kind != reading.Answer {
		t.Fatalf("got %s, want an answer", first.Kind)
	}
	if len(first.Because) > 0 {
		first.Because[0].Signal = "changed by its caller"
	}
	if again := a.Read(reading.Asked{}); len(again.Because) == 0 || again.Because[0].Signal == "changed by its caller" {
		t.Errorf("got %+v, want it as it was", again.Because)
	}
	if other := a.Read(reading.Asked{Responder: "unreadable", Why: "sealed"}); !other.Failed() {
		t.Errorf("got %+v of what could not be read", other)
	}
	a.Arrival.Times.Arrived = time.Unix(9, 0)
	if got := a.Read(reading.Asked{}); got.Kind != reading.Answer {
		t.Errorf("got %s at another time", got.Kind)
	}
	if p := a.Prints(); p.None() || len(p.Lines) != len(a.Prints().Lines) {
		t.Errorf("got fingerprints %+v", p)
	}
}
