// Command svartid asks companies a question the way a customer would, and
// measures whether a person answers and how long the customer waits.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // zones, wherever the binary runs

	"github.com/alecthomas/kong"

	"github.com/svartid/svartid/cmd/svartid/internal/bar"
	"github.com/svartid/svartid/cmd/svartid/internal/completion"
	"github.com/svartid/svartid/cmd/svartid/internal/manual"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/progress"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(runCommandLine(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// cli is every verb, one file each.
type cli struct {
	globals

	Demo      demoCmd      `cmd:"" help:"Run the whole program against simulated companies: nothing to configure."`
	Serve     serveCmd     `cmd:"" help:"Run the edition: send, listen, expose."`
	Check     checkCmd     `cmd:"" help:"Say all that is wrong with the configuration, and what the edition will do."`
	Plan      planCmd      `cmd:"" help:"Print the plan that is drawn from the seed, and how even it is."`
	Rehearse  rehearseCmd  `cmd:"" help:"Play this edition's season many times against companies of known worth: what its standings can tell, and what it costs."`
	Try       tryCmd       `cmd:"" help:"Send one trial opener now and show the dialogue. It is never counted, not against the limits either."`
	Login     loginCmd     `cmd:"" help:"Get the first token of a mailbox by OAuth2: enter a code in a browser."`
	Record    recordCmd    `cmd:"" help:"Write down a browser's way through a chat, while a person clicks."`
	Read      readCmd      `cmd:"" help:"Say what each message is, and why."`
	Explain   explainCmd   `cmd:"" help:"Tell the whole story of one contact."`
	Standings standingsCmd `cmd:"" help:"Print reach, waits, scores and ranks, who cannot be told apart, and how the winner changes under other rules."`
	Amend     amendCmd     `cmd:"" help:"Correct a contact: an event with a reason and an author."`
	Pause     pauseCmd     `cmd:"" help:"Do not ask a company, or any, until a day: at once, and as an event with a reason and an author."`
	Resume    resumeCmd    `cmd:"" help:"Ask again who is paused."`
	Correct   correctCmd   `cmd:"" help:"Decide that an entry of the start was wrong, and counts as the configuration has it now: an event with a reason and an author."`
	Review    reviewCmd    `cmd:"" help:"List the letters that wait for a person, in the order of how much hangs on them."`
	Verify    verifyCmd    `cmd:"" help:"Check every hash chain, what is made of it, the evidence and the plan."`
	Export    exportCmd    `cmd:"" help:"Write contacts, attempts, transcripts, standings and the labels that people have given as files, with a manifest."`
	Result    resultCmd    `cmd:"" help:"Freeze the season's result and sign it: standings, what they follow from, and a page for each participant."`
	Compare   compareCmd   `cmd:"" help:"Compare this edition with earlier ones: how reach and scores have changed, and how sure that is."`
	Erase     eraseCmd     `cmd:"" help:"Erase what was said and who said it, by company, day or person: figures and chains stay."`
	Access    accessCmd    `cmd:"" help:"Print all that is held of a company or a person, or who has read evidence."`
	Backup    backupCmd    `cmd:"" help:"Copy the ledger while it is in use, and verify the copy."`
	Move      moveCmd      `cmd:"" help:"Carry the ledger to another database, and prove that all of it is there."`
	Stats     statsCmd     `cmd:"" help:"Print the statistics behind the standings for any table, as JSON."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
	Manual    helpCmd      `cmd:"" name:"help" help:"Say what a verb does, and all its flags."`

	Completion completionCmd `cmd:"" help:"Print what has a shell complete verbs and flags."`
	Man        manCmd        `cmd:"" help:"Print the manual page."`
}

// policies lists the names of all policies, for a sentence.
func policies() string {
	var names []string
	for _, p := range fairness.Policies() {
		names = append(names, string(p))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// runCommandLine parses and runs one command line, and returns its exit status.
func runCommandLine(ctx context.Context, args []string, std streams) int {
	var cli cli
	ctx = progress.With(ctx, bar.On(std.err, time.Now))
	parser, err := kong.New(&cli, kong.Name("svartid"), kong.Vars{"policies": policies()},
		kong.Description("Measures whether companies answer their customers, and how long it takes."),
		kong.Writers(std.out, std.err), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(std),
		kong.UsageOnError(), kong.Exit(func(code int) { panic(parserExit(code)) }))
	if err != nil {
		fmt.Fprintln(std.err, "svartid:", err)
		return exitMisuse
	}
	return guardedFromExit(func() int {
		command, err := parser.Parse(args)
		if err != nil {
			// What looks like a short flag is a value here, below 0 mostly.
			fmt.Fprintln(std.err, "svartid:", strings.Replace(err.Error(), " (short flag)", "", 1))
			return exitMisuse
		}
		return exitStatus(command.Run(&cli.globals), std)
	})
}

// exitStatus says what a verb's error exits with, and prints it.
func exitStatus(err error, std streams) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errNo):
		return exitNo
	}
	fmt.Fprintln(std.err, "svartid:", err)
	if errors.As(err, &misuse{}) {
		return exitMisuse
	}
	return exitNo
}

// parserExit is how the command-line parser leaves: after --help, with status 0.
type parserExit int

// guardedFromExit runs f and returns its status, or that with which the parser left.
func guardedFromExit(f func() int) (code int) {
	defer func() {
		if r := recover(); r != nil {
			left, ok := r.(parserExit)
			if !ok {
				panic(r)
			}
			code = int(left)
		}
	}()
	return f()
}

type helpCmd struct {
	Verb []string `arg:"" optional:"" help:"The verb, and what it does if it has several." placeholder:"VERB"`
}

// Run does what the verb's --help does.
func (h helpCmd) Run(app *kong.Kong) error {
	if _, err := app.Parse(append(h.Verb, "--help")); err != nil {
		return misuse{err}
	}
	return nil
}

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Which shell: bash, zsh or fish." placeholder:"SHELL"`
}

