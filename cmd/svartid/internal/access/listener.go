package access

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// longestShutdown is how long requests under way are waited for at the end.
const longestShutdown = 5 * time.Second

// Bounds of what one listener serves at once.
const (
	mostConnections = 512
	mostReaders     = 128
)

// Limit returns l with a bound on its open connections: 512, and half as many from
// one address, so that one alone cannot take all. What is beyond is closed at once.
func Limit(l net.Listener) net.Listener {
	return &limited{Listener: l, open: quota{most: mostConnections}}
}

// A limited is a listener whose connections are counted.
type limited struct {
	net.Listener
	open quota
}

// Accept returns the next connection that there is a place for.
func (l *limited) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
		if err != nil {
			host = conn.RemoteAddr().String()
		}
		if leave, ok := l.open.acquire(host); ok {
			return &counted{Conn: conn, leave: leave}, nil
		}
		_ = conn.Close() // it was not spoken to yet
	}
}

// A counted is a connection that gives its place back, once.
type counted struct {
	net.Conn
	leave func()
}

// Close closes the connection.
func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}

// A quota is a number of places, of which one address has half at most.
type quota struct {
	most int
	mu   sync.Mutex
	all  int
	by   map[string]int
}

// acquire takes a place, and returns what gives it back; it may be called again.
func (p *quota) acquire(from string) (leave func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= p.most || p.by[from] >= p.most/2 {
		return nil, false
	}
	if p.by == nil {
		p.by = map[string]int{}
	}
	p.all++
	p.by[from]++
	return sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.all--
		if p.by[from]--; p.by[from] == 0 {
			delete(p.by, from)
		}
	}), true
}

// Serve has serve, which serves by a server, end with ctx: then no connection is
// taken any more, and it returns once the requests under way are answered, or
// after 5 s.
func Serve(ctx context.Context, server *http.Server, serve func() error) error {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestShutdown)
		defer cancel()
		if server.Shutdown(last) != nil {
			server.Close()
		}
	})
	err := serve()
	if !stop() {
		<-done
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Headers has every answer of h forbid a browser what no answer of ours needs. A
// page that needs more says so itself.
func Headers(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-store",
		} {
			w.Header().Set(name, value)
		}
		h.ServeHTTP(w, r)
	})
}
