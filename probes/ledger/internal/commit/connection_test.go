package commit

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
)

func TestStatementsAreBounded(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c, err := Connect(t.Context(), db, SQLite)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * mostCompiled {
		rows, err := c.Query(t.Context(), fmt.Sprint("SELECT ", i))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.compiled) != mostCompiled {
		t.Errorf("got %d, want %d", len(c.compiled), mostCompiled)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
