package naming_test

import (
	"testing"

	"github.com/svartid/svartid/probes/naming"
)

func TestSame(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"kari", "kari", true},
		{"kari", " Kari ", true},
		{"kari", "kári", true},
		{"kári", "ka\u0301ri", true},
		{"KARI NORDMANN", "kari.nordmann", true},
		{"Kari Nordmann", "Kari  Nordmann\u200b", true},
		{"kari", "ｋａｒｉ", true},
		{"Bjørn", "Bjorn", true},
		{"Bjørn", "Bjoern", true},
		{"Håkon", "Haakon", true},
		{"Pål Bræk", "PAAL BRAEK", true},
		{"Straße", "STRASSE", true},
		{"ΣΟΦΟΣ", "σοφος", true},
		{"ﬁnn", "Finn", true},
		{"kari", "кari", true}, // Cyrillic ka
		{"Kari", "Кари", true},
		{"Σοφία", "Sofia", true},
		{"kari", "kɑri", true},
		{"ola", "0la", true},
		{"Kari", "Kari N", true},
		{"Kari N", "Kari Nordmann", true},
		{"Kari Nordmann", "K. Nordmann", true},
		{"Kari Nordmann", "Nordmann, Kari", true},
		{"Kari", "kari.nordmann@jury.example", true},
		{"kari.nordmann@jury.example", "Kari Nordmann", true},
		{"knordmann@jury.example", "Kari Nordmann", true},
		{"kn", "Kari Nordmann", true},
		{"nordbyk", "Kari Nordby", true},
		{"Kari Nordby", "NORDBYK@jury.example", true},
		{"nordbyk2", "Kari Nordby", true},
		{"knordby1", "Kari Nordby", true},
		{"nordbyka", "Kari Anne Nordby", true},
		{"nordbyk", "Kari Anne Nordby", true},
		{"anordby", "Kari Anne Nordby", true},
		{"nordbykari", "Kari Nordby", true},
		{"karianordby", "Kari Anne Nordby", true},
		{"nordbyk", "Nordby, Kari", true},
		{"knordby", "Nordby, Kari", true},
		{"ørnk", "Kari Ørn", true},
		{"Kari Nordbye", "Kari Nordby", true},
		{"Kari Nordbi", "Kari Nordby", true},
		{"Kari Anne Nordby", "Kari Marie Nordbye", false},
		{"Kari Norby", "Kari Nordbye", false}, // two letters
		{"nordbye", "Kari Nordby", false},     // as of Erik Nordby
		{"hansenk", "hansena", false},
		{"kari2", "Kari", true},
		{"kar1", "Karl Nordby", true},
		{"K. Hanssen", "Kari Hansen", true},
		{"Kari Norby", "Kari Nordby", false}, // a word of five letters
		{"nordbyo", "Kari Nordby", false},
		{"onordby", "Kari Nordby", false},
		{"Kari Hansen", "Kari Jansen", false}, // the first letter
		{"Anna Nordby", "Anne Nordby", false},
		{"Kari Nordby", "Ola Nordbye", false},
		{"Kari Anne Nordmann", "Kari Nordmann", true},
		{"k", "Kari", true},
		{"", "Kari", true},
		{"...", "Kari", true},
		{"kari", "ola", false},
		{"Kari Nordmann", "Kari Hansen", false},
		{"Kari N", "Kari Hansen", false},
		{"kari.nordmann@jury.example", "ola.nordmann@jury.example", false},
		{"Karin Nordmann", "Kari Nordmann", false},
		{"Karin", "Kari Nordmann", false},
		{"Nordmann", "Hansen", false},
		{"Анна", "Борис", false},
		{"kari", "karin", false},
		{"Kari N", "Kari M", false},
		{"李", "王", false},
	} {
		if got := naming.Same(tt.a, tt.b); got != tt.want {
			t.Errorf("%q and %q: got %v (%q, %q)", tt.a, tt.b, got, naming.Key(tt.a), naming.Key(tt.b))
		}
	}
}

func TestFold(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"org", "ORG", true},
		{"org", " org\u200b", true},
		{"org", "ｏｒｇ", true},
		{"ﬁnn@firma.example", "FINN@Firma.example", true},
		{"Straße", "STRASSE", true},
		{"ΣΟΦΟΣ", "σοφος", true},
		{"ola.n@x.example", "olan@x.example", false},
		{"kari", "kári", false},
		{"kari", "karin", false},
	} {
		if got := naming.Fold(tt.a) == naming.Fold(tt.b); got != tt.want {
			t.Errorf("%q and %q: got %v (%q, %q)", tt.a, tt.b, got, naming.Fold(tt.a), naming.Fold(tt.b))
		}
		if again := naming.Fold(naming.Fold(tt.a)); again != naming.Fold(tt.a) {
			t.Errorf("%q is folded to %q, and that to %q", tt.a, naming.Fold(tt.a), again)
		}
	}
}

// TestCheck: letters of several scripts in one name are refused, and those that are written
// together are not.
func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		want string // what the error says; empty: none
	}{
		{"Kari Nordmann", ""},
		{"kári.nordmann@jury.example", ""},
		{"Кари", ""},
		{"李 小龍 Bruce", ""},
		{"さくら 田中 カナ", ""},
		{"김민준 Kim", ""},
		{"Kari 2", ""},
		{"кari", "letters of several scripts in one name: \"кari\" has Cyrillic and Latin"},
		{"Kαri", "letters of several scripts in one name: \"Kαri\" has Greek and Latin"},
		{"Ｋａｒｉ", ""},
	} {
		got := ""
		if err := naming.Check(tt.name); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
