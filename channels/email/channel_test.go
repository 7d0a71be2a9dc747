package email

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

func TestNewUnusable(t *testing.T) {
	for _, tt := range []struct {
		server Server
		helo   string
		want   string
	}{
		{Server{TLS: Implicit}, "", "smtp: no host"},
		{Server{Host: "mx.example.no"}, "", `smtp: tls "" is none of implicit, starttls, none`},
		{Server{Host: "mx.example.no", TLS: "ssl"}, "", `smtp: tls "ssl" is none of implicit, starttls, none`},
		{Server{Host: "mx.example.no", TLS: Implicit}, "a b", `helo: "a b" is neither a host name nor an address in brackets`},
		{Server{Host: "mx.example.no", TLS: Implicit}, "a\r\nQUIT", `helo: "a\r\nQUIT" is neither a host name nor an address in brackets`},
		{Server{Host: "mx.example.no", TLS: Implicit}, "[::1", `helo: "[::1" is neither a host name nor an address in brackets`},
		{Server{Host: "mx.example.no", TLS: Implicit}, "[192.0.2.1]", "<nil>"},
		{Server{Host: "mx.example.no", TLS: Implicit}, "[IPv6:2001:db8::1]", "<nil>"},
		{Server{Host: "mx.example.no", TLS: StartTLS}, "probe.example.no", "<nil>"},
	} {
		_, err := New(Config{SMTP: tt.server}, Options{Helo: tt.helo})
		if got := fmt.Sprint(err); got != tt.want {
			t.Errorf("%+v: got %s, want %s", tt.server, got, tt.want)
		}
	}
}

func TestNewDefaults(t *testing.T) {
	c, err := New(Config{SMTP: Server{Host: "mx.example.no", TLS: StartTLS}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c.timeout != 5*time.Minute || time.Since(c.clock()) > time.Minute {
		t.Errorf("got timeout %v, clock %v", c.timeout, c.clock())
	}
}

func TestOpenAtOnce(t *testing.T) {
	server := &scriptedServer{}
	c := startScripted(t, server)
	const openings = 20
	var wg sync.WaitGroup
	for i := range openings {
		wg.Go(func() {
			o := opening(t, c)
			o.Token = fmt.Sprint("t", i)
			o, err := c.Prepare(o)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, accepted := server.took(); accepted != openings {
		t.Errorf("got %d messages, want %d", accepted, openings)
	}
}
