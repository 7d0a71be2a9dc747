// Package manual writes the manual page of the command line, as man(7) has them.
package manual

import (
	"fmt"
	"strings"
)

// A Flag is a flag as it is written, with its dashes and what stands for its value.
type Flag struct{ Name, Help string }

// A Verb is one verb with its arguments, flags and verbs of its own.
type Verb struct {
	Usage string // such as "export --format=STRING --out=DIR [flags]"
	Help  string
	Flags []Flag
	Next  []Verb
}

// A Page is the manual of a program.
type Page struct {
	Program string
	Help    string // one sentence
	Version string
	Global  []Flag
	Verbs   []Verb
}

// String writes the page in the language of troff, section 1.
func (p Page) String() string {
	var out strings.Builder
	title := strings.ToUpper(p.Program)
	fmt.Fprintf(&out, ".TH %s 1 \"\" \"%s %s\" \"User Commands\"\n", title, p.Program, quoted(p.Version))
	fmt.Fprintf(&out, ".SH NAME\n%s \\- %s\n", p.Program, line(strings.TrimSuffix(lower(p.Help), ".")))
	fmt.Fprintf(&out, ".SH SYNOPSIS\n.B %s\n[\\fIFLAGS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n", p.Program)
	out.WriteString(".SH DESCRIPTION\n" + line(p.Help) + "\nEach command has the flags below, and its own; \\fB\\-\\-help\\fR behind a command explains it.\n")
	flags(&out, p.Global)
	out.WriteString(".SH COMMANDS\n")
	for _, v := range p.Verbs {
		v.write(&out)
	}
	out.WriteString(`.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
the thing asked about does not hold, or anything else went wrong
.TP
.B 2
wrong usage, or a fault of the configuration
.SH FILES
.TP
.I svartid.yml
the configuration, unless
.B \-\-config
names another
.TP
.I /etc/svartid/svartid.yml
the configuration of the service
.TP
.I /var/lib/svartid
the ledger of the service, and the edition's secret
`)
	return out.String()
}

// write writes one verb, and those below it.
func (v Verb) write(out *strings.Builder) {
	fmt.Fprintf(out, ".SS \"%s\"\n%s\n", quoted(v.Usage), line(v.Help))
	flags(out, v.Flags)
	for _, next := range v.Next {
		next.write(out)
	}
}

// flags writes a list of flags.
func flags(out *strings.Builder, all []Flag) {
	for _, f := range all {
		fmt.Fprintf(out, ".TP\n.B %s\n%s\n", escaped(f.Name), line(f.Help))
	}
}

// escaped writes a text so that troff takes none of it for its own.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(strings.Join(strings.Fields(text), " "))
}

// line writes a text as a line of its own, which must not begin as requests do.
func line(text string) string {
	text = escaped(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}

// quoted writes a text for between quotation marks.
func quoted(text string) string { return strings.ReplaceAll(escaped(text), `"`, `\(dq`) }

// lower writes a sentence as it stands in another.
func lower(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + text[1:]
}
