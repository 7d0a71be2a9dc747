package seal_test

import (
	"testing"

	"github.com/svartid/svartid/probes/ledger/internal/seal"
)

// TestDigest: columns are told apart by where they end, and a number is as it is written.
func TestDigest(t *testing.T) {
	t.Parallel()
	made := map[string]string{}
	for name, digest := range map[string]string{
		"a column": seal.Digest("ab"), "two": seal.Digest("a", "b"), "the other way": seal.Digest("b", "a"), "a number": seal.Digest(1), "none": seal.Digest(),
	} {
		if other, twice := made[digest]; twice {
			t.Errorf("%s and %s are both %s", name, other, digest)
		}
		made[digest] = name
	}
	if seal.Digest(1) != seal.Digest("1") {
		t.Error("a number is not as it is written")
	}
}

// TestSum: rows may come in any order, what was taken out was not there, and what is no
// digest counts all the same.
func TestSum(t *testing.T) {
	t.Parallel()
	rows := []string{seal.Digest("a"), seal.Digest("b"), "", "no digest"}
	var forth, back, less, empty seal.Sum
	for i := range rows {
		forth.Take(rows[i], 1)
		back.Take(rows[len(rows)-1-i], 1)
	}
	less = forth
	less.Take(rows[3], -1)
	if forth != back || less == forth || less.Rows != 3 || less.String() == forth.String() {
		t.Errorf("got %v, %v and %v", forth, back, less)
	}
	var whole seal.Sum
	whole.Take(forth.String(), 0)
	if whole.String() != forth.String() || whole.Rows != 0 || empty.String() == whole.String() {
		t.Errorf("got %v, want %v", &whole, &forth)
	}
}
