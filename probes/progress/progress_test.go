package progress_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/svartid/svartid/probes/progress"
)

func TestTask(t *testing.T) {
	counted := 0
	total := func() (int, error) { counted++; return 3, nil }
	silent, err := progress.Begin(t.Context(), "contacts", total)
	silent.Add(1)
	silent.Done()
	if silent != nil || err != nil || counted != 0 {
		t.Errorf("unwatched: got %v, %v, counted %d times", silent, err, counted)
	}
	var steps []progress.Step
	ctx := progress.With(t.Context(), func(s progress.Step) { steps = append(steps, s) })
	task, err := progress.Begin(ctx, "contacts", total)
	if err != nil {
		t.Fatal(err)
	}
	task.Add(1)
	task.Add(1)
	task.Done()
	if want := "[{contacts 0 3} {contacts 1 3} {contacts 2 3} {contacts 3 3}]"; fmt.Sprint(steps) != want {
		t.Errorf("got %v, want %s", steps, want)
	}
	if _, err := progress.Begin(ctx, "x", func() (int, error) { return 0, errors.New("locked") }); err == nil {
		t.Error("the error of what counts is lost")
	}
}
