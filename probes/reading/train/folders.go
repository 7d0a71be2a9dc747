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
)

// A letter is a labelled letter as the readers see it.
type letter struct {
	file   string
	folder string // which folder it is of: the maker
	label  int    // of letterKinds
	weight float64
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
	return map[string]string{"auto-ack": "acknowledgement", "out-of-office": "absence", "human-reply": "answer", "human-reply-body": "answer"}
}

// readFolder reads the letters of a folder with a manifest (file, label) or a list of labels
// (file, kind). Reports on delivery are left out, whatever they are labelled as.
func readFolder(dir string, weight float64) ([]letter, error) {
	rows, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	var all []letter
	for _, row := range rows {
		label := row[1]
		if other, ok := labels()[label]; ok {
			label = other
		}
		kind := slices.Index(letterKinds(), label)
		if kind < 0 {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			return nil, fmt.Errorf("read letter: %w", err)
		}
		m := reading.Parse(raw)
		if strings.HasSuffix(row[0], ".txt") && row[1] == "human-reply-body" {
			m = reading.Plain(string(raw))
		}
		seen := reading.Observe(m, reading.Asked{}, time.Time{})
		if seen.Settled != nil {
			continue
		}
		all = append(all, letter{row[0], dir, kind, weight, seen})
	}
	return all, nil
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
