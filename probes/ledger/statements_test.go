package ledger

import (
	"fmt"
	"slices"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/internal/dialect"
)

// What is found by the same fields is one statement, and so is what is found by
// about as many names; one for very many is not kept.
func TestFindingIsCompiled(t *testing.T) {
	names := func(n int) probes.Query {
		q := probes.Query{Channel: "mail"}
		for i := range n {
			q.Names = append(q.Names, fmt.Sprint("name ", i))
		}
		return q
	}
	for name, tt := range map[string]struct {
		a, b probes.Query
		same bool
	}{
		"other values":  {probes.Query{Edition: "spring"}, probes.Query{Edition: "autumn"}, true},
		"another field": {probes.Query{Edition: "spring"}, probes.Query{Channel: "mail"}, false},
		"a few names":   {names(5), names(8), true},
		"one name":      {names(1), names(4), true},
		"more names":    {names(8), names(9), false},
	} {
		a, b := finding(tt.a, dialect.SQLite()), finding(tt.b, dialect.SQLite())
		if !a.often || !b.often || (a.text == b.text) != tt.same {
			t.Errorf("%s: got %+v and %+v", name, a, b)
		}
	}
	if q := finding(names(mostNames+1), dialect.SQLite()); q.often {
		t.Errorf("by very many names: got %+v", q)
	}
	if got, want := padded([]string{"a", "b"}), []string{"a", "b", "b", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
