package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/httpapi"
	"github.com/svartid/svartid/channels/simulated/relay"
)

// TestOpenAnswers tries what the other end may answer.
func TestOpenAnswers(t *testing.T) {
	for _, tt := range []struct {
		status int
		words  string
		want   error // nil: sent; errAgain: for now
		ours   bool
	}{
		{200, "", nil, false},
		{204, "", nil, false},
		{202, "ok, takk", nil, false},
		{200, `[1]`, nil, false},
		{200, `{"accepted_at":7}`, nil, false},
		{301, "", errAgain, false},
		{308, "", errAgain, false},
		{400, "no", channels.ErrRefused, false},
		{401, "", channels.ErrRefused, false},
		{403, "", channels.ErrRefused, false},
		{404, "", channels.ErrRefused, false},
		{410, "", channels.ErrRefused, false},
		{408, "", errAgain, false},
		{425, "", errAgain, false},
		{429, "", errAgain, false},
		{500, "", channels.ErrUnsure, false},
		{503, "", errAgain, false},
	} {
		t.Run(fmt.Sprint(tt.status, " ", tt.words), func(t *testing.T) {
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				asked++
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.words)
			}))
			defer server.Close()
			c := newChannel(t, Config{URL: server.URL}, Options{})
			receipt, err := c.Open(t.Context(), prepared(t, c, "x7f3"), channels.Unrecorded)
			said(t, err, tt.want)
			var refusal *channels.Refusal
			if errors.As(err, &refusal) && (refusal.Ours != tt.ours || refusal.Step != channels.StepDoor) {
				t.Errorf("at %q, ours: %v, want %v", refusal.Step, refusal.Ours, tt.ours)
			}
			if refused := errors.As(err, &refusal) && !refusal.Ours; refused && refusal.Key != channels.KeyGiven {
				t.Errorf("key %q", refusal.Key)
			}
			if err == nil && (receipt.At.IsZero() || receipt.Precision <= 0) {
				t.Errorf("receipt %+v", receipt)
			}
			if asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

var errAgain = errors.New("again")

// said compares what an error tells the caller to do.
func said(t *testing.T, got, want error) {
	t.Helper()
	again := got != nil && !errors.Is(got, channels.ErrRefused) && !errors.Is(got, channels.ErrUnsure)
	if errors.Is(want, errAgain) && again || !errors.Is(want, errAgain) && errors.Is(got, want) {
		return
	}
	t.Errorf("got %v, want %v", got, want)
}

func prepared(t *testing.T, c *Channel, token string) channels.Opening {
	t.Helper()
	o, err := c.Prepare(unprepared(token))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOpenWithoutConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := newChannel(t, Config{URL: "http://" + l.Addr().String()}, Options{})
	_, err = c.Open(t.Context(), prepared(t, c, "x7f3"), channels.Unrecorded)
	said(t, err, errAgain)
}

// TestOpenUnsure is silent, or hangs up, once it has all of the opener.
func TestOpenUnsure(t *testing.T) {
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-stop
	}))
	defer server.Close()
	defer close(stop)
	c := newChannel(t, Config{URL: server.URL}, Options{Timeout: 100 * time.Millisecond})
	_, err := c.Open(t.Context(), prepared(t, c, "x7f3"), channels.Unrecorded)
	said(t, err, channels.ErrUnsure)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Open(ctx, prepared(t, c, "x7f4"), channels.Unrecorded)
	said(t, err, channels.ErrUnsure)
}

// TestOpenIsSigned holds what was sent against the documented shape, with both
// secrets live, and its id against that of a second try.
func TestOpenIsSigned(t *testing.T) {
	var ids []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, secret := range []string{word, "whsec_Z2FtbWVs"} {
			signature := hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline(secret)}, Clock: noon}
			proof, err := signature.Verify(r.Header, body)
			if err != nil {
				t.Errorf("%s: %v", secret, err)
			}
			ids = append(ids, proof.ID)
		}
		const want = `{"type":"svartid.opener","timestamp":"2027-01-11T12:00:00Z","data":{"attempt":"a-x7f3.1","token":"x7f3",` +
			`"reach":"nordlys","persona":{"name":"Kari Nordmann"},"subject":"Pris","text":"Hei! Hva koster det?\n"}}`
		if string(body) != want || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("got  %s\nwant %s", body, want)
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	c := newChannel(t, Config{URL: server.URL, PreviousSecret: channels.Inline("whsec_Z2FtbWVs")}, Options{Clock: noon})
	for range 2 {
		_, err := c.Open(t.Context(), prepared(t, c, "x7f3"), channels.Unrecorded)
		said(t, err, errAgain)
	}
	for _, id := range ids {
		if id != "a-x7f3-1" {
			t.Errorf("id %q", id)
		}
	}
}

func TestReceipt(t *testing.T) {
	asked := noon()
	m := httpapi.Moment{Asked: asked, Answered: asked.Add(80 * time.Millisecond)}
	for _, tt := range []struct {
		name, answer string
		at           time.Time
		precision    time.Duration
	}{
		{"nothing", `{}`, m.Answered, 80 * time.Millisecond},
		{"to the microsecond", `{"accepted_at":"2027-01-11T12:00:00.040123Z"}`, asked.Add(40123 * time.Microsecond), time.Millisecond},
		{"to the second", `{"accepted_at":"2027-01-11T12:00:00Z"}`, asked, time.Second},
		{"a clock behind", `{"accepted_at":"2027-01-11T11:58:00Z"}`, asked.Add(-2 * time.Minute), time.Second},
		{"a clock far behind", `{"accepted_at":"2027-01-11T11:54:59Z"}`, m.Answered, 80 * time.Millisecond},
		{"a clock far ahead", `{"accepted_at":"2027-01-11T12:05:02Z"}`, m.Answered, 80 * time.Millisecond},
		{"no time", `{"accepted_at":"nå"}`, m.Answered, 80 * time.Millisecond},
	} {
		var given taken
		if err := json.Unmarshal([]byte(tt.answer), &given); err != nil {
			t.Fatal(err)
		}
		if r := given.receipt(m); !r.At.Equal(tt.at) || r.Precision != tt.precision {
			t.Errorf("%s: at %v within %v, want %v within %v", tt.name, r.At, r.Precision, tt.at, tt.precision)
		}
	}
	if r := (taken{ID: "c-1"}).receipt(m); len(r.Names) != 1 || r.Names[0] != "c-1" || r.ID != "c-1" {
		t.Errorf("names %v", r.Names)
	}
}

func TestNewNeedsURL(t *testing.T) {
	for _, at := range []string{"", "relay.example.no", "ftp://relay.example.no", "http://\x7f"} {
		if _, err := New(Config{URL: at}, Options{}); err == nil || strings.Contains(err.Error(), word) {
			t.Errorf("%q: %v", at, err)
		}
	}
}

// TestRelayTakesOnce sends one opener to a relay again after it was dropped:
// the id is the attempt's, and the relay takes it once.
func TestRelayTakesOnce(t *testing.T) {
	r := startRelay(t, relay.Options{})
	c := newChannel(t, Config{URL: r.URL()}, Options{})
	o := prepared(t, c, "x7f3")
	var first channels.Receipt
	for n := range 2 {
		receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			first = receipt
		}
		if !receipt.At.Equal(first.At) || receipt.ID != first.ID {
			t.Errorf("taken as %+v, then %+v", first, receipt)
		}
	}
	if got := r.Accepted()[messageID(o)]; got != 1 {
		t.Errorf("the company got it %d times", got)
	}
}
