package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the command lines of testdata/script. In them,
//
//	svartid STATUS ARG…
//
// runs svartid with the file named in, if there is one, as its input, wants
// that exit status, and leaves what it printed in the files out and err, and
//
//	left CONFIG PLAN DB SECONDS
//
// writes into a ledger that each contact of a plan left so much too late, and
//
//	written CONFIG DB FILE
//
// writes into one the events of a file. What lived, published and tamper do, they say
// themselves.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"svartid": svartid, "left": left, "written": writes, "lived": lived, "tamper": tamper,
			"published": published,
		},
	})
}

func svartid(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := exec.Command(os.Args[0], args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), asCommand+"=1")
	if in, err := os.Open(ts.MkAbs("in")); err == nil {
		defer in.Close()
		cmd.Stdin = in
	}
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exited *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exited) {
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), []byte(out.String()), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("err"), []byte(errs.String()), 0o600))
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("svartid %s: got status %d, want %d\n%s%s", strings.Join(args[1:], " "), got, want, &out, &errs)
	}
}
