package chatwoot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
	"github.com/svartid/svartid/channels/simulated/chats"
	fake "github.com/svartid/svartid/channels/simulated/chatwoot"
)

// A script is a server whose every answer is written down, by method and the
// path's last element.
type script struct {
	answers map[string]string // "code body"; "cut" hangs up
	header  http.Header

	mu    sync.Mutex
	asked []string // method, last element and body
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	key := r.Method + " " + r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	s.mu.Lock()
	s.asked = append(s.asked, key+" "+string(body))
	s.mu.Unlock()
	answer := s.answers[key]
	if answer == "cut" {
		chats.HangUp(w)
		return
	}
	code, said := 404, "{}"
	if _, err := fmt.Sscanf(answer, "%d", &code); err == nil {
		_, said, _ = strings.Cut(answer, " ")
	}
	for name, values := range s.header {
		w.Header()[name] = values
	}
	w.WriteHeader(code)
	_, _ = io.WriteString(w, said)
}

// times counts what was asked with the given beginning.
func (s *script) times(key string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if strings.HasPrefix(a, key+" ") {
			n++
		}
	}
	return n
}

// play serves a script that answers well but for what is given.
func play(t *testing.T, o channels.Opening, but map[string]string) (*script, string) {
	t.Helper()
	s := &script{answers: map[string]string{
		"POST contacts":      `200 {"source_id":"` + o.ID + `","pubsub_token":"t"}`,
		"GET conversations":  `200 []`,
		"POST conversations": `200 {"id":17,"status":"open"}`,
		"POST messages":      `200 {"id":412,"content":"x","message_type":0,"created_at":1799661603,"conversation_id":17}`,
	}}
	for key, answer := range but {
		s.answers[key] = answer
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

// outcome names what an error of Open tells its caller to do.
func outcome(err error) string {
	var r *channels.Refusal
	switch {
	case err == nil:
		return "sent"
	case errors.Is(err, channels.ErrUnsure):
		return "unsure"
	case errors.As(err, &r) && r.Ours:
		return "refused, ours"
	case errors.As(err, &r):
		return fmt.Sprint("refused ", r.Code, string(r.Sign))
	}
	return "again"
}

// TestOpenUnproven: a server in production answers a proof that is wrong, or missing, with
// a bare 500, as it answers any fault of its own. The sign leaves whose fault it is to
// whether the same has let us in before.
func TestOpenUnproven(t *testing.T) {
	for _, tt := range []struct {
		step string
		key  string
		sign channels.Sign
		want channels.Key
	}{
		{"POST contacts", hmacKey, channels.SignKey, channels.KeyGiven},
		{"POST contacts", "", channels.SignKey, ""},
		{"GET conversations", hmacKey, "", channels.KeyGiven},
		{"GET conversations", "", "", ""},
	} {
		o := prepared(t, "x7f3", "mute")
		_, url := play(t, o, map[string]string{tt.step: `500 {"status":500,"error":"Internal Server Error"}`})
		c := connect(t, url)
		c.opt.HMAC = func(string) channels.Secret { return channels.Inline(tt.key) }
		_, err := c.Open(t.Context(), o, channels.Unrecorded)
		var no *channels.Deferral
		if !errors.As(err, &no) || no.No.Sign != tt.sign || no.No.Key != tt.want || no.No.Code != http.StatusInternalServerError {
			t.Errorf("%s with key %q: got %v, %+v", tt.step, tt.key, err, no)
		}
	}
}

func TestOpenSteps(t *testing.T) {
	const shapeless, foreign = `200 {"other":"thing"}`, `200 {"source_id":"drawn-by-the-server"}`
	for _, tt := range []struct {
		step, answer string
		want         string
		shape        bool // the error says that the shape has changed
	}{
		{"POST contacts", "404 {}", "refused 404missing", false},
		{"POST contacts", "401 {}", "refused 401", false},
		{"POST contacts", "403 {}", "refused 403", false},
		{"POST contacts", "422 {}", "refused 422", false},
		{"POST contacts", "429 Retry later", "again", false},
		{"POST contacts", "500 {}", "again", false},
		{"POST contacts", "500 HMAC failed: Invalid Identifier Hash Provided", "refused 500key", false},
		{"POST contacts", "302 {}", "again", false},
		{"POST contacts", "cut", "again", false},
		{"POST contacts", shapeless, "again", true},
		{"POST contacts", "200 <html>", "again", true},
		{"POST contacts", foreign, "refused, ours", false},
		{"GET conversations", "404 {}", "refused 404", false},
		{"GET conversations", "500 {}", "again", false},
		{"GET conversations", `200 [{"status":"open"}]`, "again", true},
		{"GET conversations", `200 {"payload":[]}`, "again", true},
		{"POST conversations", "cut", "again", false},
		{"POST conversations", "502 {}", "again", false},
		{"POST conversations", shapeless, "again", true},
		{"POST messages", "404 {}", "refused 404", false},
		{"POST messages", "401 {}", "refused 401", false},
		{"POST messages", `422 {"message":"Content is too long"}`, "refused 422", false},
		{"POST messages", "429 Retry later", "again", false},
		{"POST messages", "503 {}", "again", false},
		{"POST messages", "500 {}", "unsure", false},
		{"POST messages", "504 {}", "unsure", false},
		{"POST messages", "cut", "unsure", false},
		{"POST messages", shapeless, "unsure", true},
		{"POST messages", "200 <html>", "unsure", true},
		{"POST messages", `200 {"id":412,"message_type":0,"created_at":1799661603123}`, "unsure", true},
	} {
		t.Run(tt.step+" "+tt.answer, func(t *testing.T) {
			o := prepared(t, "x7f3", "6fKq2")
			s, url := play(t, o, map[string]string{tt.step: tt.answer})
			_, err := connect(t, url).Open(t.Context(), o, channels.Unrecorded)
			if got := outcome(err); got != tt.want || errors.Is(err, httpapi.ErrShape) != tt.shape {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
			if n := s.times(tt.step); n != 1 {
				t.Errorf("asked %d times, want once", n)
			}
		})
	}
}

func TestOpenSays(t *testing.T) {
	o := prepared(t, "x7f3", "6fKq2")
	s, url := play(t, o, nil)
	got, err := connect(t, url).Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	want := channels.Receipt{
		At: time.Unix(1799661603, 0).UTC(), ID: "412", Precision: time.Second,
		Response: "message 412 in conversation 6fKq2/17", Names: []string{o.ID, "6fKq2/17"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for i, want := range []string{
		`POST contacts {"source_id":"` + o.ID + `","name":"Kari Nordmann"}`,
		`GET conversations `,
		`POST conversations {}`,
		`POST messages {"content":"Hei! Hva koster det å flytte abonnementet?","echo_id":"a-x7f3"}`,
	} {
		if s.asked[i] != want {
			t.Errorf("step %d: got %s, want %s", i, s.asked[i], want)
		}
	}
}

// TestOpenWaits holds that a server which is asked too often says for how long.
func TestOpenWaits(t *testing.T) {
	o := prepared(t, "x7f3", "6fKq2")
	s, url := play(t, o, map[string]string{"POST contacts": "429 Retry later"})
	s.header = http.Header{"Retry-After": {"30"}}
	_, err := connect(t, url).Open(t.Context(), o, channels.Unrecorded)
	var no *httpapi.Answer
	if !errors.As(err, &no) || no.RetryAfter != 30*time.Second {
		t.Errorf("got %v, want 30 s to wait", err)
	}
}

// TestOpenGoesOn finds what an earlier try has left behind.
func TestOpenGoesOn(t *testing.T) {
	o := prepared(t, "x7f3", "6fKq2")
	for _, tt := range []struct {
		name, messages string
		posts          int
	}{
		{"an empty conversation is used", `200 []`, 1},
		{"a greeting is no opener", `200 [{"id":9,"message_type":3,"created_at":1799661600}]`, 1},
		{"an opener is not said again", `200 [{"id":9,"message_type":0,"created_at":1799661600}]`, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, url := play(t, o, map[string]string{"GET conversations": `200 [{"id":"17"}]`, "GET messages": tt.messages})
			receipt, err := connect(t, url).Open(t.Context(), o, channels.Unrecorded)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.times("POST messages"); got != tt.posts || s.times("POST conversations") != 0 {
				t.Errorf("got %d messages and %d conversations, want %d and none", got, s.times("POST conversations"), tt.posts)
			}
			if tt.posts == 0 && receipt.ID != "9" {
				t.Errorf("got %+v, want the message that is there", receipt)
			}
		})
	}
}

func TestOpenProves(t *testing.T) {
	s := start(t, fake.Options{})
	if _, err := connect(t, s.URL()).Open(t.Context(), prepared(t, "x7f3", "proof"), channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	bare, err := New(Config{URL: s.URL()}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bare.Open(t.Context(), prepared(t, "m4q9", "proof"), channels.Unrecorded); outcome(err) != "again" {
		t.Errorf("without a proof: got %v", err)
	}
}

// TestOpenKeepsProofs holds that a server which repeats a proof does not bring
// it into an error.
func TestOpenKeepsProofs(t *testing.T) {
	o := prepared(t, "x7f3", "proof")
	hash := visitorOf(o).hash(hmacKey)
	_, url := play(t, o, map[string]string{"POST contacts": "422 " + hash + " is not the hash under " + hmacKey})
	_, err := connect(t, url).Open(t.Context(), o, channels.Unrecorded)
	if outcome(err) != "refused 422" || strings.Contains(err.Error(), hash) || strings.Contains(err.Error(), hmacKey) {
		t.Errorf("got %v, want a refusal without the proof", err)
	}
}

func TestPrepare(t *testing.T) {
	for name, o := range map[string]channels.Opening{
		"no token": {Reach: "6fKq2"}, "no inbox": {Token: "x7f3"}, "a path": {Token: "x7f3", Reach: "../accounts"},
	} {
		if got, err := (&Channel{}).Prepare(o); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
	if got := sourceID("x7f3"); len(got) != 36 || got[14] != '4' || !strings.ContainsRune("89ab", rune(got[19])) {
		t.Errorf("got %q, want a random UUID (version 4)", got)
	}
	if _, err := (&Channel{}).Open(t.Context(), unprepared("x7f3"), channels.Unrecorded); outcome(err) != "refused, ours" {
		t.Errorf("an opening that was not prepared: got %v", err)
	}
}

func TestOpenStalled(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, s.URL())
	c.client.Timeout = 200 * time.Millisecond
	s.Learn(chats.Mischief{Stall: 1, Pause: time.Minute})
	o := prepared(t, "x7f3", "mute")
	_, err := c.Open(t.Context(), o, channels.Unrecorded)
	if outcome(err) != "unsure" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want unsure for want of an answer", err)
	}
	if _, err := c.Reconcile(t.Context(), o); err != nil || s.Accepted()[o.ID] != 1 {
		t.Errorf("Settle: %v; the company has %d", err, s.Accepted()[o.ID])
	}
}
