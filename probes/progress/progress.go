// Package progress lets long work say how far it has come, to who has asked for it. A
// context carries the watcher, because the work is done many layers below the verb that
// was called, and says nothing else that anything depends on.
package progress

import "context"

// A Step is how far a piece of work has come.
type Step struct {
	What        string // what is counted, such as "contacts"
	Done, Total int    // Total 0: it is not known
}

// A Watcher is told of steps, often. It must be quick.
type Watcher func(Step)

type watcherKey struct{}

// With returns a context whose work tells w.
func With(ctx context.Context, w Watcher) context.Context {
	return context.WithValue(ctx, watcherKey{}, w)
}

// A Task counts one piece of work. The nil Task counts nothing.
type Task struct {
	watch Watcher
	step  Step
}

// Begin begins to count a piece of work. Total says how much there is, and is called
// only where it is watched: counting may cost something. The error is total's.
func Begin(ctx context.Context, what string, total func() (int, error)) (*Task, error) {
	w, watched := ctx.Value(watcherKey{}).(Watcher)
	if !watched || w == nil {
		return nil, nil //nolint:nilnil // a nil Task counts nothing
	}
	n, err := total()
	if err != nil {
		return nil, err
	}
	t := &Task{watch: w, step: Step{What: what, Total: n}}
	w(t.step)
	return t, nil
}

// Add says that so many more are done.
func (t *Task) Add(n int) {
	if t == nil {
		return
	}
	t.step.Done += n
	t.watch(t.step)
}

// Done says that all is done: what was counted is less where there was less to do.
func (t *Task) Done() {
	if t != nil {
		t.step.Done = max(t.step.Done, t.step.Total)
		t.step.Total = t.step.Done
		t.watch(t.step)
	}
}
