package chatwoot

import (
	"testing"
	"time"
)

func TestPosition(t *testing.T) {
	now := time.Unix(1799661600, 0)
	a, b := room{visitor{"6fKq2", "s1"}, 17}, room{visitor{"6fKq2", "s2"}, 18}
	old := message{ID: 5, CreatedAt: stamp{now.Add(-2 * time.Minute)}}
	fresh := message{ID: 9, CreatedAt: stamp{now.Add(-10 * time.Second)}}
	for _, tt := range []struct {
		name string
		p    position
		want string
	}{
		{"nothing", position{}, `{}`},
		{"one heard", position{}.with(a, 9), `{"6fKq2/17":[0,9]}`},
		{"heard out of order, one twice", position{}.with(a, 9).with(a, 7, 9), `{"6fKq2/17":[0,7,9]}`},
		{"two rooms", position{}.with(a, 9).with(b, 10), `{"6fKq2/17":[0,9],"6fKq2/18":[0,10]}`},
		{"nothing has settled", position{}.with(a, 9).raise(a, []message{fresh}, now), `{"6fKq2/17":[0,9]}`},
		{"one has settled", position{}.with(a, 5, 9).raise(a, []message{old, fresh}, now), `{"6fKq2/17":[5,9]}`},
		{"all have settled", position{}.with(a, 5, 9).raise(a, []message{old, fresh}, now.Add(time.Hour)), `{"6fKq2/17":[9]}`},
		{"nothing left to raise", position{}.raise(a, nil, now), `{"6fKq2/17":[0]}`},
		{"one no longer followed", position{}.with(a, 9).with(b, 10).only([]room{b}), `{"6fKq2/18":[0,10]}`},
	} {
		if got := tt.p.String(); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
		if got := parsePosition(tt.p.String()).String(); got != tt.want {
			t.Errorf("%s: read again: got %s, want %s", tt.name, got, tt.want)
		}
	}
	for _, s := range []string{"", "null", "[]", "17:9", `{"6fKq2/17":[]}`, `{"6fKq2/17":"x"}`} {
		if got := parsePosition(s).String(); got != "{}" {
			t.Errorf("%q: got %s, want the beginning", s, got)
		}
	}
}

// TestLateMessage holds that a lower id which comes to light after a higher one
// is still heard, until it has had time to.
func TestLateMessage(t *testing.T) {
	r := room{visitor{"6fKq2", "s1"}, 17}
	now := time.Unix(1799661600, 0)
	said := []message{{ID: 5, CreatedAt: stamp{now.Add(-time.Hour)}}, {ID: 9, CreatedAt: stamp{now}}}
	p := position{}.with(r, 5, 9).raise(r, said, now)
	for id, want := range map[int64]bool{4: true, 5: true, 8: false, 9: true, 10: false} {
		if got := parsePosition(p.String()).has(r, id); got != want {
			t.Errorf("message %d: heard %v, want %v", id, got, want)
		}
	}
}
