package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/messenger"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/courier"
	"github.com/svartid/svartid/channels/simulated/meta"
	"github.com/svartid/svartid/channels/simulated/relay"
	"github.com/svartid/svartid/channels/webhook"
	"github.com/svartid/svartid/cmd/svartid/internal/public"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

const (
	badPage   = "102030405060708"
	appSecret = "app-hemmelighet"
	// confidence is in each body, and may be nowhere else.
	confidence = "fødselsnummeret mitt er 01017012345"
)

// TestHooksBad sends bad requests to the public listener. Each is counted under
// its code. A sender that holds the secret is told the code; to all others every
// endpoint looks alike, unknown ones too. Nothing of a body is in an answer or
// in the log.
func TestHooksBad(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	w := openTarget(t)
	want := map[string]map[hook.Code]int{"relay": {}, "facebook": {}, "": {}}
	var mu sync.Mutex
	var closed []string // the answers that say nothing
	t.Run("bring", func(t *testing.T) {
		for _, tt := range w.bad(t) {
			for _, code := range tt.codes {
				want[tt.channel][code]++
			}
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				if tt.codes[0] == hook.TooSlow && testing.Short() {
					t.Skip("takes 10 seconds")
				}
				status, answer := tt.bring(t)
				if status != tt.status {
					t.Errorf("answered %d, want %d: %s", status, tt.status, answer)
				}
				if text := tt.codes[0].Error(); tt.codes[0].Open() && status != http.StatusOK && !strings.Contains(answer, text) {
					t.Errorf("answered %q, want it explained as %q", answer, text)
				}
				if strings.Contains(answer, confidence) {
					t.Errorf("answered with the body: %s", answer)
				}
				if mu.Lock(); status == http.StatusForbidden {
					closed = append(closed, answer)
				}
				mu.Unlock()
			})
		}
	})
	for _, answer := range closed {
		if answer != closed[0] {
			t.Errorf("what is refused is told apart:\n%s\n%s", answer, closed[0])
		}
	}
	if testing.Short() {
		delete(want["relay"], hook.TooSlow)
	}
	w.checkCounted(t, want)
	if log := w.log.String(); strings.Contains(log, "01017012345") || strings.Contains(log, appSecret) || strings.Contains(log, relaySecret) {
		t.Errorf("the log tells what was brought:\n%s", log)
	}
}

// A bad is one delivery that is not to be kept.
type bad struct {
	name    string
	channel string
	bring   func(t *testing.T) (status int, answer string)
	status  int
	codes   []hook.Code // under which it is counted
}

// bad lists them, and one that is good.
func (w *target) bad(t *testing.T) []bad {
	const tenMinutes = 10 * time.Minute
	now, one := time.Now(), func(c hook.Code) []hook.Code { return []hook.Code{c} }
	ours, others := standard(relaySecret, 0), standard("whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB", 0)
	hub, otherHub := hub256(appSecret), hub256("noe annet")
	good := said{Type: "svartid.reply", Attempt: w.attempt}
	unknown, early, late := good, good, good
	unknown.Type, early.At, late.At = "svartid.gossip", now.Add(-tenMinutes), now.Add(tenMinutes)
	huge := strings.Repeat("a", 2<<20)
	return []bad{
		{"good", "relay", w.post("relay", ours, good.body(t)), 200, one(hook.Kept)},
		{"a wrong signature", "relay", w.post("relay", others, good.body(t)), 403, one(hook.BadSignature)},
		{"no signature", "relay", w.post("relay", hook.Signature{}, good.body(t)), 403, one(hook.BadSignature)},
		{"a stale time", "relay", w.post("relay", standard(relaySecret, -tenMinutes), good.body(t)), 403, one(hook.Stale)},
		{"a time to come", "relay", w.post("relay", standard(relaySecret, tenMinutes), good.body(t)), 403, one(hook.Stale)},
		{"2 MiB", "relay", w.post("relay", ours, huge), 413, one(hook.TooLarge)},
		{"2 MiB of no declared length", "relay", w.chunked("relay", huge), 413, one(hook.TooLarge)},
		{"a slow body", "relay", w.part("relay", false), 408, one(hook.TooSlow)},
		{"a body cut short", "relay", w.part("relay", true), 400, one(hook.CutShort)},
		{"no JSON", "relay", w.post("relay", ours, confidence), 400, one(hook.Malformed)},
		{"an unknown event", "relay", w.post("relay", ours, unknown.body(t)), 422, one(hook.UnknownEvent)},
		{"a reply before its opener", "relay", w.post("relay", ours, early.body(t)), 422, one(hook.BeforeOpener)},
		{"a clock that is ahead", "relay", w.post("relay", ours, late.body(t)), 422, one(hook.ClockSkew)},
		{"a question", "relay", w.ask("/hooks/relay"), 403, one(hook.BadMethod)},
		{"a page's wrong signature", "facebook", w.post("facebook", otherHub, pageSays(badPage)), 403, one(hook.BadSignature)},
		{"an unknown page", "facebook", w.post("facebook", hub, pageSays("99")), 200, []hook.Code{hook.Kept, hook.UnknownPlace}},
		{"a stranger on a page", "facebook", w.post("facebook", hub, pageSays(badPage)), 200, []hook.Code{hook.Kept, hook.Stranger}},
		{
			"no page's event", "facebook", w.post("facebook", hub, `{"object":"user","entry":[{"text":"`+confidence+`"}]}`), 200,
			[]hook.Code{hook.Kept, hook.UnknownEvent},
		},
		{"a wrong word", "facebook", w.ask("/hooks/facebook?hub.mode=subscribe&hub.verify_token=feil&hub.challenge=1"), 403, one(hook.BadChallenge)},
		{"an unknown endpoint", "", w.post("unknown", ours, good.body(t)), 403, one(hook.NoSecret)},
		{"no endpoint", "", w.post("", ours, good.body(t)), 403, one(hook.NoSecret)},
		{"the operators' pages", "", w.ask("/metrics"), 403, one(hook.BadMethod)},
	}
}

