package access

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestReaders: so many read events and no more, half of them from one address;
// the other pages are served.
func TestReaders(t *testing.T) {
	guard := NewGuard()
	open := make(chan struct{})
	waiting := make(chan struct{}, mostReaders)
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/events" {
			waiting <- struct{}{}
			<-open
		}
	})
	h := guard.Handler(Rules{}, pages)
	ask := func(from, path string) int {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		r.RemoteAddr = from + ":4711"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	done := make(chan int, mostReaders)
	read := func(from string) {
		go func() { done <- ask(from, "/events") }()
		<-waiting
	}
	for range mostReaders / 2 {
		read("198.51.100.1")
	}
	if got := ask("198.51.100.1", "/events"); got != http.StatusServiceUnavailable {
		t.Errorf("one more from there: got %d", got)
	}
	if got := ask("198.51.100.1", "/metrics"); got != http.StatusOK {
		t.Errorf("another page: got %d", got)
	}
	for n := range mostReaders / 2 {
		read(fmt.Sprintf("203.0.113.%d", n))
	}
	for _, path := range []string{"/events", "/companies/nordlys/events", "/eyes/events"} {
		if got := ask("203.0.113.200", path); got != http.StatusServiceUnavailable {
			t.Errorf("%s, one more than all: got %d", path, got)
		}
	}
	close(open)
	for range mostReaders {
		<-done
	}
	if got := ask("203.0.113.200", "/events"); got != http.StatusOK {
		t.Errorf("once they have gone: got %d", got)
	}
}

// TestLimit: one address cannot take every connection, and places are given back.
func TestLimit(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(Limit(inner)) }()
	defer server.Close()
	from := func(address string) net.Conn {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}, Timeout: 10 * time.Second}
		conn, err := dialer.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Skipf("no second loopback address: %v", err)
		}
		return conn
	}
	served := func(conn net.Conn) bool {
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		text, _ := io.ReadAll(conn)
		return strings.HasPrefix(string(text), "HTTP/1.1 404")
	}
	var flood []net.Conn
	for range mostConnections/2 + 20 {
		flood = append(flood, from("127.0.0.2"))
	}
	if last := flood[len(flood)-1]; served(last) {
		t.Error("one address has more than its half")
	}
	if other := from("127.0.0.3"); !served(other) {
		t.Error("an address was not served beside a flood from another")
	}
	for _, conn := range flood {
		conn.Close()
	}
	for deadline := time.Now().Add(time.Minute); !served(from("127.0.0.2")); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("places are not given back")
		}
	}
}