// Run prints the script.
func (c completionCmd) Run(app *kong.Kong, std streams) error {
	var verbs []completion.Verb
	for _, node := range app.Model.Children {
		v := completion.Verb{Word: completion.Word{Name: node.Name, Help: node.Help}, Flags: flagsOf(node.Flags)}
		for _, next := range node.Children {
			v.Next = append(v.Next, completion.Word{Name: next.Name, Help: next.Help})
			v.Flags = append(v.Flags, flagsOf(next.Flags)...)
		}
		verbs = append(verbs, v)
	}
	script, err := completion.Script(c.Shell, app.Model.Name, verbs, flagsOf(app.Model.Flags))
	if err == nil {
		_, err = fmt.Fprint(std.out, script)
	}
	return err
}

type manCmd struct{}

// Run prints the page.
func (manCmd) Run(app *kong.Kong, std streams) error {
	page := manual.Page{
		Program: app.Model.Name, Help: app.Model.Help, Version: build()["version"],
		Global: manualFlags(app.Model.Flags), Verbs: manualVerbs(app.Model.Children),
	}
	_, err := fmt.Fprint(std.out, page)
	return err
}

// manualVerbs returns verbs as the manual has them.
func manualVerbs(nodes []*kong.Node) (all []manual.Verb) {
	for _, node := range nodes {
		all = append(all, manual.Verb{
			Usage: node.Summary(), Help: node.Help, Flags: manualFlags(node.Flags), Next: manualVerbs(node.Children),
		})
	}
	return all
}

// manualFlags returns flags as the manual has them.
func manualFlags(flags []*kong.Flag) (all []manual.Flag) {
	for _, f := range flags {
		all = append(all, manual.Flag{Name: strings.TrimSpace(f.String()), Help: f.Help})
	}
	return all
}

// flagsOf returns flags as they are written.
func flagsOf(flags []*kong.Flag) (all []completion.Word) {
	for _, f := range flags {
		all = append(all, completion.Word{Name: "--" + f.Name, Help: f.Help})
	}
	return all
}
