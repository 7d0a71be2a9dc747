// Command svartid asks companies a question the way a customer would, and
// measures whether a person answers and how long the customer waits.
package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones, wherever the binary runs
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// Exit statuses are a contract: scripts rely on them.
const (
	exitDone   = 0
	exitNo     = 1 // the thing asked about does not hold
	exitMisuse = 2 // usage or configuration
)

// errNo is returned by a verb that has said what does not hold.
var errNo = errors.New("does not hold")

// streams are where a verb reads and prints.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// globals are the flags of every verb.
type globals struct {
	Config string `short:"c" default:"svartid.yml" help:"The configuration." placeholder:"FILE"`
	JSON   bool   `name:"json" help:"Print data as JSON."`

	ShowVersion versionFlag `name:"version" help:"Print the version."`
}

// misuse marks an error as one of usage or configuration: exit status 2.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// buffered lets write print much, and returns what went wrong at its end.
func buffered(out io.Writer, write func(io.Writer)) error {
	w := bufio.NewWriter(out)
	write(w)
	return w.Flush()
}
