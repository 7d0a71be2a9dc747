package result

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/signature"
)

// Check holds a folder against its sums and their signature, and its rules against those of
// the plan in it, and returns what does not hold, in sentences. The error is of a folder that cannot be read.
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
	return append(faults, unpromised(found)...), nil
}

// unpromised holds the rules of a result against those of the plan of its start, which lies
// beside it, and returns in what they differ, unless that was accepted by name.
func unpromised(found map[string][]byte) (faults []string) {
	text, there := found[summaryName]
	if !there {
		return nil // that is told, or there never was one
	}
	var sum Summary
	if err := json.Unmarshal(text, &sum); err != nil {
		return []string{fmt.Sprintf("%s: %v", summaryName, err)}
	}
	var start plan.Committed
	for _, p := range sum.Plans {
		followed, err := plan.Read(string(found[p.File]))
		switch {
		case err != nil:
			faults = append(faults, fmt.Sprintf("%s: %v", p.File, err))
		case plan.DigestOf(string(found[p.File])) != p.Digest:
			faults = append(faults, fmt.Sprintf("%s is not the plan %s", p.File, p.Digest))
		case followed.Edition == sum.Edition && (start.Edition == "" || !start.Begun(p.Since)):
			start = followed
		}
	}
	is, err := sum.season()
	if err != nil {
		return append(faults, fmt.Sprintf("%s: %v", summaryName, err))
	}
	for _, c := range start.Changes(is) {
		if !slices.Contains(sum.Unsettled, Item{c.String(), Rules}) {
			faults = append(faults, fmt.Sprintf("%s: not by the rules of the plan: %s", summaryName, c))
		}
	}
	return faults
}

// season returns the rules of a result, as far as a plan commits to them.
func (s Summary) season() (is plan.Season, err error) {
	is = plan.Season{Name: s.Edition, Seed: s.Seed}
	if s.Zone != "" {
		if is.Rules.Calendar.Zone, err = time.LoadLocation(s.Zone); err != nil {
			return is, fmt.Errorf("time zone: %w", err)
		}
		is.Rules.Calendar.Country = s.Country
	}
	var errs [2]error
	for i, day := range []struct {
		text string
		into *calendar.Date
	}{{s.From, &is.From}, {s.To, &is.To}} {
		if day.text != "" {
			*day.into, errs[i] = calendar.ParseDate(day.text)
		}
	}
	for _, t := range s.Terms {
		is.Terms = append(is.Terms, edition.Term(t))
	}
	return is, errors.Join(errs[:]...)
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

// MadeAgain returns the source of a result that is made again from the same ledger: with
// what it was frozen in spite of accepted.
func (s Source) MadeAgain(from fs.FS) (Source, error) {
	text, err := fs.ReadFile(from, summaryName)
	if err != nil {
		return s, fmt.Errorf("read the result: %w", err)
	}
	s.Again = new(Summary)
	if err := json.Unmarshal(text, s.Again); err != nil {
		return s, fmt.Errorf("read the result: %s: %w", summaryName, err)
	}
	s.Accept = ""
	if len(s.Again.Unsettled) > 0 {
		s.Accept = (&Unsettled{s.Again.Unsettled}).Digest()
	}
	return s, nil
}
