package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// fields are what a scenario may leave to be filled in. One holds what looks
// like more of it.
func fields() map[string]string {
	return map[string]string{"Company": "Nordlys", "Persona": "Kari", "Class": "{strøm|kraft}"}
}

func TestText(t *testing.T) {
	tests := []struct {
		template string
		want     []string // all that may be drawn
	}{
		{"", []string{""}},
		{"Hei!", []string{"Hei!"}},
		{"a | b", []string{"a | b"}},
		{"{Hei|Hallo}!", []string{"Hei!", "Hallo!"}},
		{"{a|b|c}", []string{"a", "b", "c"}},
		{"{a|}", []string{"a", ""}},
		{"{a|b}{c|d}", []string{"ac", "ad", "bc", "bd"}},
		{"{a\n|b}", []string{"a\n", "b"}},
		{"Hei {{.Company}}", []string{"Hei Nordlys"}},
		{"{{ .Company }}/{{.Persona}}", []string{"Nordlys/Kari"}},
		{"{hos {{.Company}}|hos dere}", []string{"hos Nordlys", "hos dere"}},
		{"{hos dere|hos {{.Company}}}?", []string{"hos dere?", "hos Nordlys?"}},
		{"{{.Class}}", []string{"{strøm|kraft}"}},
		{"{x {{.Class}}|x {{.Class}}}", []string{"x {strøm|kraft}"}},
	}
	for _, tt := range tests {
		t.Run(tt.template, func(t *testing.T) {
			drawn := map[string]bool{}
			for i := range 100 {
				got, err := NewStream("seed", fmt.Sprint(i)).Text(tt.template, fields())
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(tt.want, got) {
					t.Fatalf("got %q, want one of %q", got, tt.want)
				}
				drawn[got] = true
			}
			if len(drawn) != len(tt.want) {
				t.Errorf("got only %v of %q", drawn, tt.want)
			}
		})
	}
}

func TestTextFaults(t *testing.T) {
	long := strings.Repeat("å", 60)
	for _, tt := range []struct{ template, want string }{
		{"{a}", `"{a}" offers no choice: want {a|b}`},
		{"{}", `"{}" offers no choice: want {a|b}`},
		{"a}", `"}": braces do not match`},
		{"{a|b", `"{a|b": braces do not match`},
		{"{a|{b|c}}", `"{a|{b|c}}": braces do not match`},
		{"{{.Price}}", `"{{.Price}}" is no field`},
		{"{{Company}}", `"{{Company}}" is no field`},
		{"{{.Company", `"{{.Company" is no field`},
		{"{{.Company}", `"{{.Company}" is no field`},
		{"{a|b {{.Company}", `"{a|b {{.Company}": braces do not match`},
		{"{a\n|b", `"{a": braces do not match`},
		{"{" + long, `"{` + strings.Repeat("å", 39) + `…": braces do not match`},
	} {
		got, err := NewStream("seed").Text(tt.template, fields())
		if err == nil || err.Error() != tt.want || got != "" {
			t.Errorf("%q: got %q and error %v, want %s", tt.template, got, err, tt.want)
		}
	}
}

// FuzzText: whatever a scenario holds, it is refused or filled: the same each
// time, valid if it was, and without braces of its own.
func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"Hei! {Hva koster det|Hva er prisen} hos {{.Company}}? {{.Persona}}", "{a|{{.Class}}}", "{{{.Company}}|a}", "{|}", "}{",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, template string) {
		plain := map[string]string{"Company": "Nordlys", "Persona": "Kari", "Class": "kraft"}
		got, err := NewStream("seed").Text(template, plain)
		again, againErr := NewStream("seed").Text(template, plain)
		switch {
		case got != again || (err == nil) != (againErr == nil):
			t.Errorf("got %q, %v and then %q, %v", got, err, again, againErr)
		case err != nil:
			return
		case strings.ContainsAny(got, "{}"):
			t.Errorf("got %q", got)
		case utf8.ValidString(template) && !utf8.ValidString(got):
			t.Errorf("got %q of valid text", got)
		case !strings.ContainsAny(template, "{}") && got != template:
			t.Errorf("got %q, want it as it was", got)
		}
	})
}

func TestVariants(t *testing.T) {
	values := map[string][]string{
		"street": {"a", "b", "c", "d", "e"}, "date": {"1", "2", "3"}, "same": slices.Repeat([]string{"same"}, 300), "odd": {"{x|y}", "{x|z}", "|"},
	}
	for template, want := range map[string]int{
		"":                          1,
		"Hei":                       1,
		"{Hei|Hallo}":               2,
		"{Hei|Hallo|God dag} {a|b}": 6,
		"{{.street}} {{.street}}":   5,
		"{{.street}} {x|y} {{.date}} {{.Company}}":      30,
		"{i {{.street}}|på nettet}":                     6,
		"{i {{ .street }}|på {{.street}}} {{.Company}}": 10,
		strings.Repeat("{a|b|c|d}", 40):                 2000,
		"{a":                                            1,
		"{{.street":                                     1,
		"}{a|b}":                                        2,
		"{a|a|a|a} {b|b|b}":                             1,
		"{a|aa}{aa|a}":                                  3, // aaa twice
		"{ |  |\n|}Hei{| |  }\n{ |\t}du":                1, // Hei du
		strings.Repeat("{ |  |   }", 20) + "{a|b|c}":    3,
		"Hei{ |  |}du":                                  1,
		"{H|h}ei{|.|!| – |…| :-)} {Du|DU|du}":           1,
		"Hei{|\u200b|\u2060|\ufeff|\u00ad|\u034f|\ufe0f|\u3164|\u200d} du": 1,
		strings.Repeat("{a|A|\u200ba|a.}", 20) + "{x|y}":                   2,
		"{så|sa} {2|3}": 4,
		strings.Repeat("{{.street}} {a|b} {c|d|e} ord ", 90): 2000,
		"{{.same}} {x|y}": 2,
		"{{.odd}}":        3,
		"{|Hei}":          2,
	} {
		if got := Variants([]string{template}, values); got != want {
			t.Errorf("Variants(%q) = %d, want %d", template, got, want)
		}
	}
	if got := Variants([]string{"{Hei|Hallo}", "Hei", "Hallo ", "God dag"}, nil); got != 3 {
		t.Errorf("together %d, want 3", got)
	}
}
