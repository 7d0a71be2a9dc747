package postgres

import (
	"net"
	"syscall"
	"testing"
	"time"
)

// TestDialer: what is sent and not taken ends a connection soon.
func TestDialer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	conn, err := dialer(time.Minute).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	if failed := raw.Control(func(fd uintptr) { got, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, 18) }); failed != nil {
		t.Fatal(failed)
	}
	if err != nil || got != int(patience.Milliseconds()) {
		t.Errorf("got %d ms, %v; want %v", got, err, patience)
	}
}
