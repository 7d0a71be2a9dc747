package result

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/signature"
)

// Check holds a folder against its sums and their signature, and returns what does
// not hold, in sentences. The error is of a folder that cannot be read.
func Check(from fs.FS, key signature.Public) (faults []string, err error) {
	found, err := read(from)
	if err != nil {
		return nil, fmt.Errorf("read the result: %w", err)
	}
	sums, signed := found[sumsName], found[sigName]
	if raw, err := signature.Decode(signed); err != nil {
		faults = append(faults, fmt.Sprintf("%s: %v", sigName, err))
	} else if err := key.Verify(sums, raw); err != nil {
		faults = append(faults, fmt.Sprintf("%s: %v", sigName, err))
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		listed[name] = sum
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		sum := sha256.Sum256(found[name])
		want, known := listed[name]
		switch {
		case name == sumsName || name == sigName:
		case !known:
			faults = append(faults, name+" is not in "+sumsName)
		case want != hex.EncodeToString(sum[:]):
			faults = append(faults, name+" was changed")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		if _, there := found[name]; !there {
			faults = append(faults, name+" is missing")
		}
	}
	return faults, nil
}

// Against holds a folder against the files that the ledger gives now, and returns
// which differ, in sentences.
func Against(from fs.FS, files []File) (faults []string, err error) {
	found, err := read(from)
	if err != nil {
		return nil, fmt.Errorf("read the result: %w", err)
	}
	for _, f := range files {
		if f.Name == sumsName || f.Name == sigName {
			continue // they follow from the others
		}
		if content, there := found[f.Name]; there && !bytes.Equal(content, f.Content) {
			faults = append(faults, f.Name+" is not what the ledger and the configuration give now")
		}
	}
	return faults, nil
}

// Accepted returns what a result was frozen in spite of, as [Source.Accept] takes
// it; empty: everything was settled.
func Accepted(from fs.FS) (string, error) {
	text, err := fs.ReadFile(from, summaryName)
	if err != nil {
		return "", fmt.Errorf("read the result: %w", err)
	}
	var s Summary
	if err := json.Unmarshal(text, &s); err != nil {
		return "", fmt.Errorf("read the result: %s: %w", summaryName, err)
	}
	if len(s.Unsettled) == 0 {
		return "", nil
	}
	return (&Unsettled{s.Unsettled}).Digest(), nil
}
