package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// TestRefusedDoors hands an opener to doors that fail in every way that a network and
// a server have, and compares what is said of the door.
func TestRefusedDoors(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return taking(func(w http.ResponseWriter) { w.WriteHeader(code) })
	}
	open := httptest.NewServer(status(200))
	t.Cleanup(open.Close)
	secure := httptest.NewTLSServer(status(200))
	t.Cleanup(secure.Close)
	for name, tt := range map[string]struct {
		base   string // empty: a server of its own, that serves
		serve  http.HandlerFunc
		sign   channels.Sign
		code   int
		unsure bool
	}{
		"nothing listens":       {base: "http://" + vacant(t), sign: channels.SignUnreachable},
		"no such host":          {base: "http://door.invalid", sign: channels.SignMissing},
		"no valid certificate":  {base: secure.URL, sign: channels.SignUnreachable},
		"no TLS":                {base: "https://" + open.Listener.Addr().String(), sign: channels.SignUnreachable},
		"no HTTP":               {base: "http://" + talking(t, "220 smtp.example ESMTP\r\n"), sign: channels.SignUnreachable, unsure: true},
		"it takes too long":     {serve: hang, sign: channels.SignUnreachable, unsure: true},
		"it hangs up":           {serve: taking(func(w http.ResponseWriter) { hangUp(w) }), sign: channels.SignUnreachable, unsure: true},
		"a page in place of it": {serve: taking(func(w http.ResponseWriter) { fmt.Fprint(w, "<html>") }), code: 200, unsure: true},
		"500":                   {serve: status(500), code: 500, unsure: true},
		"502":                   {serve: status(502), code: 502, unsure: true},
		"503":                   {serve: status(503), code: 503},
		"504":                   {serve: status(504), code: 504, unsure: true},
		"302":                   {serve: status(302), code: 302},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.serve != nil {
				own := httptest.NewServer(tt.serve)
				t.Cleanup(own.Close)
				tt.base = own.URL
			}
			client, err := httpapi.New(tt.base)
			if err != nil {
				t.Fatal(err)
			}
			client.Timeout = 2 * time.Second
			var answer struct{ ID string }
			call := httpapi.Call{Step: "send", Method: http.MethodPost, Body: struct{}{}, Leave: channels.Unrecorded}
			_, err = client.Exchange(t.Context(), call, &answer)
			err = httpapi.Refused(err, nil)
			var no *channels.Deferral
			if !errors.As(err, &no) || no.No.Step != channels.StepDoor || no.No.Sign != tt.sign || no.No.Code != tt.code {
				t.Errorf("got %v, %+v; want %q, %d at the door", err, no, tt.sign, tt.code)
			}
			if got := errors.Is(err, channels.ErrUnsure); got != tt.unsure && name != "no HTTP" {
				t.Errorf("unsure: %v, want %v", got, tt.unsure)
			}
		})
	}
}

// TestRefusedByUs: what we broke off ourselves says nothing of the door.
func TestRefusedByUs(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(hang))
	t.Cleanup(server.Close)
	client, err := httpapi.New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := func(context.Context) error { cancel(); return nil }
	call := httpapi.Call{Step: "send", Method: http.MethodPost, Body: struct{}{}, Leave: stopped}
	_, err = client.Exchange(ctx, call, nil)
	var no *channels.Deferral
	if err = httpapi.Refused(err, nil); err == nil || errors.As(err, &no) {
		t.Errorf("got %v, want an error that says nothing of the door", err)
	}
}

// taking takes the question and then answers.
func taking(answer func(http.ResponseWriter)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		answer(w)
	}
}

// hang takes the question and answers when the other side has gone.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// vacant returns an address at which nothing listens.
func vacant(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// talking returns the address of a server that says words and hangs up.
func talking(t *testing.T, words string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, words)
			conn.Close()
		}
	}()
	return l.Addr().String()
}
