package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/svartid/svartid/probes/reading/internal/model"
)

// version is raised when the tables are learnt in another way.
const version = 4

func main() {
	out := flag.String("out", "", "the folder for the tables; none are written without it")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Args(), *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

// run learns from folders, says how well, and writes the tables into out unless that is empty.
func run(folders []string, out string, say io.Writer) error {
	m, err := gather(folders)
	if err != nil {
		return err
	}
	fmt.Fprintf(say, "%d letters of %d makers, %d sentences\n", len(m.letters), len(m.folders), len(m.sentences))
	m.tellApart()
	readers := m.learn(allFolders)
	readers.Version, readers.Letters, readers.Sentences = version, len(m.letters), len(m.sentences)
	opinions := m.crossValidate()
	readers.Temperature = temperature(opinions)
	readers.Limits = limits()
	report(say, opinions, readers.Temperature)
	if out == "" {
		return nil
	}
	return write(out, learnNgrams(m.sentences, m.letters), readers)
}

// material is what is learnt from.
type material struct {
	letters   []letter
	sentences []sentence
	folders   []string
}

// gather reads folders, each with its weight behind a "=".
func gather(folders []string) (m material, err error) {
	for _, arg := range folders {
		dir, text, weighed := strings.Cut(arg, "=")
		weight := 1.0
		if weighed {
			if weight, err = strconv.ParseFloat(text, 64); err != nil {
				return m, fmt.Errorf("weight of %s: %w", dir, err)
			}
		}
		if strings.HasSuffix(dir, "sentences") {
			found, err := readSentences(dir)
			if err != nil {
				return m, err
			}
			m.sentences = append(m.sentences, found...)
			continue
		}
		if strings.HasSuffix(dir, "lines") {
			found, files, err := readLines(dir, weight)
			if err != nil {
				return m, err
			}
			m.letters, m.folders = append(m.letters, found...), append(m.folders, files...)
			continue
		}
		found, err := readFolder(dir, weight)
		if err != nil {
			return m, err
		}
		m.letters, m.folders = append(m.letters, found...), append(m.folders, dir)
	}
	return m, nil
}

// write writes the tables.
func write(out string, ngrams *model.Ngrams, readers *model.Readers) error {
	table, err := ngrams.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "ngrams.bin"), table, 0o644); err != nil { //nolint:gosec // the tables are public
		return fmt.Errorf("write n-grams: %w", err)
	}
	if table, err = readers.Encode(); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "readers.json"), table, 0o644); err != nil { //nolint:gosec // the tables are public
		return fmt.Errorf("write readers: %w", err)
	}
	return nil
}
