//go:build unix

// Package cputime measures benchmarks by processor time, which a busy machine does
// not change as it does the time by the clock.
package cputime

import (
	"syscall"
	"testing"
	"time"
)

// Report notes how much processor time this process has used by now, and returns what
// reports under a name how many microseconds were used since for each of so many
// pieces, with the collector's work and the system's.
func Report(b *testing.B) func(name string, pieces int) {
	b.Helper()
	before := Used(b)
	return func(name string, pieces int) {
		b.Helper()
		b.ReportMetric(float64((Used(b)-before).Nanoseconds())/1e3/float64(max(pieces, 1)), name)
	}
}

// Used returns how much processor time this process has used.
func Used(b testing.TB) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatalf("processor time: %v", err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
