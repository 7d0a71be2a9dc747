package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
)

// A tried is one svartid try, and what it printed.
type tried struct {
	status   int
	out, err lines
}

// lines are what is printed, from several goroutines maybe.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// oneCompany starts a world of one company, and returns it with a configuration
// in which it may be asked.
func oneCompany(t *testing.T, as simulated.Character, mischief simulated.Mischief) (world *simulated.World, config string) {
	t.Helper()
	world = simulated.New(simulated.Options{
		Companies: 1, Seed: "try", Scale: 4 * time.Second, Cast: []simulated.Character{as}, Mischief: mischief,
	})
	startWorld(t, world)
	config, _ = killPlan{within: time.Minute}.outline(t, world).write(t, t.TempDir())
	return world, config
}

// edited changes a configuration.
func edited(t *testing.T, config, from, to string) {
	t.Helper()
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("%q is not there to be replaced", from)
	}
	if err := os.WriteFile(config, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// try asks the world's one company.
func try(t *testing.T, world *simulated.World, config string, more ...string) *tried {
	t.Helper()
	got := &tried{}
	args := append([]string{"try", "-c", config, "--channel", "mail", "--company", world.Companies()[0].ID}, more...)
	got.status = runCommandLine(t.Context(), args, streams{out: &got.out, err: &got.err})
	return got
}

// TestTry sends to a company that answers within a second. Whether the server
// confirms the opener or leaves without a word, the answer is heard.
func TestTry(t *testing.T) {
	for name, tt := range map[string]struct {
		mischief simulated.Mischief
		sent     string
	}{
		"confirmed":     {sent: ": 250 2.0.0 Ok: queued as "},
		"not confirmed": {simulated.Mischief{Drop: 1}, ": blind copy in INBOX\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world, config := oneCompany(t, simulated.Quick, tt.mischief)
			got := try(t, world, config, "--wait", "6s")
			if got.status != exitDone || strings.Count(got.out.String(), "sent to ") != 1 || !strings.Contains(got.out.String(), tt.sent) {
				t.Errorf("got status %d\n%s%s", got.status, &got.out, &got.err)
			}
			if !regexp.MustCompile(`after \d+s: answer`).MatchString(got.out.String()) {
				t.Errorf("the answer is not shown:\n%s%s", &got.out, &got.err)
			}
			if unsure := strings.Contains(got.err.String(), "-- nobody knows whether it left"); unsure != (tt.mischief.Drop > 0) {
				t.Errorf("got %s", &got.err)
			}
		})
	}
}

// TestTryWithoutWaiting looks for the copy all the same.
func TestTryWithoutWaiting(t *testing.T) {
	t.Parallel()
	world, config := oneCompany(t, simulated.Quick, simulated.Mischief{Drop: 1})
	got := try(t, world, config)
	if got.status != exitDone || !strings.Contains(got.out.String(), ": blind copy in INBOX\n") {
		t.Errorf("got status %d\n%s%s", got.status, &got.out, &got.err)
	}
}

// TestTryThatIsLost finds no copy, and says what it failed with.
func TestTryThatIsLost(t *testing.T) {
	t.Parallel()
	world, _ := oneCompany(t, simulated.Quick, simulated.Mischief{})
	mail, err := email.New(world.Mailbox(), email.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out lines
	tr := &trial{channel: mail, opening: channels.Opening{Attempt: "trial.x", ID: "x@kunder.example"}, std: streams{out: &out}}
	unsure := fmt.Errorf("message: %w", channels.ErrUnsure)
	err = tr.settle(t.Context(), 5*time.Second, unsure)
	if !errors.Is(err, channels.ErrUnsure) || !errors.Is(err, channels.ErrNotFound) || !strings.HasPrefix(err.Error(), "try: no copy of it within 5s ") {
		t.Errorf("got %v", err)
	}
	if out.String() != "" {
		t.Errorf("got %s", &out)
	}
}

// TestTryKeepsTheRules: what binds every opener binds a trial, and --anyway
// frees it of the hours and the days off alone.
func TestTryKeepsTheRules(t *testing.T) {
	t.Parallel()
	zone, today := noon(t, time.Now())
	later := time.Now().In(zone).AddDate(0, 0, 2).Format(time.DateOnly)
	for _, tt := range []struct {
		name   string
		edits  []string // from, to, from, to …
		want   string   // what it is refused with
		anyway string   // what it is refused with all the same
	}{
		{name: "nothing in its way"},
		{
			"consent is later",
			[]string{"to: " + today, "to: " + later, "consent: " + today, "consent: " + later},
			"no consent before " + later + ", no contact", "no consent before ",
		},
		{
			"a pause",
			[]string{"reach:", "pauses: [{from: 2020-01-01, to: 2099-12-31, reason: new system}], reach:"},
			"paused from 2020-01-01 to 2099-12-31: new system", "paused from ",
		},
		{
			"a day off",
			[]string{"to: " + today, "to: " + later, "hours: always", "hours: always\n  days_off: [" + today + "]"},
			": day off; --anyway sends it all the same", "",
		},
		{"hours", []string{"reach:", `hours: "00:00-00:01", reach:`}, ": outside the hours; --anyway sends it all the same", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			world, config := oneCompany(t, simulated.Silent, simulated.Mischief{})
			for i := 0; i < len(tt.edits); i += 2 {
				edited(t, config, tt.edits[i], tt.edits[i+1])
			}
			turnedAway(t, try(t, world, config), tt.want)
			turnedAway(t, try(t, world, config, "--anyway"), tt.anyway)
		})
	}
}

// turnedAway wants a trial to have been refused before anything was said to a
// server, or to have left if it wants nothing.
func turnedAway(t *testing.T, got *tried, want string) {
	t.Helper()
	if want == "" {
		if got.status != exitDone || !strings.HasPrefix(got.out.String(), "sent to ") {
			t.Errorf("got status %d\n%s%s", got.status, &got.out, &got.err)
		}
		return
	}
	if got.status != exitMisuse || !strings.Contains(got.err.String(), want) || strings.Contains(got.err.String(), "C: ") {
		t.Errorf("got status %d\n%s%s, want %s", got.status, &got.out, &got.err, want)
	}
}
