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

// Board returns what operators are served: that the process is well, is not ready, and
// why, which is asked each time; empty means that another one runs the edition. Nothing of the
// edition is shown, which another process knows better.
func Board(why func() string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { unavailable(w, why()) })
	return mux
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
