package flow

import (
	"fmt"
	"strings"
)

// A Fault is one thing wrong with a file.
type Fault struct {
	File string
	Line int    // from 1; 0: of the file as a whole
	Key  string // its path, such as open[2].click.role; may be empty
	Text string
}

func (f Fault) String() string {
	place := f.File
	if f.Line > 0 {
		place += fmt.Sprintf(":%d", f.Line)
	}
	if f.Key != "" {
		place += ": " + f.Key
	}
	return place + ": " + f.Text
}

// Faults are all that is wrong with a file.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}
