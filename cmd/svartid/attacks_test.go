package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/race"
)

// freePort returns an address on loopback that was free just now.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// exposedPlace writes an edition with a channel that is told over HTTP, and
// returns its place and where the hooks are. Web is what the section adds.
func exposedPlace(t testing.TB, web string) (p place, hooks string) {
	t.Helper()
	dir := t.TempDir()
	hooks = freePort(t)
	text := strings.NewReplacer("DIR", dir, `web: {listen: "127.0.0.1:0"}`,
		`web: {listen: "127.0.0.1:0"`+web+"}\nhooks: {listen: \""+hooks+"\", public_url: \"https://hooks.example.no\"}",
		"personas:", "  relay: {type: webhook, url: \"http://127.0.0.1:1/\", secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'}\npersonas:",
		"reach: {mail", "reach: {relay: nordlys, mail").Replace(reloadable)
	file := filepath.Join(dir, "svartid.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return newPlace(t, "", file), hooks
}

// A reply is what a request was answered with.
type reply struct {
	StatusCode int
	Header     http.Header
}

// send makes a request. Headers are name, value …; "Host" is the Host header.
func send(t testing.TB, client *http.Client, method, address, body string, headers ...string) (reply, string) {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header}, string(text)
}

// TestListenersRefuse attacks both listeners of a running program: each is served
// by its own names alone, what is refused tells nothing, and every answer forbids a
// browser what it does not need.
func TestListenersRefuse(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	p, hooks := exposedPlace(t, ", names: [board.example.no]")
	process := p.start()
	board := strings.TrimSuffix(process.metrics(), "metrics")
	public := "http://" + hooks + "/"
	for _, tt := range []struct {
		method, address, host string
		want                  int
	}{
		{"GET", board, "", 200},
		{"GET", board, "board.example.no", 200},
		{"GET", board + "metrics", "", 200},
		{"GET", board + "nothing", "", 404},
		{"PUT", board + "metrics", "", 403},
		{"GET", board + "-/healthy", "", 200},
		{"GET", board + "debug/pprof/", "", 200},
		{"GET", board, "evil.example", 403},
		{"GET", board + "metrics", "evil.example", 403},
		{"GET", board + "-/ready", "evil.example", 403},
		{"GET", board + "api/v1/contacts", "hooks.example.no", 403},
		{"POST", board + "-/reload", "evil.example", 403},
		{"POST", public + "hooks/relay", "", 403}, // no signature
		{"POST", public + "hooks/relay", "hooks.example.no", 403},
		{"POST", public + "hooks/relay", "evil.example", 403},
		{"POST", public + "hooks/nothing", "", 403},
		{"POST", public + "hooks/nothing", "evil.example", 403},
		{"GET", public, "evil.example", 403},
		{"GET", public + "metrics", "", 403},
	} {
		answer, text := send(t, http.DefaultClient, tt.method, tt.address, "", "Host", tt.host)
		if answer.StatusCode != tt.want {
			t.Errorf("%s %s as %q: got %d %s, want %d", tt.method, tt.address, tt.host, answer.StatusCode, text, tt.want)
		}
		if tt.want == 403 && text != "forbidden\n" {
			t.Errorf("%s %s as %q: got %q", tt.method, tt.address, tt.host, text)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := answer.Header.Values(name); len(got) != 1 || !strings.Contains(got[0], want) {
				t.Errorf("%s %s as %q: got %s %q", tt.method, tt.address, tt.host, name, got)
			}
		}
	}
	process.stop()
}

// TestReloadLoop has a loop of reloads run beside probes of the board and the
// hooks: each probe is served, and the loop is slowed down.
func TestReloadLoop(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	p, hooks := exposedPlace(t, "")
	process := p.start()
	board := strings.TrimSuffix(process.metrics(), "metrics")
	var over atomic.Bool
	var probing sync.WaitGroup
	served, down := map[string]*atomic.Int64{"board": {}, "hooks": {}}, sync.Map{}
	probe := func(name, method, address string, want int) {
		probing.Go(func() {
			for !over.Load() {
				if answer, text := send(t, http.DefaultClient, method, address, ""); answer.StatusCode != want {
					down.Store(fmt.Sprintf("%s: %d %s", name, answer.StatusCode, text), true)
				}
				served[name].Add(1)
			}
		})
	}
	probe("board", http.MethodGet, board, http.StatusOK)
	probe("hooks", http.MethodPost, "http://"+hooks+"/hooks/relay", http.StatusForbidden)
	statuses := map[int]int{}
	for range 30 {
		answer, _ := send(t, http.DefaultClient, http.MethodPost, board+"-/reload", "")
		statuses[answer.StatusCode]++
		if answer.StatusCode == http.StatusTooManyRequests && answer.Header.Get("Retry-After") == "" {
			t.Error("is not said when to come again")
		}
	}
	for _, foreign := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}} {
		if answer, _ := send(t, http.DefaultClient, http.MethodPost, board+"-/reload", "", foreign...); answer.StatusCode != http.StatusForbidden {
			t.Errorf("reload with %v: got %d", foreign, answer.StatusCode)
		}
	}
	over.Store(true)
	probing.Wait()
	down.Range(func(what, _ any) bool { t.Errorf("a probe got %v", what); return true })
	if statuses[http.StatusOK] < 2 || statuses[http.StatusTooManyRequests] < 10 || len(statuses) != 2 {
		t.Errorf("the loop got %v", statuses)
	}
	t.Logf("the loop got %v; %d and %d probes were served", statuses, served["board"].Load(), served["hooks"].Load())
	process.stop()
}

