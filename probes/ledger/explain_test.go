package ledger

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/internal/dialect"
)

// TestIndexes: what the engine asks all the time is found by an index, however
// many contacts there are.
func TestIndexes(t *testing.T) {
	t.Parallel()
	fold := func(string, []probes.Event) probes.Contact { return probes.Contact{} }
	l, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "svartid.db"), Options{Fold: fold})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	now := time.Now()
	pending, planned := []probes.Outcome{probes.Pending}, []probes.State{probes.AttemptPlanned}
	for _, test := range []struct {
		name  string
		query query
		want  string
	}{
		{"due", finding(probes.Query{Edition: "e", States: planned, DueBefore: now}, dialect.SQLite()), "contacts_state (state=? AND due<?)"},
		{"overdue", finding(probes.Query{Edition: "e", Channel: "m", Outcomes: pending, DeadlineBefore: now}, dialect.SQLite()), "contacts_deadline (outcome=? AND channel=? AND deadline<?)"},
		{"bothered", finding(probes.Query{Edition: "e", Company: "c"}, dialect.SQLite()), "contacts_company (company=?)"},
		{"matched", finding(probes.Query{Channel: "m", Names: []string{"a", "b"}}, dialect.SQLite()), "sqlite_autoindex_contacts_1 (id=?)"},
		{"named", finding(probes.Query{Channel: "m", Names: []string{"a", "b"}}, dialect.SQLite()), "names USING PRIMARY KEY (name=? AND channel=?)"},
		{"paged", finding(probes.Query{Channel: "m", After: "a", Limit: 9}, dialect.SQLite()), "sqlite_autoindex_contacts_1 (id>?)"},
		{"paged, changed", finding(probes.Query{After: "a", ChangedSince: 7, Limit: 9}, dialect.SQLite()), "contacts_changed (id>?)"},
		{"of a class", finding(probes.Query{Edition: "e", Class: "c", After: "a", Limit: 9}, dialect.SQLite()), "contacts_class (class=? AND id>?)"},
		{"all that changed", finding(probes.Query{ChangedSince: 7}, dialect.SQLite()), "contacts_since (changed>?)"},
		{"of a company, changed", finding(probes.Query{Company: "c", ChangedSince: 7}, dialect.SQLite()), "contacts_company_changed (company=? AND changed>?)"},
		{"newest", finding(probes.Query{Channel: "m", Newest: true, Limit: 9}, dialect.SQLite()), "SCAN contacts USING INDEX contacts_due"},
		{"changed", once(talliesSince, 7), "tallies_version (version>?)"},
		{"scores that changed", once(basesSince, 7), "scores_version (version>?)"},
		{"waiting", once(unmatchedCounts), "USING COVERING INDEX arrivals_unmatched"},
	} {
		var got []string
		err := l.view(t.Context(), func(tx *tx) error {
			return tx.each(t.Context(), once("EXPLAIN QUERY PLAN "+test.query.text, test.query.args...), func(scan scan) error {
				var step string
				err := scan(new(int), new(int), new(int), &step)
				got = append(got, step)
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(got, "\n"), test.want) {
			t.Errorf("%s: got %q, want %s", test.name, got, test.want)
		}
	}
}
