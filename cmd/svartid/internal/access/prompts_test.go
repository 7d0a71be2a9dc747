package access

import "testing"

// TestPrompts: who may tap by the users' file is told of prompts, and who is no longer in it
// is not, unless a provider logs people in whom we do not know.
func TestPrompts(t *testing.T) {
	users := Users{byName: map[string]User{"kari": {Name: "kari", Role: Shopper}, "jury": {Name: "jury", Role: Judge}, "chief": {Name: "chief", Role: Organiser}}}
	for _, tt := range []struct {
		name  string
		rules Rules
		of    string
		want  bool
	}{
		{"a shopper", Rules{Users: users}, "kari", true},
		{"an organiser", Rules{Users: users}, "chief", true},
		{"a judge", Rules{Users: users}, "jury", false},
		{"one who has left", Rules{Users: users}, "ola", false},
		{"no login", Rules{}, "ola", true},
	} {
		if got := tt.rules.Prompts(tt.of); got != tt.want {
			t.Errorf("%s: got %t", tt.name, got)
		}
	}
}
