package ledger_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// The test binary is its own second process when this names a ledger.
const childDSN = "SVARTID_TEST_LEDGER"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		if err := child(context.Background(), dsn); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child writes contact after contact, each in one update, and says
// the number of each once it is durable. It goes on until it is
// killed.
func child(ctx context.Context, dsn string) error {
	l, err := ledger.Open(ctx, dsn, ledgertest.Options())
	if err != nil {
		return err
	}
	defer l.Close()
	n := 0
	err = l.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, probes.Query{})
		n = len(found)
		return err
	})
	fmt.Println("open", n)
	for ; err == nil; n++ {
		r := rand.New(rand.NewPCG(uint64(n), 0))
		life := ledgertest.Lives(r, n+1)
		err = l.Update(ctx, func(tx probes.Tx) error {
			for _, h := range life {
				if h.Contact != ledgertest.ID(n) {
					continue
				}
				if err := ledgertest.Append(ctx, tx, h); err != nil {
					return err
				}
			}
			return nil
		})
		fmt.Println("durable", n)
	}
	return err
}

// A process is a child that writes to a ledger.
type process struct {
	*exec.Cmd
	lines *bufio.Scanner
}

func start(t *testing.T, dsn string) process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDSN+"="+dsn)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := process{cmd, bufio.NewScanner(out)}
	if line := p.next(); !strings.HasPrefix(line, "open") {
		t.Fatalf("child says %q", line)
	}
	t.Cleanup(func() { p.kill() })
	return p
}

// next returns what the process says next, "" at its end.
func (p process) next() string {
	if !p.lines.Scan() {
		return ""
	}
	return p.lines.Text()
}

// kill ends the process as a power cut would, and returns what it had still
// said by then.
func (p process) kill() (said []string) {
	_ = p.Process.Kill()
	for line := p.next(); line != ""; line = p.next() {
		said = append(said, line)
	}
	_ = p.Wait() // it was killed: that is its error
	return said
}

// TestSecondProcess: a second process says so and stops; a reader may look; and a
// process that was killed does not keep the next one out.
func TestSecondProcess(t *testing.T) {
	t.Parallel()
	dsn := file(t)
	first := start(t, dsn)
	_, err := ledger.Open(t.Context(), dsn, ledgertest.Options())
	want := fmt.Sprintf("ledger %s is in use by process %d", strings.TrimPrefix(dsn, "sqlite:"), first.Process.Pid)
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	first.next()
	reader, err := ledger.OpenReader(t.Context(), dsn, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if len(contacts(t, reader)) == 0 {
		t.Error("a reader sees nothing of what the other process does")
	}
	if err := reader.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	first.kill()
	open(t, dsn)
}

// TestKilled: a writer that is killed at any moment leaves all that it called
// durable, each contact whole, and figures that fit.
func TestKilled(t *testing.T) {
	t.Parallel()
	dsn := file(t)
	r := rand.New(rand.NewPCG(8, 8))
	durable := 0
	for range 6 {
		p := start(t, dsn)
		for range r.IntN(40) {
			if p.next() != "" {
				durable++
			}
		}
		durable += len(p.kill())
		l, err := ledger.Open(t.Context(), dsn, ledgertest.Options())
		if err != nil {
			t.Fatal(err)
		}
		found := len(contacts(t, l))
		if found < durable || found > durable+1 {
			t.Errorf("got %d contacts, want the %d that were durable, and perhaps one that was about to be", found, durable)
		}
		durable = found
		whole(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if durable == 0 {
		t.Error("nothing was ever durable")
	}
}

// whole fails the test unless chains hold and figures are what events make.
func whole(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	if err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	before := totals(t, l)
	if err := l.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := totals(t, l); after != before {
		t.Errorf("rebuilt:\n got %s\nwant %s", after, before)
	}
}

func totals(t *testing.T, l *ledger.Ledger) (printed string) {
	t.Helper()
	err := l.View(t.Context(), func(tx probes.Tx) error {
		totals, err := tx.Totals(t.Context(), 0)
		printed = sum(totals)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return printed
}
