package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// wired returns a wire to a server that answers as serve does, once it has the
// whole question.
func wired(t *testing.T, serve http.HandlerFunc) *httpapi.Client {
	t.Helper()
	return hastily(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		serve(w, r)
	})
}

// hastily returns a wire to a server that answers as serve does, as soon as it
// has the head of the question.
func hastily(t *testing.T, serve http.HandlerFunc) *httpapi.Client {
	t.Helper()
	s := httptest.NewServer(serve)
	t.Cleanup(s.Close)
	w, err := httpapi.New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.Timeout = 20 * time.Second
	return w
}

// sending hands an opener over.
func sending() httpapi.Call {
	return httpapi.Call{Step: "message", Method: http.MethodPost, Path: "/send", Body: map[string]string{"msg": "hei"}, Leave: channels.Unrecorded}
}

// hangUp closes the connection of a request.
func hangUp(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.Close()
	}
}

func TestExchangeToldApart(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, tt := range map[string]struct {
		serve  http.HandlerFunc
		unsure bool // of a call that sends
		code   int
		shape  bool
	}{
		"400":         {serve: status(400), code: 400},
		"429":         {serve: status(429), code: 429},
		"302":         {serve: status(302), code: 302},
		"503":         {serve: status(503), code: 503},
		"500":         {serve: status(500), code: 500, unsure: true},
		"502":         {serve: status(502), code: 502, unsure: true},
		"hung up":     {serve: func(w http.ResponseWriter, _ *http.Request) { hangUp(w) }, unsure: true},
		"no JSON":     {serve: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, unsure: true, shape: true},
		"wrong types": {serve: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id":[]}`) }, unsure: true, shape: true},
		"cut short": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"id":`)
		}, unsure: true},
		"endless": {serve: func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			for range 12 << 10 {
				_, _ = w.Write(make([]byte, 1<<10))
			}
		}, unsure: true, shape: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := wired(t, tt.serve)
			var answer struct{ ID string }
			_, err := w.Exchange(t.Context(), sending(), &answer)
			if err == nil {
				t.Fatal("got no error")
			}
			if got := errors.Is(err, channels.ErrUnsure); got != tt.unsure {
				t.Errorf("sending: unsure %v, want %v: %v", got, tt.unsure, err)
			}
			if got := errors.Is(err, httpapi.ErrShape); got != tt.shape {
				t.Errorf("shape %v, want %v: %v", got, tt.shape, err)
			}
			var no *httpapi.Answer
			if errors.As(err, &no); tt.code != 0 && (no == nil || no.Code != tt.code) {
				t.Errorf("got %v, want an answer of %d", err, tt.code)
			}
			ask := sending()
			ask.Leave = nil
			if _, err := w.Exchange(t.Context(), ask, &answer); err == nil || errors.Is(err, channels.ErrUnsure) {
				t.Errorf("asking: %v, want an error that is not unsure", err)
			}
		})
	}
}

func TestExchangeAnswer(t *testing.T) {
	w := wired(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header["User-Agent"]; len(got) > 0 {
			t.Errorf("User-Agent is %q, want none", got)
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.NewEncoder(w).Encode(map[string]string{
			"body": string(body), "query": r.URL.Query().Get("q"), "token": r.Header.Get("Authorization"), "more": r.Header.Get("X-More"),
		})
	})
	w.Bearer = channels.Inline("hemmelig")
	var trace strings.Builder
	w.Trace = &trace
	call := sending()
	call.Body = json.RawMessage(`{ "a" : "<b>" }`)
	call.Query, call.Header = url.Values{"q": {"æ&b"}}, http.Header{"X-More": {"yes"}}
	var answer struct{ Body, Query, Token, More string }
	m, err := w.Exchange(t.Context(), call, &answer)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body != `{ "a" : "<b>" }` || answer.Query != "æ&b" || answer.More != "yes" {
		t.Errorf("the server got %+v", answer)
	}
	if answer.Token != "Bearer hemmelig" || strings.Contains(trace.String(), "hemmelig") {
		t.Errorf("the bearer is %q, and the transcript %s", answer.Token, trace.String())
	}
	if !strings.Contains(trace.String(), "C: POST /send") || !strings.Contains(trace.String(), "S: 200") {
		t.Errorf("transcript: %s", trace.String())
	}
	if m.Server.IsZero() || m.Until().After(m.Asked) {
		t.Errorf("moment %+v", m)
	}
}

func TestAnswerHoldsNoSecret(t *testing.T) {
	w := wired(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, "unknown: %s", r.Header.Get("Authorization"))
	})
	w.Bearer = channels.Inline("hemmelig")
	_, err := w.Exchange(t.Context(), sending(), nil)
	var no *httpapi.Answer
	if !errors.As(err, &no) || string(no.Body) != "unknown: Bearer ***" {
		t.Errorf("got %v, %+v", err, no)
	}
}

func TestExchangeBeforeAnythingLeft(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	refusing, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing.Close()
	closed, err := httpapi.New("http://" + refusing.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and reads nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	stuck, err := httpapi.New("http://" + silent.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	stuck.Timeout = 200 * time.Millisecond
	large := sending()
	large.Body = json.RawMessage(strings.Repeat("1", 32<<20)) // more than the system keeps for it
	unreadable := sending()
	unreadable.Body = func() {}
	for name, tt := range map[string]struct {
		ctx  context.Context
		wire *httpapi.Client
		call httpapi.Call
	}{
		"ended":          {ended, wired(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }), sending()},
		"refused":        {t.Context(), closed, sending()},
		"half a body":    {t.Context(), stuck, large},
		"no JSON of it":  {t.Context(), closed, unreadable},
		"unknown secret": {t.Context(), &httpapi.Client{Bearer: channels.InFile("/nowhere/token")}, sending()},
	} {
		_, err := tt.wire.Exchange(tt.ctx, tt.call, nil)
		if err == nil || errors.Is(err, channels.ErrUnsure) || errors.Is(err, channels.ErrRefused) {
			t.Errorf("%s: %v, want an error that allows another try", name, err)
		}
	}
}

func TestExchangeSlow(t *testing.T) {
	over := make(chan struct{})
	defer close(over)
	w := wired(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		for { // a body that comes an octet at a time, and never ends
			select {
			case <-over:
				return
			case <-r.Context().Done():
				return
			case <-time.After(20 * time.Millisecond):
				fmt.Fprint(w, " ")
				_ = http.NewResponseController(w).Flush()
			}
		}
	})
	w.Timeout = 100 * time.Millisecond
	began := time.Now()
	call := sending()
	call.Patience = 100 * time.Millisecond
	_, err := w.Exchange(t.Context(), call, nil)
	if !errors.Is(err, channels.ErrUnsure) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want unsure for want of time", err)
	}
	if took := time.Since(began); took < 150*time.Millisecond || took > 20*time.Second {
		t.Errorf("it took %v, want 200 ms and not the 30 s of a client that is told nothing", took)
	}
}

func TestExchangeGoesNowhereElse(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was followed") }))
	defer elsewhere.Close()
	w := wired(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	w.Bearer = channels.Inline("hemmelig")
	if _, err := w.Exchange(t.Context(), sending(), nil); err == nil || errors.Is(err, channels.ErrUnsure) {
		t.Errorf("got %v, want a plain error", err)
	}
}

func TestExchangeErrorsHoldNoQuery(t *testing.T) {
	w, err := httpapi.New("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Exchange(t.Context(), httpapi.Call{
		Step: "history", Method: http.MethodGet, Path: "/h", Query: url.Values{"token": {"besøkende"}},
	}, nil)
	if err == nil || strings.Contains(err.Error(), "bes") || !strings.HasPrefix(err.Error(), "history: ") {
		t.Errorf("got %v", err)
	}
}

func TestRefused(t *testing.T) {
	for code, want := range map[int]string{
		400: "refused at door", 401: "refused at door", 403: "refused at door", 404: "refused at door",
		408: "again", 425: "again", 429: "again", 500: "unsure", 503: "again", 302: "again",
	} {
		w := wired(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			fmt.Fprint(w, "Nobody\n is here")
		})
		_, err := w.Exchange(t.Context(), sending(), nil)
		err = httpapi.Refused(err, nil)
		got := "again"
		var r *channels.Refusal
		switch {
		case errors.As(err, &r):
			got = "refused at " + string(r.Step)
			if r.Code != code || r.Text != "Nobody is here" {
				t.Errorf("%d: refusal %+v", code, r)
			}
		case errors.Is(err, channels.ErrUnsure):
			got = "unsure"
		}
		if got != want {
			t.Errorf("%d: got %s (%v), want %s", code, got, err, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for name, tt := range map[string]struct {
		header, value string
		least, most   time.Duration
		ahead         time.Duration // of the server's clock
	}{
		"seconds":     {"Retry-After", "7", 7 * time.Second, 7 * time.Second, 0},
		"never":       {"Retry-After", "999999999999", 24 * time.Hour, 24 * time.Hour, 0},
		"before":      {"Retry-After", "-5", 0, 0, 0},
		"a date":      {"Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), 50 * time.Second, 61 * time.Second, 0},
		"rocket.chat": {"X-RateLimit-Reset", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()), 50 * time.Second, 61 * time.Second, 0},
		"a clock ahead": {
			"X-RateLimit-Reset", fmt.Sprint(time.Now().Add(3*time.Hour + time.Minute).UnixMilli()), 50 * time.Second, 61 * time.Second, 3 * time.Hour,
		},
		"a clock behind": {
			"Retry-After", time.Now().Add(time.Minute - 3*time.Hour).UTC().Format(http.TimeFormat), 50 * time.Second, 61 * time.Second, -3 * time.Hour,
		},
		"unknown unit": {"X-RateLimit-Reset", "60", 0, 0, 0},
		"words":        {"Retry-After", "soon", 0, 0, 0},
	} {
		w := wired(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(tt.header, tt.value)
			w.Header().Set("Date", time.Now().Add(tt.ahead).UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusTooManyRequests)
		})
		_, err := w.Exchange(t.Context(), sending(), nil)
		var no *httpapi.Answer
		if !errors.As(err, &no) || no.RetryAfter < tt.least || no.RetryAfter > tt.most {
			t.Errorf("%s: got %+v, want %v to %v", name, no, tt.least, tt.most)
		}
	}
}

func TestMomentUntil(t *testing.T) {
	asked := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		server time.Time
		want   time.Time
	}{
		"it does not say": {time.Time{}, asked},
		"its clock ahead": {asked.Add(time.Minute), asked},
		"its clock slow":  {asked.Add(-time.Minute), asked.Add(-time.Minute - 2*time.Second)},
	} {
		m := httpapi.Moment{Asked: asked, Answered: asked.Add(2 * time.Second), Server: tt.server}
		if got := m.Until(); !got.Equal(tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

func TestNewWire(t *testing.T) {
	for base, ok := range map[string]bool{
		"https://chat.example": true, "http://127.0.0.1:8008/": true, "": false, "chat.example": false,
		"ftp://chat.example": false, "https://": false, "http://[::1": false,
	} {
		if _, err := httpapi.New(base); (err == nil) != ok {
			t.Errorf("%q: %v", base, err)
		}
	}
}
