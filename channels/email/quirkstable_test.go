package email

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// allQuirks are the servers of the suite, by what they depart from.
func allQuirks() []struct {
	title  string
	quirks []quirk
} {
	return []struct {
		title  string
		quirks []quirk
	}{
		{"Messages", fetchQuirks()},
		{"The dialogue", dialogueQuirks()},
		{"Folders, searches and waiting", folderQuirks()},
		{"Told of by users of other clients", moreQuirks()},
		{"Steps that end the connection, and answers in odd forms", stepQuirks()},
	}
}

// does says what svartid does with a quirk, as the suite proves it.
func (k quirk) does() string {
	var all []string
	switch {
	case k.hearsNothing:
		return "says that it does not hear, and logs in once a minute"
	case len(k.lost) > 0:
		all = append(all, fmt.Sprintf("hears all but %d, which is kept for a person", len(k.lost)))
	default:
		all = append(all, "hears all")
	}
	if k.undated {
		all = append(all, "by our own clock")
	}
	if k.mostLogins > 1 {
		all = append(all, fmt.Sprintf("in %d sessions at most", k.mostLogins))
	}
	return strings.Join(all, ", ")
}

// TestQuirksAreTold holds the table of the documentation against the suite. UPDATE=1
// writes it anew.
func TestQuirksAreTold(t *testing.T) {
	const file = "../../docs/mailservers.md"
	cell := func(s string) string { return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s) }
	code := func(s string) string {
		return "`" + strings.ToValidUTF8(strings.ReplaceAll(cell(s), "`", "'"), "?") + "`"
	}
	var b strings.Builder
	count := 0
	b.WriteString("# IMAP servers as they are\n\nWays in which servers that people use depart from RFC 3501, what a client does that goes by the book\n" +
		"alone, and what svartid does. Each row is a scripted server of `channels/email` (`TestQuirks`), which holds five messages\nand gets a sixth; the suite proves the last column. " +
		"UPDATE=1 go test ./channels/email -run QuirksAreTold writes this file.\n")
	for _, chapter := range allQuirks() {
		fmt.Fprintf(&b, "\n## %s\n\n| | the server says | by the book | svartid |\n|---|---|---|---|\n", chapter.title)
		for _, k := range chapter.quirks {
			count++
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(k.name), code(k.line), cell(k.naive), k.does())
		}
	}
	fmt.Fprintf(&b, "\n%d servers.\n", count)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != b.String() {
		t.Errorf("%s is not what the suite says (%v); UPDATE=1", file, err)
	}
}
