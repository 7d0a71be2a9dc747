package config

import (
	"slices"
	"testing"
)

func TestBraces(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"Hei {{.Company}}, {a|b} | {{ .Persona }} {|x}", nil},
		{"{Hei {{.Company}}|Hallo}", nil},
		{"{a|b", []string{"{ is not closed by }"}},
		{"a|b}", []string{"} closes nothing"}},
		{"{a}", []string{"braces without a choice; want {a|b} or {{.Company}}"}},
		{"{}", []string{"braces without a choice; want {a|b} or {{.Company}}"}},
		{"{a|{b|c}}", []string{"variants inside variants are not drawn; write them out", "} closes nothing"}},
		{"{{.Company", []string{"{{ is not closed by }}"}},
		{"{{.Company}", []string{"{{ is not closed by }}", "} closes nothing"}},
		{"{{.company}}", []string{`"{{.company}}" is not known; want {{.Company}}, {{.Persona}} or {{.Class}}; did you mean Company?`}},
		{"{{if .Company}}", []string{`"{{if .Company}}" is not known; want {{.Company}}, {{.Persona}} or {{.Class}}`}},
		{"{{}}", []string{`"{{}}" is not known; want {{.Company}}, {{.Persona}} or {{.Class}}`}},
	} {
		var got []string
		for _, b := range braces(tt.text) {
			got = append(got, b.text)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestSuggestion(t *testing.T) {
	keys := []string{"port", "host", "password", "password_file"}
	for _, tt := range []struct{ word, want string }{
		{"prot", "; did you mean port?"},
		{"Host", "; did you mean host?"},
		{"hots", "; did you mean host?"},
		{"passwort", "; did you mean password?"},
		{"password-file", "; did you mean password_file?"},
		{"x", ""},
		{"", ""},
		{"colour", ""},
	} {
		if got := suggestion(tt.word, keys); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestForms(t *testing.T) {
	for _, tt := range []struct {
		form      string
		good, bad []string
	}{
		{"id", []string{"a", "0", "nordlys-kraft"}, []string{"", "-a", "A", "å", "a_b", "a b"}},
		{
			"email",
			[]string{"post@nordlys.example", "kari.nordmann+x@blåbær.example"},
			[]string{"", "post", "@", "a@b@c", "Kari <kari@example.no>", "<kari@example.no>", "a@b.no, c@d.no"},
		},
		{
			"url",
			[]string{"https://example.no", "http://127.0.0.1:80/x", "http://[::1]", "http://localhost"},
			[]string{"example.no", "ftp://example.no", "http://example.no", "https://", "https://a:b@c", "https://a?b", "https://a#b"},
		},
		{"listen", []string{"127.0.0.1:0", ":9724", "[::1]:80", "localhost:65535"}, []string{"", "9724", "a:b", "a:65536", "a b:1"}},
		{"language", []string{"nb", "sv", "fi-FI", "smj"}, []string{"", "Norsk", "n", "NB"}},
		{"country", []string{"NO", "SE", "DK", "FI"}, []string{"", "no", "GB"}},
	} {
		for _, s := range tt.good {
			if err := formed(s, tt.form); err != nil {
				t.Errorf("%s %q: %v", tt.form, s, err)
			}
		}
		for _, s := range tt.bad {
			if formed(s, tt.form) == nil {
				t.Errorf("%s %q: got no fault", tt.form, s)
			}
		}
	}
}

// TestDSNIsBesideTheConfiguration: a program that is started in another folder
// finds the same ledger.
func TestDSNIsBesideTheConfiguration(t *testing.T) {
	for _, tt := range []struct{ dsn, want DSN }{
		{"sqlite:svartid.db", "sqlite:/etc/svartid/svartid.db"},
		{"sqlite:../data/a.db", "sqlite:/etc/data/a.db"},
		{"sqlite:/var/lib/a.db", "sqlite:/var/lib/a.db"},
		{"sqlite::memory:", "sqlite::memory:"},
		{"sqlite:", "sqlite:"},
		{"postgres://kari@db/x", "postgres://kari@db/x"},
	} {
		if got := tt.dsn.below("/etc/svartid"); got != tt.want {
			t.Errorf("%s: got %s, want %s", string(tt.dsn), string(got), string(tt.want))
		}
	}
}

func TestDSN(t *testing.T) {
	for _, tt := range []struct {
		dsn, shown       DSN
		memory, postgres bool
	}{
		{"sqlite:svartid.db", "sqlite:svartid.db", false, false},
		{"sqlite::memory:", "sqlite::memory:", true, false},
		{"postgres://kari@db/x", "postgres://kari@db/x", false, true},
		{"postgres://kari:hunter2@db/x?sslmode=require", "postgres://kari:***@db/x?sslmode=require", false, true},
		{"postgres://db/x?password=hunter2&sslpassword=hunter2", "postgres://db/x?password=***&sslpassword=***", false, true},
		{"postgres://kari:hunter2@db:port/x", "postgres://***", false, true},
	} {
		if got := tt.dsn.String(); got != string(tt.shown) {
			t.Errorf("got %s, want %s", got, string(tt.shown))
		}
		if tt.dsn.Memory() != tt.memory || tt.dsn.Postgres() != tt.postgres {
			t.Errorf("%s: got memory %t, postgres %t", tt.shown, tt.dsn.Memory(), tt.dsn.Postgres())
		}
	}
}
