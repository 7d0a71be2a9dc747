// Package stuck ends a process that does not end. What is killed at any point goes on
// where it was at the next start; what neither works nor ends has to be found by a person.
package stuck

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"sync"
	"time"
)

// After ends the process with code 1 after a while, and first writes where each of its
// goroutines is. The function that it returns takes that back.
func After(while time.Duration, out io.Writer) (takeBack func()) {
	timer := time.AfterFunc(while, func() {
		fmt.Fprintf(out, "svartid: not ended after %v, and ends itself; it is here:\n", while)
		_ = pprof.Lookup("goroutine").WriteTo(out, 2) // it ends either way
		os.Exit(1)
	})
	return func() { timer.Stop() }
}

// Watch does as After once ctx has ended, unless the function that it returns is called
// before. How long the while is is asked for then.
func Watch(ctx context.Context, while func() time.Duration, out io.Writer) (over func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		takeBack := After(while(), out)
		<-done
		takeBack()
	}()
	return sync.OnceFunc(func() { close(done) })
}
