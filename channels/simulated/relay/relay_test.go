package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
	"github.com/svartid/svartid/channels/simulated/courier"
)

var update = flag.Bool("update", false, "write the golden files anew")

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// noon stands still.
func noon() time.Time { return time.Date(2027, 1, 11, 12, 0, 0, 0, time.UTC) }

func signature(clock func() time.Time) hook.Signature {
	return hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline(secret)}, Clock: clock}
}

func start(t *testing.T, opt Options) *Relay {
	t.Helper()
	opt.Secret = channels.Inline(secret)
	r := New(opt)
	channeltest.Play(t, r)
	return r
}

// startHook passes on what is brought, once its signature has been verified.
func startHook(t *testing.T, clock func() time.Time) (url string, bodies chan []byte) {
	bodies = make(chan []byte, 100)
	server := httptest.NewServer(hook.Endpoint{Signature: signature(clock), Take: func(_ context.Context, d hook.Delivery) error {
		bodies <- d.Body
		return nil
	}})
	t.Cleanup(server.Close)
	return server.URL, bodies
}

// opener is the file of one, to a reach.
func openerTo(t *testing.T, reach string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "opener.json"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Replace(body, []byte(`"nordlys"`), fmt.Appendf(nil, "%q", reach), 1)
}

// send brings an opener under an id, and returns the answer.
func send(t *testing.T, r *Relay, p courier.Parcel) (status int, answer []byte) {
	t.Helper()
	req, err := courier.Request(t.Context(), signature(r.Clock), r.URL(), p)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	answer, _ = io.ReadAll(resp.Body)
	return resp.StatusCode, answer
}

// golden compares what is sent with the file of a name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, bytes.TrimSpace(got), "", "  "); err != nil {
		t.Fatalf("%s: %v in %s", name, err, got)
	}
	pretty.WriteByte('\n')
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(pretty.Bytes(), want) {
		t.Errorf("%s: %v; got\n%s\nwant\n%s", name, err, pretty.Bytes(), want)
	}
}

// TestShapes holds what is answered and what is sent against the files.
func TestShapes(t *testing.T) {
	url, bodies := startHook(t, noon)
	r := start(t, Options{
		Companies: []Company{{Reach: "nordlys", Language: "nb", Behaviour: simulated.Brisk}},
		Clock:     noon, Hook: url, Scale: time.Millisecond,
	})
	status, answer := send(t, r, courier.Parcel{ID: "a-1", Body: openerTo(t, "nordlys")})
	if status != http.StatusOK {
		t.Fatalf("answered %d %s", status, answer)
	}
	golden(t, "accepted.json", answer)
	golden(t, "reply.json", <-bodies)
}

// TestAnswers tries every fate, and every fault of an opener's own.
func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		name      string
		behaviour simulated.Behaviour
		mischief  chats.Mischief
		reach     string
		body      string // empty = the file's
		secret    string // empty = the relay's
		status    int    // 0 = none
		taken     int
	}{
		{"taken", simulated.Mute, chats.Mischief{}, "nordlys", "", "", 200, 1},
		{"failing", simulated.Mute, chats.Mischief{Fail: 1}, "nordlys", "", "", 503, 0},
		{"limited", simulated.Mute, chats.Mischief{Limit: 1}, "nordlys", "", "", 429, 0},
		{"refused", simulated.Mute, chats.Mischief{Refuse: 1}, "nordlys", "", "", 409, 0},
		{"dropped", simulated.Mute, chats.Mischief{Drop: 1}, "nordlys", "", "", 0, 1},
		{"lost", simulated.Mute, chats.Mischief{Lose: 1}, "nordlys", "", "", 0, 0},
		{"stalled", simulated.Mute, chats.Mischief{Stall: 1, Pause: time.Millisecond}, "nordlys", "", "", 200, 1},
		{"offline", simulated.Offline, chats.Mischief{}, "nordlys", "", "", 409, 0},
		{"unknown company", simulated.Mute, chats.Mischief{}, "sorlys", "", "", 404, 0},
		{"no opener", simulated.Mute, chats.Mischief{}, "nordlys", `{"type":"x"}`, "", 400, 0},
		{"another secret", simulated.Mute, chats.Mischief{}, "nordlys", "", "whsec_YW5uZXQ=", 401, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t, Options{Companies: []Company{{Reach: "nordlys", Behaviour: tt.behaviour}}, Mischief: tt.mischief})
			p := courier.Parcel{ID: "a-1", Body: openerTo(t, tt.reach)}
			if tt.body != "" {
				p.Body = []byte(tt.body)
			}
			if tt.secret != "" {
				r.signature.Secrets = []channels.Secret{channels.Inline(tt.secret)}
			}
			if status, answer := send(t, r, p); status != tt.status || strings.Contains(string(answer), secret) {
				t.Errorf("answered %d %s, want %d", status, answer, tt.status)
			}
			if got := r.Accepted()["a-1"]; got != tt.taken {
				t.Errorf("taken %d times, want %d", got, tt.taken)
			}
		})
	}
}

// TestOnceById sends one id twice, and two ids.
func TestOnceByID(t *testing.T) {
	r := start(t, Options{Companies: []Company{{Reach: "nordlys", Behaviour: simulated.Mute}}})
	_, first := send(t, r, courier.Parcel{ID: "a-1", Body: openerTo(t, "nordlys")})
	_, again := send(t, r, courier.Parcel{ID: "a-1", Body: openerTo(t, "nordlys")})
	if !bytes.Equal(first, again) || len(r.Log()) != 1 {
		t.Errorf("answered %s, then %s; %d turns", first, again, len(r.Log()))
	}
	if send(t, r, courier.Parcel{ID: "a-2", Body: openerTo(t, "nordlys")}); len(r.Log()) != 2 {
		t.Errorf("%d turns of two ids", len(r.Log()))
	}
}

// TestRepliesPersist sends replies to a hook that refuses the first tries.
func TestRepliesPersist(t *testing.T) {
	tries := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if tries++; tries < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	r := start(t, Options{Companies: []Company{{Reach: "nordlys", Behaviour: simulated.Brisk}}, Scale: time.Millisecond, Bare: true})
	r.SetHook(server.URL)
	if _, answer := send(t, r, courier.Parcel{ID: "a-1", Body: openerTo(t, "nordlys")}); strings.Contains(string(answer), "accepted_at") {
		t.Errorf("answered %s", answer)
	}
	for range 500 {
		if log := r.Deliveries(); len(log) > 0 {
			if log[0].Tries != 3 || log[0].Times != 1 || log[0].ID != r.Log()[0].Replies[0].ID {
				t.Errorf("brought %+v", log[0])
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("no reply was brought")
}
