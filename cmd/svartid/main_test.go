package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
)

// asSvartid is the environment variable that makes the test binary svartid
// itself: it then serves the configuration in its first argument, at the tempo
// that the variable names.
const asSvartid = "SVARTID_TEST_TEMPO"

// asCommand is the environment variable that makes the test binary the whole
// command line.
const asCommand = "SVARTID_TEST_COMMAND"

func TestMain(m *testing.M) {
	if _, ok := os.LookupEnv(asCommand); ok {
		main()
	}
	if name, ok := os.LookupEnv(asSvartid); ok {
		os.Exit(beSvartid(tempos()[name]))
	}
	os.Exit(m.Run())
}

// tempos are how fast editions run in tests.
func tempos() map[string]tempo {
	return map[string]tempo{
		// A season in a minute: the horizon is the season's, so that openers
		// wait with the queue.
		"brisk": {
			pace: probes.Timing{
				Plan: 500 * time.Millisecond, Open: 30 * time.Second, Settle: time.Second, Lost: 15 * time.Second,
				Grace: 3 * time.Second, Retry: 200 * time.Millisecond, RetryTo: time.Second,
			},
			queue: 200 * time.Millisecond, reply: 8 * time.Second, retry: time.Second,
		},
		// For those who live for a fraction of a second.
		"hasty": {
			pace: probes.Timing{
				Plan: 50 * time.Millisecond, Horizon: time.Nanosecond, Open: 20 * time.Second,
				Settle: 200 * time.Millisecond, Lost: 6 * time.Second,
				Grace: 1500 * time.Millisecond, Retry: 100 * time.Millisecond, RetryTo: time.Second,
			},
			queue: 50 * time.Millisecond, reply: 10 * time.Second, retry: 200 * time.Millisecond,
		},
	}
}

// beSvartid serves as the program would, and returns its exit status. It ends
// with whoever holds its standard input.
func beSvartid(t tempo) int {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(exitNo)
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	std := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	return status(serve(ctx, os.Args[1], std, t), std)
}
