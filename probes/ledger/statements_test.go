package ledger

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"github.com/svartid/svartid/probes"
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
		a, b := finding(tt.a), finding(tt.b)
		if !a.often || !b.often || (a.text == b.text) != tt.same {
			t.Errorf("%s: got %+v and %+v", name, a, b)
		}
	}
	if q := finding(names(mostNames + 1)); q.often {
		t.Errorf("by very many names: got %+v", q)
	}
	if got, want := padded([]string{"a", "b"}), []string{"a", "b", "b", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestStatementsAreBounded(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c, err := connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * mostCompiled {
		rows, err := c.query(t.Context(), ask(fmt.Sprint("SELECT ", i)))
		if err != nil {
			t.Fatal(err)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.compiled) != mostCompiled {
		t.Errorf("got %d, want %d", len(c.compiled), mostCompiled)
	}
	if err := c.close(); err != nil {
		t.Error(err)
	}
}
