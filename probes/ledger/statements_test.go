package ledger

import (
	"fmt"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/internal/dialect"
)

// What is found by the same fields is one statement, and what is found by an
// arrival's names, which may be any number, is none that is kept.
func TestFindingIsCompiled(t *testing.T) {
	for name, tt := range map[string]struct {
		a, b probes.Query
		same bool
	}{
		"other values":  {probes.Query{Edition: "spring"}, probes.Query{Edition: "autumn"}, true},
		"another field": {probes.Query{Edition: "spring"}, probes.Query{Channel: "mail"}, false},
	} {
		a, b := finding(tt.a, dialect.SQLite()), finding(tt.b, dialect.SQLite())
		if !a.often || !b.often || (a.text == b.text) != tt.same {
			t.Errorf("%s: got %+v and %+v", name, a, b)
		}
	}
	if q := finding(probes.Query{Names: []string{"a", "b"}}, dialect.SQLite()); q.often {
		t.Errorf("by names: got %+v", q)
	}
}

func TestStatementsAreBounded(t *testing.T) {
	s := newStatements(nil)
	for i := range 2 * mostCompiled {
		if s.find(fmt.Sprint(i)) != nil {
			t.Fatal("compiled without a database")
		}
	}
	if len(s.compiled) != mostCompiled || len(s.wanted) != mostCompiled {
		t.Errorf("got %d and %d, want %d", len(s.compiled), len(s.wanted), mostCompiled)
	}
}
