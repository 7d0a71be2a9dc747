package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/race"
)

// A demoProcess is svartid demo as a process, with a folder for what is
// temporary.
type demoProcess struct {
	*exec.Cmd
	temp string
	out  string // the file that it prints to; "" = it was told where
	errs lines
}

// startDemo starts a demo. It ends with the test at the latest.
func startDemo(t *testing.T, args ...string) *demoProcess {
	t.Helper()
	name := filepath.Join(t.TempDir(), "out")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	d := startDemoOn(t, out, args...)
	d.out = name
	return d
}

// startDemoOn starts a demo that prints to out.
func startDemoOn(t *testing.T, out *os.File, args ...string) *demoProcess {
	t.Helper()
	d := &demoProcess{temp: t.TempDir()}
	d.Cmd = exec.Command(os.Args[0], append([]string{"demo", "--listen", "127.0.0.1:0"}, args...)...)
	d.Env = append(os.Environ(), asCommand+"=1", "TMPDIR="+d.temp)
	d.Stdout, d.Stderr = out, &d.errs
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if d.ProcessState == nil {
			_ = d.Process.Kill()
			_ = d.Wait()
		}
	})
	return d
}

// said returns what the demo has printed so far.
func (d *demoProcess) said(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(d.out)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// board returns where the board is, once the demo has said so: in its first
// line.
func (d *demoProcess) board(t *testing.T) string {
	t.Helper()
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(50 * time.Millisecond) {
		if first, _, whole := strings.Cut(d.said(t), "\n"); whole {
			board, ok := strings.CutPrefix(first, "Board:")
			if !ok {
				t.Fatalf("the first line is %q", first)
			}
			return strings.TrimSpace(board)
		}
	}
	t.Fatalf("no board within a minute\n%s", &d.errs)
	return ""
}

// signal sends the demo a signal.
func (d *demoProcess) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := d.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// ends waits until the demo has ended with the exit status wanted, and says so
// if it has left anything temporary behind. One that does not end is stopped,
// and shows where it hangs.
func (d *demoProcess) ends(t *testing.T, want int) {
	t.Helper()
	patience, done := context.WithTimeout(t.Context(), 90*time.Second)
	defer done()
	stop := context.AfterFunc(patience, func() { _ = d.Process.Signal(syscall.SIGQUIT) })
	defer stop()
	if err := d.Wait(); d.ProcessState.ExitCode() != want {
		t.Errorf("got %v, want status %d\n%s", err, want, &d.errs)
	}
	if left, _ := filepath.Glob(filepath.Join(d.temp, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestDemoEndsOnSignals presses Ctrl-C, ends the process and closes the
// terminal.
func TestDemoEndsOnSignals(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	// What a process ignores, those that it starts ignore too, and under nohup
	// that is the hangup: a test must not depend on how it was started. What it
	// catches is as usual in those that it starts.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	defer signal.Stop(caught)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		demo := startDemo(t)
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			demo.board(t)
			demo.signal(t, s)
			demo.ends(t, exitDone)
			if said := demo.said(t); !strings.Contains(said, "median wait") {
				t.Errorf("got no summary:\n%s", said)
			}
		})
	}
}

// TestDemoOnEveryAddress: a demo that listens on every address of the machine prints those
// at which it answers, and says that there is no login. When the terminal is closed it
// leaves a ledger that is whole in its one file. Its log is written as it is asked for.
func TestDemoOnEveryAddress(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	defer signal.Stop(caught)
	for _, listen := range []string{"0.0.0.0:0", "[::]:0"} {
		dir := t.TempDir()
		demo := startDemo(t, "--listen", listen, "--companies", "3", "--dir", dir, "--log-level", "info", "--log-format", "json")
		if board := demo.board(t); !strings.HasPrefix(board, "http://127.0.0.1:") {
			t.Errorf("%s: the board is said to be at %s", listen, board)
		}
		addresses := regexp.MustCompile(`(?:Board:|Metrics:|Also at:|wait at) +(http://\S+?)\.?\s`).FindAllStringSubmatch(demo.said(t), -1)
		if len(addresses) < 3 {
			t.Errorf("%s: got %v of %s", listen, addresses, demo.said(t))
		}
		for _, address := range addresses {
			get(t, address[1])
		}
		demo.signal(t, syscall.SIGHUP)
		demo.ends(t, exitDone)
		if !strings.Contains(demo.errs.String(), "there is no login") || !strings.Contains(demo.errs.String(), `{"time":`) {
			t.Errorf("%s: got %s", listen, &demo.errs)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "svartid.db-*")); len(left) > 0 {
			t.Errorf("%s: left %v", listen, left)
		}
	}
}

// TestDemoUnderNohup goes on when the terminal is closed.
func TestDemoUnderNohup(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	signal.Ignore(syscall.SIGHUP)
	demo := startDemo(t)
	signal.Reset(syscall.SIGHUP)
	board := demo.board(t)
	for range 5 {
		demo.signal(t, syscall.SIGHUP)
		time.Sleep(100 * time.Millisecond)
		get(t, board)
	}
	demo.signal(t, syscall.SIGTERM)
	demo.ends(t, exitDone)
}

// TestDemoWithoutReader prints to a pipe that is not read any more: from the
// beginning, and at the end.
func TestDemoWithoutReader(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	for read, within := range []string{"1m", "5s"} { // lines read, and when the summary is due
		t.Run(fmt.Sprintf("%d lines read", read), func(t *testing.T) {
			t.Parallel()
			in, out, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			if read == 0 {
				in.Close()
			}
			demo := startDemoOn(t, out, "--for", within)
			out.Close()
			if read > 0 {
				if line, err := bufio.NewReader(in).ReadString('\n'); !strings.HasPrefix(line, "Board:") {
					t.Errorf("got %q, %v", line, err)
				}
				in.Close()
			}
			demo.ends(t, exitNo)
			if got := demo.errs.String(); !strings.Contains(got, "broken pipe") {
				t.Errorf("got %s, want why it ended", got)
			}
		})
	}
}

// TestDemoWithABadFolder says so before anything else.
func TestDemoWithABadFolder(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	dir := t.TempDir()
	file, taken := filepath.Join(dir, "file"), filepath.Join(dir, "taken")
	fileOf(t, file, "")
	if err := os.MkdirAll(filepath.Join(taken, "svartid.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	theirs := filepath.Join(dir, "theirs")
	if err := os.Mkdir(theirs, 0o700); err != nil {
		t.Fatal(err)
	}
	fileOf(t, filepath.Join(theirs, "svartid.yml"), reloadable)
	for _, folder := range []string{file, filepath.Join(file, "below"), taken, theirs} {
		var out, errs lines
		status := runCommandLine(t.Context(), []string{"demo", "--dir", folder, "--for", "1s"}, streams{out: &out, err: &errs})
		if status != exitMisuse || out.String() != "" || !strings.HasPrefix(errs.String(), "svartid: --dir "+folder+": ") {
			t.Errorf("%s: got status %d\n%s%s", folder, status, &out, &errs)
		}
	}
	if kept, err := os.ReadFile(filepath.Join(theirs, "svartid.yml")); err != nil || string(kept) != reloadable {
		t.Errorf("a configuration is not what it was: %v\n%s", err, kept)
	}
}

func fileOf(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return string(body)
}
