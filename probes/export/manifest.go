package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// A Manifest says what an export holds, and of what it was made.
type Manifest struct {
	Made    string   `json:"made"` // what it is: marks the folder as an export
	Schema  int      `json:"schema"`
	Edition string   `json:"edition"`
	Format  Format   `json:"format"`
	Names   bool     `json:"names"`  // whether personal names are left in
	Ledger  string   `json:"ledger"` // names the ledger
	Version int64    `json:"version"`
	Rules   string   `json:"rules"` // digest of the rules
	Plans   []Drawn  `json:"plans"` // the plans that it followed, earliest first
	Since   *string  `json:"since"` // the cursor it went on from; null: it holds all
	Cursor  *string  `json:"cursor"`
	Anew    bool     `json:"folded_anew"` // by other rules than the ledger was: it has no cursor
	Files   []Listed `json:"files"`
}

// Drawn is a plan of the edition.
type Drawn struct {
	Digest string    `json:"digest"`
	At     time.Time `json:"at"` // when it was first followed
}

// Listed is one file of an export.
type Listed struct {
	Name   string `json:"name"`
	Table  string `json:"table,omitempty"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// made marks a manifest as ours.
const made = "svartid export"

// manifestName is the file that holds the manifest.
const manifestName = "manifest.json"

// encode writes the manifest for people and programs.
func (m Manifest) encode() ([]byte, error) { return indented(m) }

// indented is v as JSON that people read too.
func indented(v any) ([]byte, error) {
	var text bytes.Buffer
	encode := json.NewEncoder(&text)
	encode.SetEscapeHTML(false)
	encode.SetIndent("", "  ")
	if err := encode.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return text.Bytes(), nil
}
