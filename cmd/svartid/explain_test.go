package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestExplainWithoutALedger is no story, and misuse where a folder was named.
func TestExplainWithoutALedger(t *testing.T) {
	var out, errs lines
	status := run(t.Context(), []string{"explain", "--dir", filepath.Join(t.TempDir(), "none"), "x"}, streams{out: &out, err: &errs})
	if status != exitMisuse || !strings.Contains(errs.String(), "--dir ") || out.String() != "" {
		t.Errorf("got status %d\n%s%s", status, &out, &errs)
	}
}
