package simulated

import (
	"errors"
	"io"
	"net"
	"strconv"
	"testing"
	"time"
)

func TestGateShutsItsGuests(t *testing.T) {
	g, err := openGate()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(g.port())))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	served, err := g.Accept()
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
	if err := g.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	select {
	case <-left:
	default:
		t.Error("the gate did not wait for who served the connection")
	}
	if err := g.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	if _, err := g.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept: %v", err)
	}
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("the guest is still connected")
	}
}

func TestGateTurnsAwayWhoComesTooLate(t *testing.T) {
	g, err := openGate()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", g.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	g.shut = true // as Close does, a moment before it closes the listener
	if _, err := g.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept: %v", err)
	}
	g.shut = false
	if err := g.Close(); err != nil {
		t.Error(err)
	}
}
