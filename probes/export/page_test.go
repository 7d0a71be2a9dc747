package export_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/export"
)

// TestPage: page after page gives the rows of an export, in its order.
func TestPage(t *testing.T) {
	race.Skip(t, "it exports a season again and again, in one goroutine")
	f := newFixture(t)
	f.live(lives(90))
	dir, m := f.write(export.NDJSON, "")
	for _, table := range export.Tables() {
		for _, limit := range []int{0, 1, 30, 89, 90, 1 << 30} {
			if got, _ := f.pages(export.Page{Table: table.Name, Limit: limit}); got != f.file(dir, table.Name+".ndjson") {
				t.Errorf("%s by %d: is not the export's", table.Name, limit)
			}
		}
	}
	if got, _ := f.pages(export.Page{Table: "contacts", Since: *m.Cursor}); got != "" {
		t.Errorf("nothing has changed; got %s", got)
	}
	f.tell()
	got, cursor := f.pages(export.Page{Table: "contacts", Since: *m.Cursor, Limit: 3})
	if strings.Count(got, "\n") != 4 || !strings.Contains(got, `"contact":"b-chat"`) {
		t.Errorf("got %s, want the four", got)
	}
	if _, m := f.write(export.CSV, cursor); m.Files[0].Rows != 0 || *m.Cursor != cursor {
		t.Errorf("got %+v, want the pages' cursor to fit", m)
	}
}

// pages gathers all pages as NDJSON, and the cursor of the first.
func (f *fixture) pages(p export.Page) (text, cursor string) {
	f.Helper()
	var lines []byte
	for {
		var got export.Paged
		f.must(f.ledger.View(f.Context(), func(tx probes.Tx) (err error) {
			got, err = f.source.Page(f.Context(), tx, p)
			return err
		}))
		for _, row := range got.Rows {
			lines = append(got.Table.AppendJSON(lines, row), '\n')
		}
		if cursor == "" {
			cursor = got.Cursor
		}
		if p.After = got.After; p.After == "" {
			return string(lines), cursor
		}
	}
}

func TestPageRefused(t *testing.T) {
	f := newFixture(t)
	for want, p := range map[error]export.Page{
		export.ErrTable: {Table: "companies"}, export.ErrCursor: {Table: "contacts", Since: "latest"},
	} {
		err := f.ledger.View(t.Context(), func(tx probes.Tx) error {
			_, err := f.source.Page(context.Background(), tx, p)
			return err
		})
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}
