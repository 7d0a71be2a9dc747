package webhook

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated/courier"
)

// replying is the body of a reply to an attempt.
func replying(attempt, text string) []byte {
	body, _ := json.Marshal(map[string]any{
		"type": "svartid.reply", "timestamp": "2027-01-11T09:34:10Z",
		"data": map[string]string{"attempt": attempt, "responder": "human", "external_id": "m-" + text, "text": text},
	})
	return body
}

// delivery is the signed request that brings a parcel.
func delivery(t testing.TB, signature hook.Signature, p courier.Parcel) *http.Request {
	t.Helper()
	r, err := courier.Request(t.Context(), signature, "http://127.0.0.1/hooks/relay", p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// noon is when the tests of times take place.
func noon() time.Time { return time.Date(2027, 1, 11, 12, 0, 0, 0, time.UTC) }

// brought is a delivery of a body under an id, come at noon.
func brought(id, body string) hook.Delivery {
	return hook.Delivery{Proof: hook.Proof{ID: id}, Body: []byte(body), Came: noon()}
}

func TestArrival(t *testing.T) {
	for _, tt := range []struct {
		name string
		body string
		want channels.Arrival
		err  error
	}{
		{
			"a person",
			`{"type":"svartid.reply","timestamp":"2027-01-11T11:59:00Z","data":{"attempt":"a.1",
			  "occurred_at":"2027-01-11T11:58:07.250+01:00","responder":"human","external_id":"x","text":"Hei p\u00e5 deg"}}`,
			channels.Arrival{
				Text: "Hei på deg", Responder: channels.Human, Because: "the other end says so",
				Times: channels.Times{
					Arrived: time.Date(2027, 1, 11, 10, 58, 7, 250e6, time.UTC), Precision: time.Millisecond,
				},
			},
			nil,
		},
		{
			"in whole seconds",
			`{"type":"svartid.reply","data":{"attempt":"a.1","occurred_at":"2027-01-11T11:58:07Z","responder":"bot"}}`,
			channels.Arrival{
				Responder: channels.Bot, Because: "the other end says so",
				Times: channels.Times{Arrived: noon().Add(-113 * time.Second), Precision: time.Second},
			},
			nil,
		},
		{
			"without a time", `{"type":"svartid.reply","data":{"attempt":"a.1","responder":"acknowledgement"}}`,
			channels.Arrival{
				Responder: channels.Acknowledging, Because: "the other end says so", Times: channels.Times{Arrived: noon()},
			},
			nil,
		},
		{
			"who cannot tell", `{"type":"svartid.reply","data":{"attempt":"a.1","text":"x","more":[1]},"more":{}}`,
			channels.Arrival{
				Text: "x", Responder: channels.Unknown, Because: "the other end cannot tell", Times: channels.Times{Arrived: noon()},
			},
			nil,
		},
		{
			"our opener", `{"type":"svartid.opened","data":{"attempt":"a.1","occurred_at":"2027-01-11T11:59:59.5Z"}}`,
			channels.Arrival{Opener: true, Times: channels.Times{
				Arrived: noon().Add(-500 * time.Millisecond), Precision: 100 * time.Millisecond,
			}},
			nil,
		},
		{
			"a clock a little ahead", `{"type":"svartid.reply","data":{"attempt":"a.1","occurred_at":"2027-01-11T12:05:00Z","responder":"human"}}`,
			channels.Arrival{
				Responder: channels.Human, Because: "the other end says so",
				Times: channels.Times{Arrived: noon().Add(5 * time.Minute), Precision: time.Second},
			},
			nil,
		},
		{
			"a clock far ahead", `{"type":"svartid.reply","data":{"attempt":"a.1","occurred_at":"2027-01-11T12:05:01Z"}}`,
			channels.Arrival{},
			hook.ClockSkew,
		},
		{"another type", `{"type":"svartid.opener","data":{"attempt":"a.1"}}`, channels.Arrival{}, hook.UnknownEvent},
		{"no type", `{"data":{"attempt":"a.1"}}`, channels.Arrival{}, hook.UnknownEvent},
		{"no attempt", `{"type":"svartid.reply","data":{"text":"x"}}`, channels.Arrival{}, hook.Malformed},
		{"an endless attempt", `{"type":"svartid.reply","data":{"attempt":"` + strings.Repeat("a", 256) + `"}}`, channels.Arrival{}, hook.Malformed},
		{"an attempt that no database keeps", `{"type":"svartid.reply","data":{"attempt":"a\u0000"}}`, channels.Arrival{}, hook.Malformed},
		{"another responder", `{"type":"svartid.reply","data":{"attempt":"a.1","responder":"robot"}}`, channels.Arrival{}, hook.Malformed},
		{"a time in words", `{"type":"svartid.reply","data":{"attempt":"a.1","occurred_at":"i dag"}}`, channels.Arrival{}, hook.Malformed},
		{"a time in seconds", `{"type":"svartid.reply","data":{"attempt":"a.1","occurred_at":1736592000}}`, channels.Arrival{}, hook.Malformed},
		{"no JSON", `attempt=a.1`, channels.Arrival{}, hook.Malformed},
		{"nothing", ``, channels.Arrival{}, hook.Malformed},
		{"an array", `[]`, channels.Arrival{}, hook.Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChannel(t, Config{SelfReported: true}, Options{Clock: noon})
			d := brought("msg_1", tt.body)
			e, err := parse(d.Body)
			var got channels.Arrival
			if err == nil {
				got, err = c.arrival(e, d)
			}
			if !errors.Is(err, tt.err) {
				t.Fatalf("got %v, want %v", err, tt.err)
			}
			if err != nil {
				return
			}
			tt.want.Key, tt.want.Media, tt.want.Raw, tt.want.Names = "msg_1", channels.JSON, d.Body, []string{"a.1"}
			tt.want.SelfReported, tt.want.Times.Noticed, tt.want.Times.Claimed = true, noon(), true
			if tt.want.Times.Precision > 0 {
				tt.want.Times.Server = tt.want.Times.Arrived
			}
			got.Times.Arrived, got.Times.Server = got.Times.Arrived.UTC(), got.Times.Server.UTC()
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestKey(t *testing.T) {
	const body = `{"type":"svartid.reply","data":{"attempt":"a","external_id":"m-1"}}`
	digest := func(body string) string {
		return key(event{}, brought("", body))
	}
	for _, tt := range []struct{ name, id, body, want string }{
		{"the scheme's id", "msg_1", body, "msg_1"},
		{"the other end's", "", body, "svartid.reply m-1"},
		{"an id that no database keeps", "msg\xff", body, "svartid.reply m-1"},
		{"none", "", `{"type":"svartid.reply","data":{"attempt":"a"}}`, digest(`{"type":"svartid.reply","data":{"attempt":"a"}}`)},
	} {
		e, err := parse([]byte(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		if got := key(e, brought(tt.id, tt.body)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if digest("a") == digest("b") || len(digest("a")) != 64 {
		t.Errorf("digests %s and %s", digest("a"), digest("b"))
	}
}

// FuzzReply holds what is made of any body: no panic, and nothing but what the
// ledger can keep.
func FuzzReply(f *testing.F) {
	f.Add([]byte(`{"type":"svartid.reply","data":{"attempt":"a.1","occurred_at":"2027-01-11T11:58:07Z","responder":"human","text":"Hei"}}`), "msg_1")
	f.Add([]byte(`{"type":"svartid.opened","data":{"attempt":"a\u0000"}}`), "")
	f.Add([]byte(`{"type":"svartid.reply","data":null}`), "\xff")
	f.Fuzz(func(t *testing.T, body []byte, id string) {
		c := newChannel(t, Config{}, Options{Clock: noon})
		d := hook.Delivery{Proof: hook.Proof{ID: id}, Body: body, Came: noon()}
		e, err := parse(body)
		var a channels.Arrival
		if err == nil {
			a, err = c.arrival(e, d)
		}
		var code hook.Code
		if err != nil {
			if !errors.As(err, &code) || code.Status()/100 != 4 {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if a.Key == "" || !channels.IsName(a.Names[0]) || a.Times.Arrived.After(noon().Add(skew)) || !a.Opener && a.Responder == "" {
			t.Errorf("made %+v", a)
		}
	})
}

// serveHook serves the channel's endpoint as a server would.
func serveHook(t *testing.T, hook http.Handler) string {
	t.Helper()
	server := httptest.NewServer(hook)
	t.Cleanup(server.Close)
	return server.URL
}
