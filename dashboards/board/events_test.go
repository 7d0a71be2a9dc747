package board

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading"
)

// TestPushes: what has happened is pushed, each time as one event, and nothing
// while nothing happens and nobody waits.
func TestPushes(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nord\rlys"))
	var now atomic.Int64
	now.Store(noon.Add(-170 * time.Minute).UnixNano())
	s.board.Clock = func() time.Time { return time.Unix(0, now.Load()) }
	server := httptest.NewServer(s.mux)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	events := stream(t, ctx, server.URL+"/events")
	first := <-events
	if !strings.Contains(plain(first), "answered 0") || strings.Contains(first, "<html") {
		t.Fatalf("got %q", first)
	}
	select {
	case again := <-events:
		t.Errorf("nothing has happened: got %.100q", again)
	case <-time.After(100 * time.Millisecond):
	}
	s.ask("c", "nordlys", "power", left(), heard(time.Hour, reading.Answer))
	if got := plain(<-events); !strings.Contains(got, "answered 1") || !strings.Contains(got, "Nord lys mail 100 % 1/1") {
		t.Errorf("got %q", got)
	}
	s.ask("d", "nordlys", "power", left())
	for range 3 { // somebody waits, and the wait grows
		got := <-events
		if !strings.Contains(plain(got), "pending 1") || got == first {
			t.Errorf("got %q", got)
		}
		first = got
		now.Add(int64(10 * time.Minute))
	}
}

// TestPushesEnd: a page that stays open ends with the program.
func TestPushesEnd(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	ctx, cancel := context.WithCancel(t.Context())
	mux := http.NewServeMux()
	s.board.Mount(ctx, mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	events := stream(t, t.Context(), server.URL+"/events")
	<-events
	cancel()
	select {
	case _, more := <-events:
		if more {
			t.Error("pushed once more")
		}
	case <-time.After(5 * time.Second):
		t.Error("still open")
	}
}

// stream reads server-sent events until they end. The data's line feeds are kept.
func stream(t *testing.T, ctx context.Context, url string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r) //nolint:bodyclose // the goroutine below closes it
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("got %s", got)
	}
	events := make(chan string)
	go func() {
		defer close(events)
		defer answer.Body.Close()
		if err := split(ctx, answer.Body, events); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	return events
}

// split cuts a stream into events, by the WHATWG's rules: a line ends at a
// line feed, a carriage return or both, and an empty one ends the event.
func split(ctx context.Context, from io.Reader, events chan<- string) error {
	buffer, text := make([]byte, 1<<16), ""
	for {
		n, err := from.Read(buffer)
		text += strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(buffer[:n]))
		for {
			event, rest, whole := strings.Cut(text, "\n\n")
			if !whole {
				break
			}
			var data []string
			for line := range strings.Lines(event) {
				value, isData := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "data: ")
				if !isData {
					return fmt.Errorf("got the line %q", line)
				}
				data = append(data, value)
			}
			select {
			case events <- strings.Join(data, "\n"):
			case <-ctx.Done():
				return ctx.Err()
			}
			text = rest
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
