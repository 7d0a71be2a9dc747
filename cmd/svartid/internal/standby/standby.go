// Package standby is what a replica serves while another one runs the edition.
package standby

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// again is after how long who is told to come again should: a successor is at work
// some seconds after its predecessor has died.
const again = 5 * time.Second

// A Board is what operators are served: that the process is well, is not ready, and why,
// and what the ledger holds.
type Board struct {
	// Why says why this process stands by; empty means that another one runs the edition.
	Why func() string
	// Pages show what the ledger holds. Nil: it cannot be read now.
	Pages http.Handler
}

// Handler serves the board. Metrics are left to the process that runs the edition, which
// alone knows what is heard.
func (b Board) Handler() http.Handler {
	mux, own := http.NewServeMux(), []string{"/-/", "/metrics", "/debug/"}
	stands := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { unavailable(w, b.Why()) })
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	for _, path := range own {
		mux.Handle(path, stands)
	}
	mux.Handle("/", stands)
	if b.Pages == nil {
		return mux
	}
	with := http.NewServeMux()
	with.Handle("/", b.Pages)
	for _, path := range own {
		with.Handle(path, mux)
	}
	return with
}

// Hooks returns what platforms are answered where nothing can be written down for the
// process that runs the edition. They deliver again, and a balancer asks the next replica.
func Hooks() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { unavailable(w, "") })
}

// unavailable answers 503, and why.
func unavailable(w http.ResponseWriter, why string) {
	w.Header().Set("Retry-After", strconv.Itoa(int(again.Seconds())))
	http.Error(w, "standing by: "+cmp.Or(why, "another svartid runs the edition"), http.StatusServiceUnavailable)
}
