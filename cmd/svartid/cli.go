package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

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

// A versionFlag prints the version in place of a verb.
type versionFlag bool

// BeforeReset prints it, and leaves.
func (versionFlag) BeforeReset(app *kong.Kong, std streams) error {
	if err := (versionCmd{}).Run(&globals{}, std); err != nil {
		return err
	}
	app.Exit(exitDone)
	return nil
}

type versionCmd struct{}

// Run prints what was built, and with what.
func (versionCmd) Run(g *globals, std streams) error {
	b := build()
	if g.JSON {
		return json.NewEncoder(std.out).Encode(b)
	}
	from := fmt.Sprintf("commit %s of %s", b["revision"], b["date"])
	if b["revision"] == "unknown" {
		from = "built without its commit"
	}
	_, err := fmt.Fprintf(std.out, "svartid %s (%s, %s)\n", b["version"], from, b["goversion"])
	return err
}

// build returns what was built: the labels of svartid_build_info, and the date of
// the commit.
func build() map[string]string {
	b := map[string]string{"version": "(devel)", "revision": "unknown", "date": "unknown", "goversion": runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b["version"] = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b["revision"] = s.Value
		case "vcs.time":
			b["date"] = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				b["modified"] = s.Value
			}
		}
	}
	if b["modified"] != "" {
		b["revision"] += ", changed"
	}
	delete(b, "modified")
	return b
}
