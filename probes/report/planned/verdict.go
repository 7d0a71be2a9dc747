package planned

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/svartid/svartid/probes/report"
)

// A Verdict is what plan --verify --json prints.
type Verdict struct {
	file        string
	Holds       bool         `json:"holds"` // the plan is the drawn one, nothing beside it was sent, and nothing of it is forgotten
	Digest      string       `json:"digest"`
	Contacts    int          `json:"contacts"` // in the file
	Differences []Difference `json:"differences"`
	Sent        *Comparison  `json:"sent,omitempty"` // nil: there is no ledger yet
}

// A Difference is where a revealed plan is not the drawn one.
type Difference struct {
	Line    int    `json:"line,omitempty"` // 0: it is in no line
	Contact string `json:"contact"`
	Text    string `json:"text"`
}

// Verify holds the lines of a file against the drawn plan, and what was sent, if
// there is a ledger, against the lines.
func (d Plan) Verify(file string, revealed []Revealed, sent *Comparison) Verdict {
	v := Verdict{
		file: file, Digest: d.Digest(), Contacts: len(revealed), Differences: d.differences(revealed), Sent: sent,
	}
	v.Holds = len(v.Differences) == 0 && (sent == nil || len(sent.Extra) == 0 && sent.forgotten() == 0)
	return v
}

// A Revealed is one line of a plan that was published.
type Revealed struct {
	Line
	number int
}

// ReadFile reads the lines of plan --json from a file; - is in. The error names
// the first line that is none.
func ReadFile(file string, in io.Reader) ([]Revealed, error) {
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("read plan: %w", err)
		}
		defer f.Close()
		in = f
	}
	var lines []Revealed
	scan := bufio.NewScanner(in)
	scan.Buffer(nil, 1<<20)
	n := 0
	for scan.Scan() {
		n++
		if len(bytes.TrimSpace(scan.Bytes())) == 0 {
			continue
		}
		line, err := readContact(scan.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s:%d: is no contact of plan --json: %w", file, n, err)
		}
		lines = append(lines, Revealed{line, n})
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", file, n+1, err)
	}
	return lines, nil
}

// readContact reads one line, strictly.
func readContact(text []byte) (line Line, err error) {
	decode := json.NewDecoder(bytes.NewReader(text))
	decode.DisallowUnknownFields()
	if err := decode.Decode(&line); err != nil {
		return line, err
	}
	switch _, err := decode.Token(); {
	case !errors.Is(err, io.EOF):
		return line, errors.New("more follows it")
	case line.Contact == "":
		return line, errors.New("contact is missing")
	case line.At.IsZero():
		return line, errors.New("at is missing")
	}
	return line, nil
}

// differences returns where the revealed plan is not the drawn one: line by
// line, then what is missing.
func (d Plan) differences(revealed []Revealed) []Difference {
	all := []Difference{}
	byID := make(map[string]Line, len(d.Contacts))
	for _, c := range d.Contacts {
		byID[c.ID] = d.Line(c)
	}
	seen := make(map[string]int, len(revealed))
	for _, l := range revealed {
		want, known := byID[l.Contact]
		first, again := seen[l.Contact]
		switch {
		case !known:
			all = append(all, Difference{l.number, l.Contact, "was not drawn"})
		case again:
			all = append(all, Difference{l.number, l.Contact, fmt.Sprintf("is in line %d already", first)})
		default:
			seen[l.Contact] = l.number
			for _, text := range l.unlike(want) {
				all = append(all, Difference{l.number, l.Contact, text})
			}
		}
	}
	for _, c := range d.Contacts {
		if _, ok := seen[c.ID]; !ok {
			text := fmt.Sprintf("is missing: %s at %s", c.Company, c.At.In(d.zone()).Format(time.RFC3339))
			all = append(all, Difference{0, c.ID, text})
		}
	}
	return all
}

// unlike says in which keys a line is not as it should be. Instants are the
// same in whichever zone they are written.
func (l Line) unlike(want Line) (texts []string) {
	keys := []struct{ key, got, want string }{
		{"company", l.Company, want.Company},
		{"class", l.Class, want.Class},
		{"channel", l.Channel, want.Channel},
		{"probe", l.Probe, want.Probe},
		{"round", l.Round.In(want.Round.Location()).Format(time.RFC3339Nano), want.Round.Format(time.RFC3339Nano)},
		{"at", l.At.In(want.At.Location()).Format(time.RFC3339Nano), want.At.Format(time.RFC3339Nano)},
		{"weekday", l.Weekday, want.Weekday},
		{"slot", l.Slot, want.Slot},
		{"scenario", l.Scenario, want.Scenario},
		{"persona", l.Persona, want.Persona},
		{"replaces", l.Replaces, want.Replaces},
	}
	for _, k := range keys {
		if k.got != k.want {
			texts = append(texts, fmt.Sprintf("%s is %q, and %q was drawn", k.key, k.got, k.want))
		}
	}
	return texts
}

// Print writes a verdict for a person, with the times of a zone.
func (v Verdict) Print(out io.Writer, zone *time.Location) {
	for _, x := range v.Differences {
		at := v.file
		if x.Line > 0 {
			at = fmt.Sprintf("%s:%d", v.file, x.Line)
		}
		fmt.Fprintf(out, "%s: contact %s %s\n", at, x.Contact, x.Text)
	}
	is, n := "is", report.Counted(v.Contacts, "contact", "contacts")
	if len(v.Differences) > 0 {
		is, n = "is not", report.Counted(len(v.Differences), "difference", "differences")
	}
	fmt.Fprintf(out, "%s %s the plan that the seed and the configuration give: %s\n", v.file, is, n)
	fmt.Fprintln(out, "digest of what they give:", v.Digest)
	if v.Sent == nil {
		fmt.Fprintln(out, "there is no ledger yet: nothing to hold against it")
		return
	}
	v.Sent.print(out, zone)
}
