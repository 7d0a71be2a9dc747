package result

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/head"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/participant"
	"github.com/svartid/svartid/probes/signature"
)

// made marks a folder as a result.
const made = "svartid result"

// The files that say what the others are.
const (
	sumsName    = "SHA256SUMS"
	sigName     = "SHA256SUMS.sig"
	summaryName = "result.json"
)

// A File is one file of a result. Its name has slashes where it lies deeper.
type File struct {
	Name    string
	Content []byte
}

// A Source is what a result is made of beside the ledger.
type Source struct {
	Edition *edition.Edition
	Rules   string // digest of those that outcomes follow from
	Key     signature.Key
	Scoring []byte // the statements that compute standings
	// Accept is the digest of what is not settled and is accepted all the same; see
	// [Unsettled.Digest].
	Accept string
	// Again is the summary of the result that is made again, to be held against it. Nil: it is
	// made for the first time.
	Again *Summary
}

// Freeze returns the files of the season's result, by name, as one view of the
// ledger gives them. The error is an [*Unsettled] if something waits that was not
// accepted.
func (s Source) Freeze(ctx context.Context, tx probes.Tx) ([]File, error) {
	classes, err := report.Standings(ctx, tx, s.Edition, time.Time{})
	if err != nil {
		return nil, err
	}
	items, err := s.unsettled(ctx, tx, classes)
	if err != nil {
		return nil, err
	}
	if u := (&Unsettled{items}); len(items) > 0 && u.Digest() != s.Accept {
		return nil, u
	}
	sum, err := s.summary(ctx, tx, classes)
	if err != nil {
		return nil, err
	}
	sum.Unsettled = append(sum.Unsettled, items...)
	files := []File{{"scoring.md", s.Scoring}}
	for _, make := range []func(context.Context, probes.Tx, *Summary) ([]File, error){s.chains, s.plans, s.tables, s.pages} {
		more, err := make(ctx, tx, &sum)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	for name, v := range map[string]any{summaryName: sum, "standings.json": classes} {
		text, err := indented(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, File{name, text})
	}
	return s.signed(files), nil
}

// indented is v as JSON that people read too.
func indented(v any) ([]byte, error) {
	var text bytes.Buffer
	encode := json.NewEncoder(&text)
	encode.SetEscapeHTML(false)
	encode.SetIndent("", "  ")
	err := encode.Encode(v)
	return text.Bytes(), err
}

// chains returns where the chain of each contact ends.
func (s Source) chains(ctx context.Context, tx probes.Tx, sum *Summary) ([]File, error) {
	snapshot, err := tx.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	state, err := head.Read(ctx, tx)
	if err != nil {
		return nil, err
	}
	sum.Ledger = Stand{snapshot.Ledger, state.Contacts(), state.Events(), state.Digest()}
	return []File{{"chains.txt", []byte(state.Text())}}, nil
}

// plans returns the plans that were followed.
func (s Source) plans(ctx context.Context, tx probes.Tx, sum *Summary) (files []File, err error) {
	followed, err := probes.Follows(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, p := range followed {
		name := "plan-" + p.Source + ".txt"
		again := slices.ContainsFunc(files, func(f File) bool { return f.Name == name })
		sum.Plans = append(sum.Plans, Plan{p.Source, p.Until.UTC(), name})
		if again {
			continue
		}
		text, err := tx.Evidence(ctx, p.Source)
		if err != nil {
			return nil, fmt.Errorf("plan %s: %w", p.Source, err)
		}
		files = append(files, File{name, text})
	}
	return files, nil
}

// tables returns standings and what they are computed from.
func (s Source) tables(ctx context.Context, tx probes.Tx, _ *Summary) (files []File, err error) {
	for _, sheet := range append(export.Recomputable(s.Edition), export.Standings(s.Edition)) {
		encoded, err := sheet.Encode(ctx, tx, export.CSV, export.Parquet)
		if err != nil {
			return nil, err
		}
		for format, content := range encoded {
			files = append(files, File{sheet.Table.Name + "." + string(format), content})
		}
	}
	return files, nil
}

// pages returns the page of each participant in every language.
func (s Source) pages(ctx context.Context, tx probes.Tx, _ *Summary) (files []File, err error) {
	all, err := participant.All(ctx, tx, s.Edition)
	if err != nil {
		return nil, err
	}
	printers, err := report.Printers(s.Edition.Zone())
	if err != nil {
		return nil, err
	}
	for _, facts := range all {
		for _, p := range printers {
			page, err := facts.HTML(p)
			if err != nil {
				return nil, err
			}
			files = append(files, File{fmt.Sprintf("pages/%s.%s.html", facts.Company.ID, p.Tag()), page})
		}
	}
	return files, nil
}

// signed returns the files by name, with what says that they are whole and whose.
func (s Source) signed(files []File) []File {
	files = append(files,
		File{"signers", []byte(s.Key.Public().Signers())},
		File{"VERIFY.txt", []byte(howToVerify)})
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	var sums strings.Builder
	for _, f := range files {
		sum := sha256.Sum256(f.Content)
		fmt.Fprintf(&sums, "%s  %s\n", hex.EncodeToString(sum[:]), f.Name)
	}
	text := []byte(sums.String())
	return append(files, File{sumsName, text}, File{sigName, signature.Encode(s.Key.Sign(text))})
}

// howToVerify is VERIFY.txt.
const howToVerify = `How to verify this result

1. That the files are whole:

       sha256sum --check --strict SHA256SUMS

2. That the organiser has signed them:

       ssh-keygen -Y verify -f signers -I svartid -n svartid -s SHA256SUMS.sig < SHA256SUMS

   The key in the file signers is that of this edition. It is also that of the
   heads of the ledger, which were published during the season: take the key from
   there, and not from here, if you have it.

3. That the plan is the one which was promised: the SHA-256 of plan-DIGEST.txt is
   DIGEST, which was published before the season.

       sha256sum plan-*.txt

4. That the standings follow from the contacts: run the statements of scoring.md
   with DuckDB in this folder, and compare the table recomputed with standings.

5. That the ledger gives this result: who has the ledger and the configuration
   runs

       svartid verify --result DIR
`
