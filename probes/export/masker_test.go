package export

import "testing"

func TestHide(t *testing.T) {
	for _, tt := range []struct{ name, said, want string }{
		{"nothing", "Det koster 1 299 kr fra 1. mars.", "Det koster 1 299 kr fra 1. mars."},
		{"empty", "", ""},
		{"address", "Skriv til ola.b-c+x@post.kraft.no.", "Skriv til [address]."},
		{"address with letters of ours", "åse@blåbær.no", "[address]"},
		{"link", "Se https://kraft.no/pris", "Se https://kraft.no/pris"},
		{"telephone", "Ring 22 33 44 55, +47 915 02 000, (+46) 8-123 456 78 eller 91502000!", "Ring [number], [number], ([number] eller [number]!"},
		{"date", "Mellom 2026-03-01 og 31.12.2026", "Mellom 2026-03-01 og 31.12.2026"},
		{"price", "kr 12 500 i året", "kr 12 500 i året"},
		{"our persona", "Hei Kari! Kari Nordmann bestilte, Karis ordre, KARI", "Hei [name]! [name] bestilte, [name] ordre, [name]"},
		{"a word like it", "et kart, Karianne", "et kart, Karianne"},
		{"introduced", "Mitt navn er Lise Moe. Lise hjelper deg, Moe også.", "Mitt navn er [name]. [name] hjelper deg, [name] også."},
		{"introduced by the window", "Du chatter nå med Anne-Lise\nAnne svarer", "Du chatter nå med [name]\n[name] svarer"},
		{"introduced in English", "My name is Tom. I'm Tom from Kraft", "My name is [name]. I'm [name] from Kraft"},
		{"in Swedish", "Jag heter Åsa och", "Jag heter [name] och"},
		{"from the company", "Hei, dette er Kraft fra Kraft AS", "Hei, dette er Kraft fra Kraft AS"},
		{"signed below", "Det går bra.\n\nLise Moe", "Det går bra.\n\n[name]"},
		{"thanked below", "Det går bra.\n\nTusen Takk", "Det går bra.\n\nTusen Takk"},
		{"one line is no signature", "Ja", "Ja"},
		{"genitive", "Lises svar.\nLise", "[name] svar.\n[name]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, who := newMasker(), names{}
			who.keep("Kraft AS kraft")
			m.person("Kari Nordmann", who)
			m.learn(tt.said, who)
			if got := m.hide(tt.said, who); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPerson(t *testing.T) {
	for _, tt := range []struct {
		shown string
		names string // that are hidden in the probe below
		want  string
	}{
		{"Ola Hansen <ola@kraft.no>", "Ola Hansen", "[name]"},
		{`"Hansen, Ola" <ola@kraft.no>`, "Ola og Hansen", "[name] og [name]"},
		{"Ola Hansen | Kraft AS", "Ola Hansen i Kraft", "[name] i Kraft"},
		{"Ola fra Strøm", "Ola fra Strøm", "[name] fra Strøm"},
		{"Ola Hansen (Kraft)", "Ola", "[name]"},
		{"Kraft kundeservice", "Kraft Kundeservice", "Kraft Kundeservice"},
		{"Team Strøm", "Strøm", "Strøm"},
		{"ola@kraft.no", "Ola", "Ola"},
		{"ola hansen", "Ola", "Ola"},
		{"Anne-Lise Moe", "Anne, Lise, Anne-Lise", "[name], [name], [name]"},
		{"A B C D E", "A", "A"},
		{"X7 Systems", "Systems", "Systems"},
		{"", "Ola", "Ola"},
	} {
		t.Run(tt.shown, func(t *testing.T) {
			m, who := newMasker(), names{}
			who.keep("Kraft")
			m.person(tt.shown, who)
			if got := m.hide(tt.names, who); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestNoMasker: where names are asked for, nothing is touched.
func TestNoMasker(t *testing.T) {
	var m *masker
	who := names{}
	m.person("Ola", who)
	m.learn("Jeg heter Ola", who)
	if got := m.hide("Ola, 22334455", who); got != "Ola, 22334455" || len(who) > 0 {
		t.Errorf("got %q and %v", got, who)
	}
}

func TestShownIn(t *testing.T) {
	var got []string
	shownIn(map[string]any{
		"sender": map[string]any{"available_name": "Ola", "type": "user", "id": 7.0},
		"list":   []any{map[string]any{"Author": "Lise"}, "Kari", nil},
	}, func(s string) { got = append(got, s) })
	if len(got) != 2 {
		t.Errorf("got %v, want Ola and Lise", got)
	}
}
