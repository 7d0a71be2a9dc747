package chats

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
)

func TestHost(t *testing.T) {
	var h Host
	entered := make(chan struct{}, 1)
	if err := h.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/taken" {
			conn, _, _ := http.NewResponseController(w).Hijack()
			entered <- struct{}{}
			_, _ = io.Copy(io.Discard, conn)
			conn.Close()
			return
		}
		if r.URL.Path == "/long" {
			entered <- struct{}{}
			<-r.Context().Done()
			return
		}
		fmt.Fprint(w, "ok")
	})); err != nil {
		t.Fatal(err)
	}
	if err := h.Start(nil); err == nil {
		t.Error("it was started twice")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()

	long := make(chan error, 2)
	hold := func(path string) {
		resp, err := http.Post(h.URL()+path, "text/plain", nil)
		if err == nil {
			resp.Body.Close()
		}
		long <- err
	}
	for _, path := range []string{"/long", "/taken"} { // the second as websockets do
		go hold(path)
		<-entered
		h.Cut()
		if err := <-long; err == nil {
			t.Errorf("%s: a cut connection was answered", path)
		}
	}
	resp, err := http.Get(h.URL())
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("after the cut: %v", err)
	}
	resp.Body.Close()
	h.Fail(http.StatusBadGateway)
	if resp, err = http.Get(h.URL()); err != nil || resp.StatusCode != http.StatusBadGateway {
		t.Fatalf("in an outage: %v, %v", resp, err)
	}
	resp.Body.Close()
	h.Fail(0)

	var said atomic.Int32
	h.After(time.Millisecond, func() { said.Add(1) })
	h.After(time.Hour, func() { said.Add(100) })
	for said.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	go hold("/long")
	<-entered
	go hold("/taken")
	<-entered
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	<-long
	<-long
	h.After(0, func() { said.Add(100) })
	if err := h.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
	if got := said.Load(); got != 1 {
		t.Errorf("%d were said, want the one that was due", got)
	}
}

// TestHostEndsWhileSomebodyComes closes hosts as connections are made.
func TestHostEndsWhileSomebodyComes(t *testing.T) {
	for range 100 {
		var h Host
		if err := h.Start(http.NotFoundHandler()); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- h.Run(t.Context()) }()
		over := make(chan struct{})
		var knocking sync.WaitGroup
		for range 4 {
			knocking.Go(func() {
				for {
					select {
					case <-over:
						return
					default:
					}
					if conn, err := net.Dial("tcp", strings.TrimPrefix(h.URL(), "http://")); err == nil {
						conn.Close()
					}
				}
			})
		}
		time.Sleep(time.Millisecond)
		_ = h.Close()
		close(over)
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("it did not end")
		}
		knocking.Wait()
	}
}

func TestHostNeverRun(t *testing.T) {
	var h Host
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if err := h.Start(http.NotFoundHandler()); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

func TestPlay(t *testing.T) {
	b := NewBase(Settings{})
	if b.Clock == nil || b.Scale == 0 {
		t.Error("settings have no defaults")
	}
	if err := b.Start(http.NotFoundHandler()); err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	said := make(chan string, 3)
	b.Play(Turn{ID: "m", Received: at}, []simulated.Line{{Text: "1"}, {After: time.Millisecond, Text: "2"}, {After: time.Hour, Text: "3"}},
		func(line Line) {
			if line.Number == 1 {
				line.Said(at.Add(time.Second), "id")
			}
			said <- line.Text
		})
	got := map[string]bool{<-said: true, <-said: true}
	replies := b.Log()[0].Replies
	if !got["1"] || !got["2"] || replies[0].ID != "" || replies[1].ID != "id" || !replies[1].Said.Equal(at.Add(time.Second)) || replies[2].ID != "" {
		t.Errorf("said %v, recorded %+v", got, replies)
	}
}

func TestFate(t *testing.T) {
	for want, m := range map[Fate]Mischief{
		Taken: {}, Failed: {Fail: 1}, Limited: {Limit: 1}, Refused: {Refuse: 1}, Dropped: {Drop: 1}, Lost: {Lose: 1}, Stalled: {Stall: 1},
	} {
		i := NewImp(m, "seed")
		for range 20 {
			if got := i.Fate(); got != want {
				t.Fatalf("got %d, want %d", got, want)
			}
		}
	}
	a, b := NewImp(Mischief{Drop: 0.3, Fail: 0.3}, "seed"), NewImp(Mischief{Drop: 0.3, Fail: 0.3}, "seed")
	met := map[Fate]int{}
	for range 300 {
		fate := a.Fate()
		if fate != b.Fate() {
			t.Fatal("the same seed draws another fate")
		}
		met[fate]++
	}
	if len(met) != 3 || met[Dropped] < 50 || met[Failed] < 50 {
		t.Errorf("drew %v", met)
	}
}

func TestAnswer(t *testing.T) {
	for fate, want := range map[Fate]bool{Taken: true, Failed: true, Stalled: true, Dropped: false, Lost: false} {
		answered := false
		i := NewImp(Mischief{Pause: time.Millisecond}, "")
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			i.Answer(w, r, fate, func() { answered = true })
		}))
		resp, err := http.Post(s.URL, "text/plain", nil)
		if err == nil {
			resp.Body.Close()
		}
		s.Close()
		if answered != want || (err == nil) != want {
			t.Errorf("fate %d: answered %v, %v", fate, answered, err)
		}
	}
}

func TestRecord(t *testing.T) {
	var r Record
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	lines := []simulated.Line{{After: time.Second, Who: channels.Human, Text: "Hei!"}}
	n := r.Add(Turn{Desk: "d", Room: "r", ID: "m", Received: at}, lines)
	r.Add(Turn{Room: "s", ID: "m"}, nil)
	r.Said(n, 0, at.Add(2*time.Second), "id")
	r.Closed("r", "Takk!")
	r.Closed("nowhere", "Takk!")
	log := r.Log()
	got := log[0]
	if reply := got.Replies[0]; reply.ID != "id" || !reply.Due.Equal(at.Add(time.Second)) || !reply.Said.Equal(at.Add(2*time.Second)) {
		t.Errorf("reply %+v", reply)
	}
	if len(got.Closings) != 1 || len(log[1].Closings) != 0 || r.Accepted()["m"] != 2 {
		t.Errorf("log %+v, accepted %v", log, r.Accepted())
	}
	got.Replies[0].ID = "changed"
	if r.Log()[0].Replies[0].ID != "id" {
		t.Error("the log can be changed by who reads it")
	}
}
