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
		{"kari", "ola", false},
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
