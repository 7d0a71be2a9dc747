// Package publish publishes where a ledger stands, once a day: as a line in a file,
// and by mail to addresses outside.
package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/head"
)

// A Publisher publishes the heads of one edition's ledger.
type Publisher struct {
	Ledger probes.Ledger
	Maker  head.Maker
	File   string // takes a line a day
	At     calendar.Clock
	Zone   *time.Location
	// Send sends what was published to those outside. Nil: nobody is.
	Send  func(ctx context.Context, subject, text string) error
	Log   *slog.Logger
	Clock func() time.Time
	Every time.Duration // between looks at the clock; 0 = a minute
}

// Run publishes until ctx ends. What fails is logged and tried again at the next
// look.
func (p *Publisher) Run(ctx context.Context) {
	const patience = 10 // so many looks after one that failed
	every := p.Every
	if every == 0 {
		every = time.Minute
	}
	for {
		wait := every
		if err := p.Once(ctx); err != nil && ctx.Err() == nil {
			p.Log.Error("the head of the ledger was not published", "err", err)
			wait *= patience
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// Once makes the day's head if it is due, and publishes what is not published yet:
// also what an earlier run has made and could not.
func (p *Publisher) Once(ctx context.Context) error {
	history, err := p.history(ctx)
	if err != nil {
		return err
	}
	lines, err := p.lines()
	if err != nil {
		return err
	}
	if p.due(history) {
		made, err := p.make(ctx, history, lines)
		if err != nil {
			return err
		}
		history = append(history, made)
	}
	if err := p.write(history, lines); err != nil {
		return err
	}
	return p.send(ctx, history)
}

// history reads the heads that the ledger keeps.
func (p *Publisher) history(ctx context.Context) (all []head.Kept, err error) {
	err = p.Ledger.View(ctx, func(tx probes.Tx) error {
		all, err = head.History(ctx, tx)
		return err
	})
	return all, err
}

// due reports whether there is no head of this day yet, and it is time. The first
// is due at once.
func (p *Publisher) due(history []head.Kept) bool {
	if len(history) == 0 {
		return true
	}
	now := p.Clock().In(p.Zone)
	today := calendar.DateOf(now)
	return calendar.DateOf(history[len(history)-1].At.In(p.Zone)).Before(today) && !now.Before(today.At(p.At, p.Zone))
}

// make makes a head that follows on the last one in the file.
func (p *Publisher) make(ctx context.Context, history []head.Kept, lines []string) (made head.Kept, err error) {
	last := ""
	if n := len(lines); n > 0 {
		last = lines[n-1]
		known := slices.ContainsFunc(history, func(k head.Kept) bool { return k.Line == last })
		if !known {
			p.Log.Error("the last head in the file is not of this ledger, which is a copy from before it or another one: svartid verify says more", "file", p.File)
		}
	}
	err = p.Ledger.Update(ctx, func(tx probes.Tx) error {
		made, err = p.Maker.Make(ctx, tx, p.Clock(), last)
		return err
	})
	if err == nil {
		p.Log.Info("made the head of the ledger", "number", made.Number, "file", p.File)
	}
	return made, err
}

// lines returns the heads in the file that were written whole.
func (p *Publisher) lines() ([]string, error) {
	text, err := os.ReadFile(p.File)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read published heads: %w", err)
	}
	return slices.DeleteFunc(head.Lines(text), func(line string) bool {
		_, err := head.Parse(line, p.Maker.Key.Public())
		return err != nil
	}), nil
}

// write appends the lines that the file lacks, durably. It never changes one.
func (p *Publisher) write(history []head.Kept, lines []string) (err error) {
	var lacks strings.Builder
	for _, k := range history {
		if k.Line != "" && !slices.Contains(lines, k.Line) {
			lacks.WriteString(k.Line + "\n")
		}
	}
	if lacks.Len() == 0 {
		return nil
	}
	f, err := os.OpenFile(p.File, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644) //nolint:gosec // it is for others to read
	if err != nil {
		return fmt.Errorf("publish heads: %w", err)
	}
	_, err = f.WriteString(afterCut(f) + lacks.String())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("publish heads: %w", err)
	}
	return syncFolder(filepath.Dir(p.File))
}

// afterCut ends a last line that was not written whole.
func afterCut(f *os.File) string {
	about, err := f.Stat()
	if err != nil || about.Size() == 0 {
		return ""
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, about.Size()-1); err != nil || last[0] == '\n' {
		return ""
	}
	return "\n"
}

// syncFolder makes the names in a folder durable.
func syncFolder(name string) error {
	dir, err := os.Open(name)
	if err == nil {
		err = errors.Join(dir.Sync(), dir.Close())
	}
	if err != nil {
		return fmt.Errorf("publish heads: %w", err)
	}
	return nil
}

// send sends the heads that were not sent yet, all in one mail, and notes that.
func (p *Publisher) send(ctx context.Context, history []head.Kept) error {
	if p.Send == nil || len(history) == 0 {
		return nil
	}
	sent, err := p.sent(ctx)
	if err != nil {
		return err
	}
	var lines []string
	for _, k := range history {
		if k.Number > sent && k.Line != "" {
			lines = append(lines, k.Line)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	last := history[len(history)-1]
	if err := p.Send(ctx, p.subject(last), p.letter(lines)); err != nil {
		return fmt.Errorf("send heads: %w", err)
	}
	return p.Ledger.Update(ctx, func(tx probes.Tx) error {
		return tx.Advance(ctx, probes.HeadsSent, channels.Checkpoint{
			Source: p.Maker.Edition, Position: strconv.Itoa(last.Number), Until: p.Clock(),
		})
	})
}

// sent returns the number of the last head that was sent.
func (p *Publisher) sent(ctx context.Context) (number int, err error) {
	err = p.Ledger.View(ctx, func(tx probes.Tx) error {
		marks, err := tx.Checkpoints(ctx, probes.HeadsSent)
		for _, m := range marks {
			if n, bad := strconv.Atoi(m.Position); bad == nil && m.Source == p.Maker.Edition {
				number = n
			}
		}
		return err
	})
	return number, err
}

// subject is that of a mail whose last head this is.
func (p *Publisher) subject(k head.Kept) string {
	return fmt.Sprintf("svartid: head %d of edition %s", k.Number, p.Maker.Edition)
}

// letter is what those outside are sent.
func (p *Publisher) letter(lines []string) string {
	return "This says where the ledger of an edition stands. Keep it: what it covers cannot be\n" +
		"changed any more without showing. The key is " + p.Maker.Key.Public().String() + "\n\n" +
		strings.Join(lines, "\n") + "\n"
}
