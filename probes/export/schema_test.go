package export

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSchema: every column says what it is, once, and is named as the others.
func TestSchema(t *testing.T) {
	for _, table := range Tables() {
		seen := map[string]bool{}
		for _, c := range table.Columns {
			unit := strings.HasSuffix(c.Name, "_seconds")
			switch {
			case c.About == "" || c.Type == "":
				t.Errorf("%s.%s does not say what it is", table.Name, c.Name)
			case seen[c.Name] || strings.ToLower(c.Name) != c.Name:
				t.Errorf("%s.%s: is there twice, or is not in lower case", table.Name, c.Name)
			case unit != (c.Unit == "s"):
				t.Errorf("%s.%s: unit %q does not go with the name", table.Name, c.Name, c.Unit)
			}
			seen[c.Name] = true
		}
		for _, key := range table.Key {
			i := slices.IndexFunc(table.Columns, func(c Column) bool { return c.Name == key })
			if i < 0 || table.Columns[i].Null != "" {
				t.Errorf("%s: key %s is no column, or may be null", table.Name, key)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	table := Table{Name: "t", Columns: []Column{{Name: "a", Type: Text}, {Name: "b", Type: Real, Null: "none"}}}
	for _, tt := range []struct {
		name string
		row  Row
		want string // of the error; empty: none
	}{
		{"both", Row{"x", 1.5}, ""},
		{"null", Row{"x", nil}, ""},
		{"null where none may be", Row{nil, nil}, "row of t: column a: <nil> <nil>, want text"},
		{"another type", Row{"x", int64(1)}, "row of t: column b: int64 1, want real"},
		{"a duration", Row{"x", time.Second}, "row of t: column b: time.Duration 1s, want real"},
		{"no number", Row{"x", math.NaN()}, "row of t: column b: float64 NaN, want real"},
		{"no end", Row{"x", math.Inf(1)}, "row of t: column b: float64 +Inf, want real"},
		{"too few", Row{"x"}, "row of t has 1 values, want 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := table.check(tt.row); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
