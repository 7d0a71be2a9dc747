package publish

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/head"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/signature"
)

// A press publishes the heads of a test's ledger.
type press struct {
	*Publisher
	t       *testing.T
	ledger  *ledger.Ledger
	now     time.Time
	letters []string
	broken  error // of the mail
	said    strings.Builder
}

// newPress opens an empty ledger.
func newPress(t *testing.T) *press {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	at, err := calendar.ParseClock("23:00")
	if err != nil {
		t.Fatal(err)
	}
	key, err := signature.NewKey("00ff", "spring")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := &press{t: t, now: time.Date(2027, 1, 11, 9, 0, 0, 0, zone)}
	p.open(filepath.Join(dir, "test.db"))
	p.Publisher = &Publisher{
		Ledger: p.ledger, Maker: head.Maker{Edition: "spring", Key: key}, File: filepath.Join(dir, "heads.txt"), At: at, Zone: zone,
		Clock: func() time.Time { return p.now }, Log: slog.New(slog.NewTextHandler(&p.said, nil)),
		Send: func(_ context.Context, subject, text string) error {
			if p.broken == nil {
				p.letters = append(p.letters, subject+"\n"+text)
			}
			return p.broken
		},
	}
	return p
}

func (p *press) open(file string) {
	p.t.Helper()
	l, err := ledger.Open(context.Background(), "sqlite:"+file, ledgertest.Options())
	if err != nil {
		p.t.Fatal(err)
	}
	p.ledger = l
	p.t.Cleanup(func() { _ = l.Close() })
}

// once publishes at a time of a day of January.
func (p *press) once(day, hour, minute int) error {
	p.now = time.Date(2027, 1, day, hour, minute, 0, 0, p.Zone)
	return p.Once(p.t.Context())
}

// lines are those of the file.
func (p *press) lines() []string {
	p.t.Helper()
	text, err := os.ReadFile(p.File)
	if err != nil {
		p.t.Fatal(err)
	}
	return head.Lines(text)
}

// plan adds a contact.
func (p *press) plan(n int) {
	p.t.Helper()
	if err := p.ledger.Update(p.t.Context(), func(tx probes.Tx) error {
		_, err := tx.Append(p.t.Context(), ledgertest.ID(n), ledgertest.Event(probes.Planned, 1, p.now, ledgertest.Plan(n)))
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
}

// holds compares the ledger with the file.
func (p *press) holds() string {
	p.t.Helper()
	text, err := os.ReadFile(p.File)
	if err != nil {
		p.t.Fatal(err)
	}
	var faults []string
	err = p.ledger.View(p.t.Context(), func(tx probes.Tx) (err error) {
		faults, err = p.Maker.Compare(p.t.Context(), tx, []head.Copy{{Name: "heads.txt", Text: text, Whole: true}})
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.Join(faults, "\n")
}

// TestDaily: the first head is made at once, and then one a day, at its time, also
// after a day that was missed. Each is sent once.
func TestDaily(t *testing.T) {
	p := newPress(t)
	for i, tt := range []struct {
		day, hour, minute int
		want              int // heads so far
	}{
		{11, 9, 0, 1},
		{11, 9, 1, 1},
		{11, 23, 30, 1},
		{12, 0, 0, 1},
		{12, 22, 59, 1},
		{12, 23, 0, 2},
		{12, 23, 1, 2},
		{13, 22, 0, 2},
		{15, 9, 0, 2},
		{15, 23, 5, 3},
		{16, 23, 0, 4},
	} {
		if err := p.once(tt.day, tt.hour, tt.minute); err != nil {
			t.Fatal(err)
		}
		p.plan(i)
		if got := len(p.lines()); got != tt.want || len(p.letters) != tt.want {
			t.Errorf("on the %dth at %d:%02d: got %d heads and %d letters, want %d", tt.day, tt.hour, tt.minute, got, len(p.letters), tt.want)
		}
	}
	if got := p.holds(); got != "" {
		t.Error(got)
	}
	last := p.letters[3]
	if !strings.Contains(last, p.lines()[3]) || strings.Contains(last, p.lines()[2]) || !strings.Contains(last, "svartid: head 4 of edition spring") ||
		!strings.Contains(last, p.Maker.Key.Public().String()) {
		t.Errorf("got %s", last)
	}
}

// TestOutages: what could not be written or sent is written and sent later, once;
// a line that was cut is written whole.
func TestOutages(t *testing.T) {
	p := newPress(t)
	file := p.File
	p.File = filepath.Join(file, "no folder", "heads.txt")
	if err := p.once(11, 9, 0); err == nil || len(p.letters) > 0 {
		t.Fatalf("got %v and %d letters", err, len(p.letters))
	}
	p.File, p.broken = file, errors.New("no mail today")
	if err := p.once(12, 23, 0); !errors.Is(err, p.broken) || len(p.lines()) != 2 {
		t.Fatalf("got %v and %d lines", err, len(p.lines()))
	}
	p.broken = nil
	text, err := os.ReadFile(p.File)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.File, text[:len(text)-30], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.once(12, 23, 1); err != nil {
		t.Fatal(err)
	}
	if got := len(p.lines()); got != 3 || p.holds() != "" || len(p.letters) != 1 || !strings.Contains(p.letters[0], p.lines()[2]) {
		t.Errorf("got %d lines, %d letters, %s", got, len(p.letters), p.holds())
	}
	if err := p.once(13, 23, 1); err != nil || p.holds() != "" {
		t.Errorf("got %v, %s", err, p.holds())
	}
}

// TestRestored: a ledger that was restored from a copy says so, and goes on from
// what was published.
func TestRestored(t *testing.T) {
	p := newPress(t)
	if err := p.once(11, 9, 0); err != nil {
		t.Fatal(err)
	}
	p.open(filepath.Join(t.TempDir(), "other.db"))
	p.Ledger = p.ledger
	p.plan(1)
	if err := p.once(12, 23, 0); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.said.String(), "is not of this ledger") {
		t.Errorf("got %s", &p.said)
	}
	if got := p.holds(); !strings.HasPrefix(got, "head 1 of 2027-01-11 08:00 UTC was published (heads.txt), and this ledger does not know it") || strings.Contains(got, "\n") {
		t.Errorf("got %s", got)
	}
}

// TestRun: it publishes until it is told to end, whatever goes wrong in between.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPress(t)
		p.Clock, p.broken = time.Now, errors.New("no mail today")
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.Run(ctx)
		}()
		time.Sleep(5 * 24 * time.Hour)
		synctest.Wait()
		stop()
		<-done
		if got := len(p.lines()); got < 5 || got > 6 || !strings.Contains(p.said.String(), "no mail today") {
			t.Errorf("got %d heads in five days, %.200s", got, &p.said)
		}
		if err := p.ledger.Close(); err != nil {
			t.Error(err)
		}
	})
}
