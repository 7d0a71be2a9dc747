package letter

import (
	"fmt"
	"strings"
	"testing"
)

func TestSubjectField(t *testing.T) {
	long := strings.Repeat("x", 60)
	for _, tt := range []struct{ subject, want string }{
		{"", "Subject: \r\n"},
		{"Price", "Subject: Price\r\n"},
		{"Pris på strøm", "Subject: =?UTF-8?Q?Pris_p=C3=A5_str=C3=B8m?=\r\n"},
		{"=?utf-8?q?a?=", "Subject: =?UTF-8?Q?=3D=3Futf=2D8=3Fq=3Fa=3F=3D?=\r\n"},
		{long, "Subject: =?UTF-8?Q?" + long[:54] + "?=\r\n =?UTF-8?Q?" + long[54:] + "?=\r\n"},
		{
			strings.TrimSpace(strings.Repeat("What does it cost? ", 5)),
			"Subject: What does it cost? What does it cost? What does it cost? What does\r\n it cost? What does it cost?\r\n",
		},
	} {
		if got := string(quoting(t, true).subjectField(tt.subject)); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.subject, got, tt.want)
		}
	}
}

func TestFromField(t *testing.T) {
	for name, want := range map[string]string{
		"":                "From: a@b.no\r\n",
		"Kari Nordmann":   "From: \"Kari Nordmann\" <a@b.no>\r\n",
		`Kari "K" N`:      "From: \"Kari \\\"K\\\" N\" <a@b.no>\r\n",
		"Åse":             "From: =?UTF-8?Q?=C3=85se?= <a@b.no>\r\n",
		"x@y, =?utf-8?q?": "From: =?UTF-8?Q?x=40y=2C_=3D=3Futf=2D8=3Fq=3F?= <a@b.no>\r\n",
	} {
		if got := string(quoting(t, true).fromField(name, "a@b.no")); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"Kari Nordmann":     "From: Kari Nordmann <a@b.no>\r\n",
		"Kari M. Nordmann":  "From: \"Kari M. Nordmann\" <a@b.no>\r\n",
		"Anne-Lise Nordli":  "From: Anne-Lise Nordli <a@b.no>\r\n",
		"Kari, <x@example>": "From: \"Kari, <x@example>\" <a@b.no>\r\n",
	} {
		if got := string(quoting(t, false).fromField(name, "a@b.no")); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// quoting returns the style of a persona who puts a plain name in quotes, or not, and
// encodes in Q.
func quoting(t *testing.T, quotes bool) Style {
	t.Helper()
	for i := range 100 {
		s := Style{fmt.Sprint(i)}
		if begin, _ := s.encodedWord(); s.quotes() == quotes && begin == "=?UTF-8?Q?" {
			return s
		}
	}
	t.Fatal("all do the same")
	return Style{}
}

func TestFold(t *testing.T) {
	for word, want := range map[string]string{
		"Ærlig": "aerlig", "Bjørn": "bjorn", "Åse": "ase", "Þórður": "thordur", "Göran": "goran",
		"Weiß": "weiss", "O'Neill": "oneill", "Anne-Marie": "annemarie", "A\u030ase": "ase", "Łukasz": "lukasz",
		"Sámi": "sami", "Čáhci": "cahci", "ŋŧ": "nt", "李": "", "R2": "r2",
	} {
		if got := fold(word); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
