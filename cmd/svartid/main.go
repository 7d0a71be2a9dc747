// Command svartid asks companies a question the way a customer would, and
// measures whether a person answers and how long the customer waits.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones, wherever the binary runs

	"github.com/alecthomas/kong"
)

// Exit statuses are a contract: scripts lean on them.
const (
	exitDone   = 0
	exitNo     = 1 // the thing asked about does not hold
	exitMisuse = 2 // usage or configuration
)

// errNo is returned by a verb that has said what does not hold.
var errNo = errors.New("does not hold")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // whoever asks twice is not kept waiting
	os.Exit(run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// streams are where a verb reads and prints.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run parses and runs one command line, and returns its exit status.
func run(ctx context.Context, args []string, std streams) int {
	var cli cli
	parser, err := kong.New(&cli, kong.Name("svartid"), kong.Vars{"policies": policies()},
		kong.Description("Measures whether companies answer their customers, and how long it takes."),
		kong.Writers(std.out, std.err), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(std),
		kong.UsageOnError(), kong.Exit(func(code int) { panic(exit(code)) }))
	if err != nil {
		fmt.Fprintln(std.err, "svartid:", err)
		return exitMisuse
	}
	return guarded(func() int {
		command, err := parser.Parse(args)
		if err != nil {
			fmt.Fprintln(std.err, "svartid:", err)
			return exitMisuse
		}
		return status(command.Run(&cli.globals), std)
	})
}
