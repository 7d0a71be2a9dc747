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

// TestPushes: only the pieces that look different are pushed, and none while
// nothing happens and no contact waits.
func TestPushes(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nord\rlys"), firm("fjord", "banks", "Fjord"))
	var now atomic.Int64
	now.Store(noon.Add(-170 * time.Minute).UnixNano())
	s.board.Clock = func() time.Time { return time.Unix(0, now.Load()) }
	server := httptest.NewServer(s.mux)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shown, err := s.board.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events := stream(t, ctx, fmt.Sprint(server.URL, "/events?axis=1000-10000000&version=", shown.version))
	quiet(t, events)

	s.ask("c", "nordlys", "power", left(), heard(time.Hour, reading.Answer))
	got := gather(t, events, 4)
	for id, want := range map[string]string{"co-nordlys": "Nord lys 100% 1/1", "tile-power": "power 100%", "counts": "answered 1", "latest": "Nord lys answered 1 h"} {
		if !strings.Contains(plain(got[id]), want) {
			t.Errorf("%s: got %q, want %q", id, plain(got[id]), want)
		}
	}
	quiet(t, events)

	s.ask("d", "nordlys", "power", left())
	got = gather(t, events, 3)
	if _, news := got["latest"]; news {
		t.Error("nothing has come to an end")
	}
	quiet(t, events)
	for _, want := range []string{"1 · 20 min", "1 · 30 min"} { // a contact waits, and the wait grows
		now.Add(int64(10 * time.Minute))
		if got := gather(t, events, 1); !strings.Contains(plain(got["co-nordlys"]), want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestPushesWhatWasMissed: a page that was drawn at one version, or has seen
// another before its connection was lost, is sent what the ledger has changed
// since, and no more.
func TestPushesWhatWasMissed(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "banks", "Fjord"), firm("elv", "power", "Elv"))
	s.ask("a", "fjord", "banks", left())
	s.page("/")
	snapshot, err := s.board.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.ask("b", "nordlys", "power", left())
	for _, tt := range []struct {
		name, query string
		headers     []string
		want        []string
	}{
		{"since the page", fmt.Sprint("?version=", snapshot.version), nil, []string{"co-nordlys"}},
		{"since the connection was lost", "?version=1", []string{"Last-Event-ID", fmt.Sprint(snapshot.version)}, []string{"co-nordlys"}},
		{"of another class", fmt.Sprint("?class=banks&version=", snapshot.version), nil, nil},
		{"from the beginning", "", nil, []string{"co-fjord", "co-nordlys"}},
		{"of a version that makes no sense", "?version=x", nil, []string{"co-fjord", "co-nordlys"}},
		{"nothing", "?version=99999", nil, nil},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/events"+tt.query, nil)
		for i := 0; i < len(tt.headers); i += 2 {
			r.Header.Set(tt.headers[i], tt.headers[i+1])
		}
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, r)
		cancel()
		var got []string
		for _, id := range []string{"co-elv", "co-fjord", "co-nordlys"} {
			if strings.Contains(w.Body.String(), `id="`+id+`"`) {
				got = append(got, id)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestPushesEnd: a page that stays open ends with the program.
func TestPushesEnd(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	ctx, cancel := context.WithCancel(t.Context())
	mux := http.NewServeMux()
	other := &Board{Ledger: s.ledger, Edition: s.board.Edition, Clock: s.board.Clock, Every: time.Millisecond}
	other.Mount(ctx, mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	events := stream(t, t.Context(), server.URL+"/events?version=9")
	cancel()
	select {
	case _, more := <-events:
		if more {
			t.Error("pushed once more")
		}
	case <-time.After(time.Minute):
		t.Error("still open")
	}
}

// quiet fails if anything is pushed for a while.
func quiet(t *testing.T, events <-chan string) {
	t.Helper()
	select {
	case again := <-events:
		t.Errorf("nothing has happened: got %.200q", again)
	case <-time.After(80 * time.Millisecond):
	}
}

// gather takes so many pieces, by their ids.
func gather(t *testing.T, events <-chan string, n int) map[string]string {
	t.Helper()
	pieces := map[string]string{}
	for range n {
		select {
		case html := <-events:
			_, id, _ := strings.Cut(html, `id="`)
			id, _, _ = strings.Cut(id, `"`)
			pieces[id] = html
		case <-time.After(time.Minute):
			t.Fatalf("got only %v, want %d pieces", pieces, n)
		}
	}
	return pieces
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
// line feed, a carriage return or both, an empty one ends the event, and one
// that begins with a colon is a comment.
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
			text = rest
			var data []string
			for line := range strings.Lines(event) {
				value, isData := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "data: ")
				if isData {
					data = append(data, value)
				} else if !strings.HasPrefix(line, "id: ") && !strings.HasPrefix(line, ":") {
					return fmt.Errorf("got the line %q", line)
				}
			}
			if data == nil {
				continue
			}
			select {
			case events <- strings.Join(data, "\n"):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
