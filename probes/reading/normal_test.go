package reading_test

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/probes/reading"
)

func TestNormal(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"kari+x1@shopper.test", "kari+x1@shopper.test"},
		{"Kari.Nordmann+X1@Shopper.TEST", "kari.nordmann+x1@shopper.test"},
		{`"kari+x1"@shopper.test`, "kari+x1@shopper.test"},
		{`"ka\"ri\\"@shopper.test`, `ka"ri\@shopper.test`},
		{"<kari+x1@shopper.test>", "kari+x1@shopper.test"},
		{"kari+x1@shopper.test.", "kari+x1@shopper.test"},
		{`< "kari+x1" @ shopper.test. >`, "kari+x1@shopper.test"},
		{"<0b5e8e1c-1111@SHOPPER.test>", "0b5e8e1c-1111@shopper.test"},
		{"!AbCdEf:chat.example", "!AbCdEf:chat.example"},
		{"@Kari:chat.example", "@Kari:chat.example"},
		{"conversation AbC", "conversation AbC"},
		{"kari@", "kari@"},
		{"", ""},
	} {
		if got := reading.Normal(tt.name); got != tt.want {
			t.Errorf("Normal(%q): got %q, want %q", tt.name, got, tt.want)
		} else if again := reading.Normal(got); again != got {
			t.Errorf("Normal(%q): got %q, and of that %q", tt.name, got, again)
		}
	}
}

func TestCluesInNormalForm(t *testing.T) {
	for name, header := range map[string]string{
		"capitals":            "To: Kari.Nordmann+X1@Shopper.test\r\n",
		"a quoted local part": "To: \"kari.nordmann+x1\"@shopper.test\r\n",
		"both, in brackets":   "To: \"Kari Nordmann\" <\"Kari.Nordmann+x1\"@SHOPPER.test.>\r\n",
		"of the envelope":     "Delivered-To: \"kari.nordmann+x1\"@shopper.test\r\n",
	} {
		m := reading.Parse([]byte("From: post@nordlys.example\r\n" + header + "Subject: Hei\r\n\r\nHei\r\n"))
		want := reading.Clue{Rule: reading.ByAddress, Key: "kari.nordmann+x1@shopper.test"}
		if got := m.Clues(); !slices.Contains(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
