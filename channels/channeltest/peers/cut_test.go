package peers

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// openEcho starts a server that sends back what it gets, and returns its
// address.
func openEcho(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	return listener.Addr().String()
}

func connect(t *testing.T, c *Cut) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", c.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// heard sends a word and returns nil if it comes back within the time.
func heard(conn net.Conn, word string, within time.Duration) error {
	if _, err := conn.Write([]byte(word)); err != nil {
		return err
	}
	if err := conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, make([]byte, len(word)))
	return err
}

const instant = 100 * time.Millisecond

func TestCutPassesAll(t *testing.T) {
	conn := connect(t, Proxy(t, openEcho(t)))
	sent := make([]byte, 4<<20)
	go func() {
		_, _ = conn.Write(sent)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.Copy(io.Discard, conn)
	if want := int64(len(sent)); got != want || err != nil {
		t.Errorf("got %d bytes and %v, want %d", got, err, want)
	}
}

func TestCutSilence(t *testing.T) {
	c := Proxy(t, openEcho(t))
	old := connect(t, c)
	if err := heard(old, "hei", patience); err != nil {
		t.Fatalf("before: %v", err)
	}
	c.Silence()
	young := connect(t, c)
	for name, conn := range map[string]net.Conn{"old": old, "young": young} {
		if err := heard(conn, "er du der?", instant); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("silenced, %s: got %v, want nothing", name, err)
		}
	}
	c.Heal()
	for name, conn := range map[string]net.Conn{"old": old, "young": young} {
		if err := heard(conn, "hallo", patience); err != nil {
			t.Errorf("healed, %s: %v", name, err)
		}
	}
}

func TestCutLose(t *testing.T) {
	c := Proxy(t, openEcho(t))
	old := connect(t, c)
	if err := heard(old, "hei", patience); err != nil {
		t.Fatalf("before: %v", err)
	}
	c.Lose()
	c.Heal()
	if err := heard(old, "er du der?", instant); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("old: got %v, want nothing", err)
	}
	if err := heard(connect(t, c), "hei", patience); err != nil {
		t.Errorf("young: %v", err)
	}
}

func TestCutDrop(t *testing.T) {
	for name, silent := range map[string]bool{"passing": false, "silenced": true} {
		t.Run(name, func(t *testing.T) {
			c := Proxy(t, openEcho(t))
			conn := connect(t, c)
			if err := heard(conn, "hei", patience); err != nil {
				t.Fatalf("before: %v", err)
			}
			if silent {
				c.Silence()
			}
			c.Drop()
			c.Heal()
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("got %v, want a reset", err)
			}
			if err := heard(connect(t, c), "hei", patience); err != nil {
				t.Errorf("after: %v", err)
			}
		})
	}
}

func TestCutSilencesDovecot(t *testing.T) {
	d := StartDovecot(t, Options{})
	c := Proxy(t, d.IMAP)
	inbox := login(t, c.Addr, "INBOX", nil)
	c.Silence()
	answered := make(chan error, 1)
	go func() { answered <- inbox.Noop().Wait() }()
	select {
	case err := <-answered:
		t.Errorf("silenced: got an answer, %v", err)
	case <-time.After(instant):
	}
	c.Heal()
	if err := <-answered; err != nil {
		t.Errorf("healed: %v", err)
	}
}
