package httpapi_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// leaving hands an opener over if leave lets it.
func leaving(leave channels.Leave) httpapi.Call {
	call := sending()
	call.Leave = leave
	return call
}

func TestExchangeAsksLeaveBeforeTheBody(t *testing.T) {
	var got atomic.Int64
	w := hastily(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got.Add(int64(len(body)))
	})
	asked := 0
	_, err := w.Exchange(t.Context(), leaving(func(context.Context) error {
		asked++
		time.Sleep(50 * time.Millisecond) // for what would be on its way
		if got.Load() > 0 {
			t.Error("the server has some of it")
		}
		return nil
	}), nil)
	if err != nil || asked != 1 || got.Load() == 0 {
		t.Errorf("got %v, with leave asked %d times and %d octets there", err, asked, got.Load())
	}
}

func TestExchangeWithoutLeave(t *testing.T) {
	denied := errors.New("the disk is full")
	var whole atomic.Bool
	w := hastily(t, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		whole.Store(err == nil)
	})
	for _, how := range []channels.Leave{
		func(context.Context) error { return denied },
		func(ctx context.Context) error { <-ctx.Done(); return denied },
	} {
		w.Timeout = 200 * time.Millisecond
		_, err := w.Exchange(t.Context(), leaving(how), nil)
		if !errors.Is(err, denied) || errors.Is(err, channels.ErrUnsure) || whole.Load() {
			t.Errorf("got %v, want leave's own error; the server has all of it: %v", err, whole.Load())
		}
	}
}

func TestExchangeAsksNoLeaveOfClosedDoors(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	w, err := httpapi.New("http://" + closed.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	asked := func(context.Context) error { t.Error("leave was asked"); return nil }
	if _, err := w.Exchange(t.Context(), leaving(asked), nil); err == nil || errors.Is(err, channels.ErrUnsure) {
		t.Errorf("got %v, want an error that allows another try", err)
	}
}

// A server that answers the head of a question does not have the rest. What it
// says leaves nothing in doubt, and a yes means nothing.
func TestExchangeAnsweredBeforeItLeft(t *testing.T) {
	over := make(chan struct{})
	defer close(over)
	for _, code := range []int{200, 404, 429, 500, 503} {
		w := hastily(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_ = http.NewResponseController(w).Flush()
			<-over
		})
		w.Timeout = 200 * time.Millisecond
		denied, asked := errors.New("denied"), false
		_, err := w.Exchange(t.Context(), leaving(func(context.Context) error {
			asked = true
			time.Sleep(50 * time.Millisecond) // meanwhile the answer comes
			return denied
		}), nil)
		if err == nil || asked != errors.Is(err, denied) || errors.Is(err, channels.ErrUnsure) {
			t.Errorf("%d: got %v, and leave was asked: %v; want its error if it was, and no doubt", code, err, asked)
		}
	}
}