// TestSlowSenders: who sends a request octet by octet, or takes an answer so, is
// cut off; others are served meanwhile.
func TestSlowSenders(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	if testing.Short() {
		t.Skip("waits for a time-out")
	}
	t.Parallel()
	p, hooks := exposedPlace(t, "")
	process := p.start()
	board := strings.TrimSuffix(process.metrics(), "metrics")
	for _, address := range []string{strings.Trim(strings.TrimPrefix(board, "http://"), "/"), hooks} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		begun := time.Now()
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n")
		_ = conn.SetDeadline(begun.Add(2 * time.Minute))
		for {
			if _, err := fmt.Fprint(conn, "X"); err != nil {
				break
			}
			_ = conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
			if _, err := conn.Read(make([]byte, 1)); err != nil && !os.IsTimeout(err) {
				break
			}
			if time.Since(begun) > time.Minute {
				t.Fatalf("%s: still listens to half a request after %v", address, time.Since(begun))
			}
		}
		if answer, _ := send(t, http.DefaultClient, http.MethodGet, board+"-/healthy", ""); answer.StatusCode != http.StatusOK {
			t.Errorf("others: got %d", answer.StatusCode)
		}
	}
	process.stop()
}

// TestEndsInOrder: at SIGTERM a delivery that is under way is still answered by the
// program as it was, no other is taken, events end, and the next process can begin.
func TestEndsInOrder(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	p, hooks := exposedPlace(t, "")
	process := p.start()
	board := strings.TrimSuffix(process.metrics(), "metrics")
	stream, err := http.Get(board + "events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	conn, err := net.Dial("tcp", hooks)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprint(conn, "POST /hooks/relay HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
	const asked = "HTTP/1.1 100 Continue\r\n\r\n" // for the body: the delivery is under way
	if _, err := io.ReadFull(conn, make([]byte, len(asked))); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "{")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if answer, _ := send(t, http.DefaultClient, http.MethodGet, board+"-/healthy", ""); answer.StatusCode == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("is not up")
		}
	}
	if err := process.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		another, err := net.Dial("tcp", hooks)
		if err != nil {
			break
		}
		another.Close()
		if time.Now().After(deadline) {
			t.Fatal("takes deliveries after its end was asked for")
		}
	}
	fmt.Fprint(conn, "}\r\n")
	said, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(said), "HTTP/1.1 403") {
		t.Errorf("a delivery under way got %q after %v", said, time.Since(begun))
	}
	if _, err := io.ReadAll(stream.Body); err != nil && !strings.Contains(err.Error(), "EOF") {
		t.Errorf("the events: %v", err)
	}
	if err := process.wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	next := p.start()
	next.metrics()
	next.stop()
}

// TestReadySays: /-/ready says all that is missing, by channel and source, and to
// those who are not logged in only that something is.
func TestReadySays(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	p, _ := exposedPlace(t, "")
	process := p.start()
	board := strings.TrimSuffix(process.metrics(), "metrics")
	answer, text := send(t, http.DefaultClient, http.MethodGet, board+"-/ready", "")
	if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, "not listening to mail INBOX") {
		t.Errorf("got %d %q", answer.StatusCode, text)
	}
	process.stop()
	closed, _ := exposedPlace(t, ", users_file: users")
	if err := os.WriteFile(filepath.Join(filepath.Dir(closed.config), "users"), []byte("kari:viewer:*\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	process = closed.start()
	board = strings.TrimSuffix(process.metrics(), "metrics")
	if answer, text := send(t, http.DefaultClient, http.MethodGet, board+"-/ready", ""); answer.StatusCode != http.StatusServiceUnavailable || text != "not ready\n" {
		t.Errorf("without a login: got %d %q", answer.StatusCode, text)
	}
	process.stop()
}
