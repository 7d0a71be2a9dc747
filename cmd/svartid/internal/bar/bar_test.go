package bar

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/progress"
)

// TestLines: where there is no terminal, work says once a minute how far it has come and
// what is left; what takes less than a minute says nothing.
func TestLines(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	for _, tt := range []struct {
		name  string
		each  time.Duration // that one contact takes
		total int
		want  []string
	}{
		{"quick", time.Second, 30, nil},
		{"slow", 10 * time.Second, 18, []string{"6 of 18 contacts, about 2m0s left", "12 of 18 contacts, about 1m0s left", "18 of 18 contacts"}},
		{"of unknown length", 30 * time.Second, 0, []string{"2 contacts", "4 contacts"}},
	} {
		var out bytes.Buffer
		watch := On(&out, clock)
		ctx := progress.With(t.Context(), watch)
		task, err := progress.Begin(ctx, "contacts", func() (int, error) { return tt.total, nil })
		if err != nil {
			t.Fatal(err)
		}
		for range max(tt.total, 4) {
			now = now.Add(tt.each)
			task.Add(1)
		}
		want := strings.Join(tt.want, "\n")
		if got := strings.TrimSpace(out.String()); got != want {
			t.Errorf("%s: got %q, want %q", tt.name, got, want)
		}
	}
}

// TestLog: a service says the same in its log.
func TestLog(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	watch := In(slog.New(slog.NewTextHandler(&out, nil)), func() time.Time { return now })
	watch(progress.Step{What: "contacts folded anew", Total: 100})
	now = now.Add(2 * time.Minute)
	watch(progress.Step{What: "contacts folded anew", Done: 50, Total: 100})
	if got := out.String(); !strings.Contains(got, "done=50 of=100 left=2m0s") {
		t.Errorf("got %q", got)
	}
}

// TestBar: on a terminal a bar shows what is left, after a second, and is wiped.
func TestBar(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	watch := onTerminal(&out, func() time.Time { return now })
	watch(progress.Step{What: "contacts", Total: 100})
	watch(progress.Step{What: "contacts", Done: 1, Total: 100})
	if out.Len() > 0 {
		t.Errorf("at once: got %q", out.String())
	}
	now = now.Add(2 * time.Second)
	watch(progress.Step{What: "contacts", Done: 40, Total: 100})
	if got := out.String(); !strings.Contains(got, "contacts") || !strings.Contains(got, "40%") {
		t.Errorf("got %q", got)
	}
	watch(progress.Step{What: "contacts", Done: 100, Total: 100})
	if got := out.String(); !strings.HasSuffix(strings.TrimRight(got, " \r"), "") || strings.HasSuffix(got, "100%") {
		t.Errorf("the bar stays: %q", got)
	}
}