// standard is a relay's signature, whose clock is off.
func standard(secret string, off time.Duration) hook.Signature {
	return hook.Signature{
		Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline(secret)},
		Clock: func() time.Time { return time.Now().Add(off) },
	}
}

// hub256 is Meta's signature.
func hub256(secret string) hook.Signature {
	return hook.Signature{Scheme: hook.SchemeHub256, Secrets: []channels.Secret{channels.Inline(secret)}}
}

// A said is what a relay reports.
type said struct {
	Type, Attempt string
	At            time.Time // zero: it does not say
}

func (s said) body(t *testing.T) string {
	data := map[string]any{"attempt": s.Attempt, "responder": "human", "text": confidence}
	if !s.At.IsZero() {
		data["occurred_at"] = s.At
	}
	body, err := json.Marshal(map[string]any{"type": s.Type, "data": data})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// pageSays is what Meta tells of a page's word to a user who is no persona.
func pageSays(page string) string {
	return fmt.Sprintf(`{"object":"page","entry":[{"id":%q,"messaging":[{"sender":{"id":%q},"recipient":{"id":"1143798464259092"},`+
		`"timestamp":%d,"message":{"is_echo":true,"mid":"m_1","text":%q}}]}]}`, page, page, time.Now().UnixMilli(), confidence)
}

// A target is a program, with the other ends of its channels.
type target struct {
	board, hooks string // where they are
	attempt      string // that was made over the relay
	log          *safeBuffer
}

// openTarget runs the program until the test ends.
func openTarget(t *testing.T) *target {
	t.Helper()
	far := relay.New(relay.Options{
		Companies: []relay.Company{{Reach: "nordlys", Behaviour: simulated.Mute}}, Secret: channels.Inline(relaySecret),
	})
	channeltest.Play(t, far)
	pages := meta.New(meta.Options{Pages: []meta.Page{{ID: badPage, Token: "EAA"}}})
	channeltest.Play(t, pages)
	w := &target{log: &safeBuffer{}}
	p := &program{
		hooks: &public.Hooks{}, pace: timingOf(timed(t, "hasty")),
		log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	relayed, err := webhook.New(webhook.Config{URL: far.URL(), Secret: channels.Inline(relaySecret)}, webhook.Options{Count: p.hooks.Counter("relay")})
	if err != nil {
		t.Fatal(err)
	}
	facebook, err := messenger.New(messenger.Config{
		AppSecret: channels.Inline(appSecret), VerifyToken: channels.Inline("ordet"), GraphURL: pages.URL(),
	}, messenger.Options{
		Pages: []messenger.Reach{{Page: badPage, PageToken: channels.Inline("EAA")}}, Count: p.hooks.Counter("facebook"),
	})
	if err != nil {
		t.Fatal(err)
	}
	p.channels = map[string]any{"relay": relayed, "facebook": facebook}
	p.edition = onceOver(t, "relay")
	if err := p.open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "svartid.db"), "test"); err != nil {
		t.Fatal(err)
	}
	w.run(t, p)
	waitFor(t, "the company was asked", func() bool {
		for _, c := range (archive{p.ledger}).contacts(t) {
			w.attempt = fmt.Sprintf("%s.%d", c.ID, c.Current().Number)
			return c.Current().State == probes.AttemptSent && p.senses.Up()[probes.Source{Channel: "facebook", Name: "pages"}]
		}
		return false
	})
	return w
}

