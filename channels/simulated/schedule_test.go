package simulated

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// play runs a schedule until the context ends, and notes when each errand ran.
func play(ctx context.Context, s *schedule) (turns *[]int, times *[]time.Duration, ended chan error) {
	began := time.Now()
	turns, times, ended = new([]int), new([]time.Duration), make(chan error, 1)
	go func() {
		ended <- s.run(ctx, func(e errand) error {
			*turns, *times = append(*turns, e.turn), append(*times, time.Since(began))
			return nil
		})
	}()
	return turns, times, ended
}

func TestScheduleKeepsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, began := newSchedule(), time.Now()
		after := func(turn int, d time.Duration) { s.add(errand{at: began.Add(d), turn: turn}) }
		after(3, 30*time.Minute)
		after(1, time.Second)
		turns, times, ended := play(ctx, s)
		time.Sleep(10 * time.Second)
		after(2, 20*time.Second) // sooner than the one that is waited for
		after(0, 5*time.Second)  // overdue
		after(9, 20*time.Hour)   // never due
		time.Sleep(time.Hour)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if want := []int{1, 0, 2, 3}; !slices.Equal(*turns, want) {
			t.Errorf("got %v, want %v", *turns, want)
		}
		want := []time.Duration{time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Minute}
		if !slices.Equal(*times, want) {
			t.Errorf("got %v, want %v", *times, want)
		}
	})
}

func TestScheduleSleepsLongerThanAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := newSchedule()
		turns, _, ended := play(ctx, s)
		time.Sleep(5 * time.Hour)
		s.add(errand{at: time.Now().Add(3 * time.Hour), turn: 7})
		time.Sleep(3*time.Hour + time.Second)
		cancel()
		if err := <-ended; err != nil || !slices.Equal(*turns, []int{7}) {
			t.Errorf("got %v, %v", *turns, err)
		}
	})
}

func TestScheduleEndsOnAnError(t *testing.T) {
	s, broken := newSchedule(), errors.New("broken")
	s.add(errand{at: time.Now()})
	if err := s.run(t.Context(), func(errand) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
