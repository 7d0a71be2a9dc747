package schema_test

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/probes/ledger/internal/schema"
)

func TestDifferences(t *testing.T) {
	t.Parallel()
	events := schema.Object{Kind: "table", Name: "events", Table: "events", Text: "CREATE TABLE events (at BIGINT)"}
	spaced, changed := events, events
	spaced.Text, changed.Text = "CREATE  TABLE events\n(at BIGINT)", "CREATE TABLE events (at TEXT)"
	trigger := schema.Object{Kind: "trigger", Name: "quiet", Table: "events", Text: "…"}
	table := schema.Object{Kind: "table", Name: "other", Table: "other"}
	column := schema.Object{Kind: "column", Name: "a", Table: "other"}
	for _, tt := range []struct {
		name     string
		want, is []schema.Object
		says     []schema.Difference
	}{
		{name: "nothing"},
		{name: "the same", want: []schema.Object{events}, is: []schema.Object{spaced}},
		{"changed", []schema.Object{events}, []schema.Object{changed}, []schema.Difference{{"events", "the table events is not as svartid makes it"}}},
		{"missing", []schema.Object{events}, nil, []schema.Difference{{"events", "the table events is missing"}}},
		{"a table with its columns", nil, []schema.Object{table, column}, []schema.Difference{
			{"other", "the table other is not of svartid's making: it may change what is written or read"},
		}},
		{"a column", []schema.Object{table}, []schema.Object{column, table}, []schema.Difference{
			{"other", "the column a is not of svartid's making: it may change what is written or read"},
		}},
		{"added", []schema.Object{events}, []schema.Object{trigger, events}, []schema.Difference{
			{"events", "the trigger quiet is not of svartid's making: it may change what is written or read"},
		}},
	} {
		if got := schema.Differences(tt.want, tt.is); !slices.Equal(got, tt.says) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.says)
		}
	}
}
