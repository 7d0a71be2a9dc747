package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/config"
)

// asSvartid is the environment variable that makes the test binary svartid
// itself: it then serves the configuration in its first argument, with the rest
// as flags, until its standard input is closed.
const asSvartid = "SVARTID_TEST_SERVE"

// asCommand is the environment variable that makes the test binary the whole
// command line.
const asCommand = "SVARTID_TEST_COMMAND"

func TestMain(m *testing.M) {
	if _, ok := os.LookupEnv(asCommand); ok {
		main()
	}
	if _, ok := os.LookupEnv(asSvartid); ok {
		os.Exit(runAsSvartid(os.Args[1:]))
	}
	os.Exit(race.Waiting(m))
}

// timings are how fast editions run in tests, each the section of a
// configuration.
func timings() map[string]string {
	return map[string]string{
		// A season in a minute: the horizon is the season's, so that openers
		// wait with the queue.
		"brisk": "timing: {plan: 500ms, open: 30s, settle: 1s, lost: 15s, grace: 3s, reconnect: 200ms, reconnect_most: 1s, " +
			"reply: 8s, defer: 1s}\n",
		// For those who live for a fraction of a second.
		"hasty": "timing: {plan: 50ms, horizon: 1ms, open: 20s, settle: 200ms, lost: 6s, grace: 1500ms, reconnect: 100ms, " +
			"reconnect_most: 1s, reply: 10s, defer: 200ms}\n",
		// For those of whom one takes over from the other: what is lost is looked
		// for until one that was stopped has gone on, or ended.
		"shared": "timing: {plan: 50ms, horizon: 1ms, open: 20s, settle: 200ms, lost: 45s, grace: 1500ms, reconnect: 100ms, " +
			"reconnect_most: 1s, reply: 10s, defer: 200ms}\n",
	}
}

// timed returns a timing by its name.
func timed(t testing.TB, name string) config.Timing {
	t.Helper()
	cfg, err := config.Parse("svartid.yml", []byte(reloadable+timings()[name]))
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Timing
}

// runAsSvartid serves as the program would, and returns its exit status. It ends
// with the process that holds its standard input.
func runAsSvartid(args []string) int {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(exitNo)
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if file := os.Getenv(profiled); file != "" {
		end, err := profile(fmt.Sprint(file, ".", os.Getpid()))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return exitNo
		}
		defer end()
	}
	return runCommandLine(ctx, append([]string{"serve", "--config"}, args...), streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
}

// profiled is the variable that names the file to which each process that is measured
// writes where its processor time went; its number is added. Beside it lies what its
// memory held after each minute and at its end.
const profiled = "SVARTID_PROFILE"

// profile begins a profile, and returns what ends it.
func profile(file string) (end func(), err error) {
	out, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	ended := make(chan struct{})
	var kept sync.WaitGroup
	kept.Go(func() {
		for n := 1; ; n++ {
			select {
			case <-ended:
				keepHeap(file + ".heap")
				return
			case <-time.After(time.Minute):
				keepHeap(fmt.Sprintf("%s.heap.%02d", file, n))
			}
		}
	})
	return func() {
		pprof.StopCPUProfile()
		_ = out.Close()
		close(ended)
		kept.Wait()
	}, nil
}

// keepHeap writes what the memory holds after a collection.
func keepHeap(file string) {
	runtime.GC()
	if heap, err := os.Create(file); err == nil {
		_ = pprof.WriteHeapProfile(heap)
		_ = heap.Close()
	}
}
