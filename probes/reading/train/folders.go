package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/internal/model"
	"github.com/svartid/svartid/probes/reading/message"
)

// A letter is a labelled letter as the readers see it.
type letter struct {
	file   string
	folder string   // which folder it is of: the maker
	after  []string // the names of folders that its maker had looked at before
	label  int      // of letterKinds
	weight float64
	known  bool               // whether another letter has its sentences, so that the reader of n-grams does not learn from it
	told   map[string]float64 // by a reader of n-grams that has learnt nothing of the maker
	reading.Observation
}

// A sentence is a labelled sentence.
type sentence struct {
	label int // of sentenceKinds
	model.Example
}

// letterKinds are what a letter can be that is no report on delivery.
func letterKinds() []string {
	return []string{"answer", "deflection", "bot", "acknowledgement", "absence", "other"}
}

// sentenceKinds are what a sentence can be: as a letter, or nothing by itself.
func sentenceKinds() []string { return append(letterKinds(), "filler") }

// labels are other names that manifests have for a kind.
func labels() map[string]string {
	return map[string]string{
		"auto-ack": "acknowledgement", "out-of-office": "absence", "human-reply": "answer", "human-reply-body": "answer",
	}
}

// readFolder reads the letters of a folder with a manifest (file, label) or a list of labels
// (file, kind). Reports on delivery are left out, whatever they are labelled as. Where the folder has an
// asked.csv, each letter is read with what was asked, and counts a second time without it.
func readFolder(dir string, weight float64) ([]letter, error) {
	rows, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	questions, err := readAsked(dir)
	if err != nil {
		return nil, err
	}
	var all []letter
	for _, row := range rows {
		kind := kindOf(row[1])
		if kind < 0 || disputable(row) {
			continue
		}
		found, err := readLetter(dir, row, questions)
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			l.folder, l.label, l.weight = dir, kind, weight*l.weight
			all = append(all, l)
		}
	}
	return all, nil
}

// readLetter reads a letter of a folder, as often as it teaches; none of a report on delivery.
func readLetter(dir string, row []string, questions map[[2]string]reading.Asked) ([]letter, error) {
	raw, err := os.ReadFile(filepath.Join(dir, row[0]))
	if err != nil {
		return nil, fmt.Errorf("read letter: %w", err)
	}
	m := message.Parse(raw)
	if strings.HasSuffix(row[0], ".txt") && row[1] == "human-reply-body" {
		m = message.Plain(string(raw))
	}
	seen := reading.Observe(m, reading.Asked{}, time.Time{})
	if seen.Settled != nil {
		return nil, nil
	}
	var all []letter
	if question, ok := questions[topic(row)]; ok {
		all = append(all, letter{file: row[0] + " unasked", known: true, weight: unaskedWeight, Observation: seen})
		seen = reading.Observe(m, question, time.Time{})
	}
	if prefix, subject, ok := strings.Cut(m.Subject(), ": "); ok && seen.Signals["reply"] > 0 && len(prefix) < 6 {
		again := reading.Observe(message.Parse(newThread(raw, subject)), reading.Asked{}, time.Time{})
		if again.Settled == nil {
			all = append(all, letter{file: row[0] + " anew", weight: newThreadWeight, Observation: again})
		}
	}
	return append(all, letter{file: row[0], weight: 1, Observation: seen}), nil
}

// disputable reports whether the author of a letter notes that two careful people could label it differently. Such a
// label teaches nothing.
func disputable(row []string) bool {
	return slices.ContainsFunc(row[2:], func(cell string) bool { return strings.HasPrefix(cell, "DISPUTABLE") })
}

// kindOf returns which kind of letter a label means; below 0, none.
func kindOf(label string) int {
	if other, ok := labels()[label]; ok {
		label = other
	}
	return slices.Index(letterKinds(), label)
}

// unaskedWeight is what a letter counts as one of which it is not known what was asked.
const unaskedWeight = 0.5

