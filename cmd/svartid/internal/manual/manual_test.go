package manual_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/svartid/svartid/cmd/svartid/internal/manual"
)

// TestPage: the page has what it was given, and nothing of that is taken for a request.
func TestPage(t *testing.T) {
	page := manual.Page{
		Program: "svartid", Help: "Measures whether companies answer.", Version: "1.0",
		Global: []manual.Flag{{Name: "--config=FILE", Help: "The configuration."}},
		Verbs: []manual.Verb{{
			Usage: `read <file> "x"`, Help: ".hidden, 'quoted' and C:\\path",
			Flags: []manual.Flag{{Name: "--mbox", Help: "'Tis a mailbox."}},
			Next:  []manual.Verb{{Usage: "read deep", Help: "Below."}},
		}},
	}.String()
	for _, want := range []string{
		".TH SVARTID 1", `svartid \- measures whether companies answer`, `.B \-\-config=FILE`, `.SS "read <file> \(dqx\(dq"`,
		"\n\\&.hidden, 'quoted' and C:\\epath\n", "\n\\&'Tis a mailbox.\n", `.SS "read deep"`, ".SH EXIT STATUS",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		return // that it looks right is seen where there is a groff
	}
	cmd := exec.Command(groff, "-man", "-Tutf8", "-ww", "-z")
	cmd.Stdin = strings.NewReader(page)
	if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("groff says %q, %v", said, err)
	}
}
