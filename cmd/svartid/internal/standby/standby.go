// Package standby is what a replica serves while another one runs the edition.
package standby

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// again is after how long who is told to come again should: a successor is at work
// some seconds after its predecessor has died.
const again = 5 * time.Second

// Board returns what operators are served: that the process is well, is not ready, and
// why. Nothing of the edition is shown, which another process knows better.
func Board() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("/", unavailable)
	return mux
}

// Hooks returns what platforms are answered where nothing can be written down for the
// process that runs the edition. They deliver again, and a balancer asks the next replica.
func Hooks() http.Handler { return http.HandlerFunc(unavailable) }

// unavailable answers 503.
func unavailable(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", strconv.Itoa(int(again.Seconds())))
	http.Error(w, "standing by: another svartid runs the edition", http.StatusServiceUnavailable)
}
