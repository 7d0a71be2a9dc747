package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

func main() {
	asked := flag.String("asked", "", "a CSV of what was asked: topic, language, subject, text")
	diagram := flag.String("diagram", "", "the SVG file for the reliability diagram; none is written without it")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *asked, *diagram, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

// run reads the letters of a folder and says how well that went.
func run(folder, asked, diagram string, say io.Writer) error {
	questions, err := readAsked(asked)
	if err != nil {
		return err
	}
	letters, err := readLetters(folder, questions)
	if err != nil {
		return err
	}
	tables(say, letters)
	bins := reliability(letters)
	reliabilityTable(say, bins)
	if diagram == "" {
		return nil
	}
	if err := os.WriteFile(diagram, []byte(draw(bins)), 0o644); err != nil { //nolint:gosec // a diagram is public
		return fmt.Errorf("write the diagram: %w", err)
	}
	return nil
}

// A letter is a labelled letter and what it was read as.
type letter struct {
	label    reading.Kind
	language string
	reading.Reading
}

// right reports whether a letter was read as what it is labelled.
func (l letter) right() bool { return l.Kind == l.label }

// readLetters reads the letters of a folder. What was asked is known by topic and language.
func readLetters(folder string, asked map[[2]string]reading.Asked) ([]letter, error) {
	rows, err := readTable(filepath.Join(folder, "manifest.csv"), 3)
	if err != nil {
		return nil, err
	}
	var all []letter
	for _, row := range rows {
		raw, err := os.ReadFile(filepath.Join(folder, row[0]))
		if err != nil {
			return nil, fmt.Errorf("read letter: %w", err)
		}
		var question reading.Asked
		if len(row) > 4 {
			question = asked[[2]string{row[4], row[2]}]
		}
		r := reading.Read(message.Parse(raw), question, time.Time{})
		all = append(all, letter{reading.Kind(row[1]), row[2], r})
	}
	return all, nil
}

// readAsked reads what was asked, by topic and language; nothing where no file is named.
func readAsked(file string) (map[[2]string]reading.Asked, error) {
	if file == "" {
		return nil, nil
	}
	rows, err := readTable(file, 4)
	if err != nil {
		return nil, err
	}
	asked := map[[2]string]reading.Asked{}
	for _, row := range rows {
		asked[[2]string{row[0], row[1]}] = reading.Asked{Subject: row[2], Text: row[3]}
	}
	return asked, nil
}

// readTable reads a CSV without its head, whose rows have so many columns at least.
func readTable(file string, columns int) ([][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open table: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if len(rows) < 2 || len(rows[0]) < columns {
		return nil, fmt.Errorf("%s has no rows of %d columns", file, columns)
	}
	return rows[1:], nil
}