// run serves the program on free ports until the test ends.
func (w *target) run(t *testing.T, p *program) {
	t.Helper()
	var open listeners
	for _, l := range []*net.Listener{&open.board, &open.hooks} {
		var err error
		if *l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	w.board, w.hooks = open.board.Addr().String(), open.hooks.Addr().String()
	ctx, end := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- p.run(ctx, open, webOptions{log: p.log}) }()
	t.Cleanup(func() {
		end()
		if err := <-over; err != nil {
			t.Error(err)
		}
		p.ledger.Close()
	})
}

// onceOver is an edition that asks one company once over a channel.
func onceOver(t *testing.T, channel string) *edition.Edition {
	t.Helper()
	zone, today := noon(t, time.Now())
	midnight, err := time.ParseInLocation(time.DateOnly, today, zone)
	if err != nil {
		t.Fatal(err)
	}
	ticks, err := calendar.ParseCron(once(midnight, time.Now().Add(8*time.Second)), zone)
	if err != nil {
		t.Fatal(err)
	}
	day, within := calendar.DateOf(midnight), calendar.Within{Duration: time.Hour}
	return &edition.Edition{
		Name: "bad", Seed: "bad", From: day,
		Rules:     edition.Rules{Calendar: calendar.Calendar{Zone: zone}, Within: map[string]calendar.Within{channel: within}},
		Probes:    []edition.Probe{{Name: channel, Channel: channel, Ticks: ticks, Within: within, Spread: calendar.Within{Duration: time.Second}}},
		Personas:  []edition.Persona{{Channel: channel, Persona: channels.Persona{Name: "Kari Nordmann"}}},
		Scenarios: demoScenarios()[:1],
		Companies: []edition.Company{{
			ID: "nordlys", Name: "Nordlys", Class: "power", Language: "nb", Consent: day, Reach: map[string]string{channel: "nordlys"},
		}},
	}
}

// post brings a body, sealed unless the signature is zero.
func (w *target) post(channel string, signature hook.Signature, body string) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) {
		url := "http://" + w.hooks + "/hooks/" + channel
		r, err := courier.Request(t.Context(), signature, url, courier.Parcel{ID: "msg_1", Body: []byte(body)})
		if signature.Scheme == "" {
			r, err = http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
		}
		if err != nil {
			t.Fatal(err)
		}
		return answered(t, r)
	}
}

// chunked brings a body whose length is not told.
func (w *target) chunked(channel, body string) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.hooks+"/hooks/"+channel, io.MultiReader(strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", w.hooks)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		// The answer may come, and the connection be closed, before all is written.
		go func() { _ = r.Write(conn) }()
		resp, err := http.ReadResponse(bufio.NewReader(conn), r)
		if err != nil {
			t.Fatal(err)
		}
		return told(t, resp)
	}
}

// ask asks for a path.
func (w *target) ask(path string) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.hooks+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		return answered(t, r)
	}
}

// part brings the beginning of a body, and then no more: or says that this was
// all.
func (w *target) part(channel string, cut bool) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) {
		conn, err := net.Dial("tcp", w.hooks)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /hooks/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n%s", channel, confidence)
		if cut {
			err = conn.(*net.TCPConn).CloseWrite()
		}
		answer, errRead := io.ReadAll(conn)
		var status int
		if _, errScan := fmt.Sscanf(string(answer), "HTTP/1.1 %d", &status); err != nil || errRead != nil || errScan != nil {
			t.Errorf("%v, %v, %v: %s", err, errRead, errScan, answer)
		}
		return status, string(answer)
	}
}

// answered returns the answer to a request, headers and all but its time.
func answered(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return told(t, resp)
}

// told returns what an answer says, but for when.
func told(t *testing.T, resp *http.Response) (int, string) {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Header.Del("Date")
	return resp.StatusCode, fmt.Sprintf("%s %v %s", resp.Status, resp.Header, body)
}

// checkCounted holds what is exposed against what was brought.
func (w *target) checkCounted(t *testing.T, want map[string]map[hook.Code]int) {
	t.Helper()
	got := map[string]map[hook.Code]int{"relay": {}, "facebook": {}, "": {}}
	for _, m := range scrape(t, "http://"+w.board+"/metrics")["svartid_hook_requests_total"].GetMetric() {
		labels := map[string]string{}
		for _, pair := range m.GetLabel() {
			labels[pair.GetName()] = pair.GetValue()
		}
		if n := int(m.GetCounter().GetValue()); n > 0 {
			got[labels["channel"]][hook.Code(labels["code"])] = n
		}
	}
	for channel := range want {
		if !maps.Equal(got[channel], want[channel]) {
			t.Errorf("counted on %q: got %v, want %v", channel, got[channel], want[channel])
		}
	}
}

// A safeBuffer is one that may be written to from several goroutines.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String returns what was written.
func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
