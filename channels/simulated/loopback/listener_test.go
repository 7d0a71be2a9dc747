package loopback

import (
	"errors"
	"io"
	"net"
	"strconv"
	"testing"
	"time"
)

func TestWaitForServers(t *testing.T) {
	l, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(l.Port())))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	served, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	left := make(chan struct{})
	go func() { // a server that sees its connection cut
		io.ReadAll(served)
		time.Sleep(20 * time.Millisecond)
		close(left)
		served.Close()
		served.Close()
	}()
	if err := l.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	l.Wait()
	select {
	case <-left:
	default:
		t.Error("Wait did not wait for the one who served the connection")
	}
	if err := l.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept: %v", err)
	}
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("the connection is still open")
	}
}

func TestAcceptAfterClose(t *testing.T) {
	l, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	l.closed = true // as Close does, a moment before it closes the listener
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept: %v", err)
	}
	l.closed = false
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestCut(t *testing.T) {
	l, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range 2 { // the second is accepted after the first was cut
		there, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer there.Close()
		here, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		l.Cut()
		if _, err := here.Read(make([]byte, 1)); err == nil {
			t.Error("our end is still open")
		}
		if _, err := there.Read(make([]byte, 1)); err == nil {
			t.Error("their end is still open")
		}
		here.Close()
	}
}