// topic returns by what the question of a letter is known: its topic and language.
func topic(row []string) [2]string {
	if len(row) < 5 {
		return [2]string{}
	}
	return [2]string{row[4], row[2]}
}

// readAsked reads what was asked of a folder (asked.csv: topic, language, subject, text); none where it has no such file.
func readAsked(dir string) (map[[2]string]reading.Asked, error) {
	f, err := os.Open(filepath.Join(dir, "asked.csv"))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open what was asked: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read what was asked of %s: %w", dir, err)
	}
	asked := map[[2]string]reading.Asked{}
	for _, row := range rows[1:] {
		asked[[2]string{row[0], row[1]}] = reading.Asked{Subject: row[2], Text: row[3]}
	}
	return asked, nil
}

// newThreadWeight is what a reply counts a second time, as if it had come in a thread of its own, as
// some desks send what their agents write: an answer must not be known by being a reply alone.
const newThreadWeight = 0.3

// newThread returns a reply as a letter in a thread of its own, with a subject that a desk makes.
func newThread(raw []byte, subject string) []byte {
	header, body, _ := strings.Cut(string(raw), "\n\n")
	kept := []string{"Subject: Sak 4711: " + subject}
	skips := false
	for _, line := range strings.Split(header, "\n") {
		if line == "" || line[0] != ' ' && line[0] != '\t' {
			name, _, _ := strings.Cut(strings.ToLower(line), ":")
			skips = name == "subject" || name == "in-reply-to" || name == "references" || strings.HasPrefix(name, "thread-")
		}
		if !skips {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, "\n") + "\n\n" + body)
}

// readLines reads files of whole letters, a line each, under headings "= kind": each file is a maker.
func readLines(dir string, weight float64) (all []letter, folders []string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, nil, fmt.Errorf("list letters: %w", err)
	}
	slices.Sort(files)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, fmt.Errorf("read letters: %w", err)
		}
		folders = append(folders, file)
		kind, after := -1, []string(nil)
		for line := range strings.Lines(string(raw)) {
			line = strings.TrimSpace(line)
			if name, ok := strings.CutPrefix(line, "= "); ok {
				kind = slices.Index(letterKinds(), name)
				continue
			}
			if names, ok := strings.CutPrefix(line, "# after: "); ok {
				after = strings.Fields(names)
			}
			if line == "" || line[0] == '#' || kind < 0 {
				continue
			}
			m := message.Parse([]byte("From: Firma <post@firma.example>\n\n" + strings.ReplaceAll(line, "\\n", "\n")))
			seen := reading.Observe(m, reading.Asked{}, time.Time{})
			if seen.Settled == nil {
				all = append(all, letter{file: line, folder: file, after: after, label: kind, weight: weight, Observation: seen})
			}
		}
	}
	return all, folders, nil
}

// readManifest reads the names and labels of a folder.
func readManifest(dir string) ([][]string, error) {
	var rows [][]string
	for _, name := range []string{"manifest.csv", "labels.csv"} {
		f, err := os.Open(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open manifest: %w", err)
		}
		rows, err = csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", name, dir, err)
		}
		break
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s has neither manifest.csv nor labels.csv", dir)
	}
	return rows[1:], nil
}

// readSentences reads files of sentences, a line each, under headings "= kind".
func readSentences(dir string) ([]sentence, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, fmt.Errorf("list sentences: %w", err)
	}
	slices.Sort(files)
	var all []sentence
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read sentences: %w", err)
		}
		label := -1
		for line := range strings.Lines(string(raw)) {
			line = strings.TrimSpace(line)
			if kind, ok := strings.CutPrefix(line, "= "); ok {
				if label = slices.Index(sentenceKinds(), kind); label < 0 {
					return nil, fmt.Errorf("%s: no sentence is %q", file, kind)
				}
				continue
			}
			if line != "" && line[0] != '#' && label >= 0 {
				all = append(all, sentence{label, reading.SentenceOf(line)})
			}
		}
	}
	return all, nil
}
