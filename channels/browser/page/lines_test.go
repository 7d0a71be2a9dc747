package page

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestInOrder sees that a message which a page takes away and draws again is one, and that
// one which is said again is two.
func TestInOrder(t *testing.T) {
	const second = 1e3
	for name, c := range map[string]struct {
		records []record // numbered from 1
		order   []int
		want    string // words@second first drawn; - before one that has gone
	}{
		"nothing":                    {nil, nil, ""},
		"as drawn":                   {[]record{{Text: "hi", At: 1}, {Text: "you", At: 2}}, []int{1, 2}, "hi@1 you@2"},
		"said again":                 {[]record{{Text: "hi", At: 1}, {Text: "hi", At: 2}}, []int{1, 2}, "hi@1 hi@2"},
		"drawn again at once":        {[]record{{Text: "hi", At: 1, Left: 1.02}, {Text: "hi", At: 1.02}}, []int{2}, "hi@1"},
		"drawn again after a pause":  {[]record{{Text: "hi", At: 1, Left: 2}, {Text: "hi", At: 6}}, []int{2}, "hi@1"},
		"new above the old":          {[]record{{Text: "hi", At: 1, Left: 3}, {Text: "hi", At: 2.8}}, []int{2}, "hi@1"},
		"drawn three times":          {[]record{{Text: "hi", At: 1, Left: 2}, {Text: "hi", At: 2, Left: 4}, {Text: "hi", At: 5}}, []int{3}, "hi@1"},
		"all drawn again":            {[]record{{Text: "a", At: 1, Left: 3}, {Text: "a", At: 2, Left: 3}, {Text: "a", At: 3}, {Text: "a", At: 3}}, []int{3, 4}, "a@1 a@2"},
		"all drawn again, and more":  {[]record{{Text: "a", At: 1, Left: 3}, {Text: "a", At: 3}, {Text: "a", At: 3.5}}, []int{2, 3}, "a@1 a@3.5"},
		"taken away":                 {[]record{{Text: "a", At: 1, Left: 3}, {Text: "b", At: 2}}, []int{2}, "-a@1 b@2"},
		"taken away and long after":  {[]record{{Text: "a", At: 1, Left: 3}, {Text: "a", At: 60}}, []int{2}, "-a@1 a@60"},
		"said again, the first gone": {[]record{{Text: "a", At: 1, Left: 9}, {Text: "a", At: 5}}, []int{2}, "-a@1 a@5"},
		"another's words":            {[]record{{Text: "a", At: 1, Left: 2, Author: "bot"}, {Text: "a", At: 2, Author: "human"}}, []int{2}, "-a@1 a@2"},
		"all gone":                   {[]record{{Text: "a", At: 1, Left: 9}, {Text: "b", At: 5, Left: 9}}, nil, "-a@1 -b@5"},
	} {
		records := map[int]record{}
		for i, r := range c.records {
			r.N, r.At, r.Left = i+1, r.At*second, r.Left*second
			records[r.N] = r
		}
		var got []string
		for _, l := range inOrder(records, slices.Clone(c.order)) {
			sign := ""
			if l.Gone {
				sign = "-"
			}
			got = append(got, fmt.Sprintf("%s%s@%v", sign, l.Text, float64(l.At.UnixMilli())/second))
		}
		if told := strings.Join(got, " "); told != c.want {
			t.Errorf("%s: %q, want %q", name, told, c.want)
		}
	}
}
