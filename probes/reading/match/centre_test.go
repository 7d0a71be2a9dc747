package match

import (
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestCentreTricks are arrivals that try to pass for another centre's.
func TestCentreTricks(t *testing.T) {
	const mail = "From: a@b.example\nReceived: from ut.kundehuset.example (10.0.0.1) by mx.b.example for <kari@svar.example>\n\nHei!\n\nMvh\nIngrid\nKundehuset AS"
	tests := map[string]struct {
		rule CentreRule
		want bool
	}{
		"host":                       {CentreRule{Received: "ut.kundehuset.example"}, true},
		"domain":                     {CentreRule{Received: "kundehuset.example"}, true},
		"domain with a full stop":    {CentreRule{Received: ".kundehuset.example"}, true},
		"capital letters":            {CentreRule{Received: "UT.Kundehuset.Example"}, true},
		"part of another label":      {CentreRule{Received: "huset.example"}, false},
		"beginning of another label": {CentreRule{Received: "ut.kunde"}, false},
		"whom it was for":            {CentreRule{Received: "svar.example"}, false},
		"spaces for a host":          {CentreRule{Received: "  "}, false},
		"longer than the trace":      {CentreRule{Received: strings.Repeat("x", 4096)}, false},
		"address":                    {CentreRule{From: "a@b.example"}, true},
		"any address":                {CentreRule{From: "*@b.example"}, true},
		"any part":                   {CentreRule{From: "*@*.example"}, true},
		"domain of the sender":       {CentreRule{From: "b.example"}, true},
		"end of the sender's domain": {CentreRule{From: "example"}, true},
		"part of the sender's label": {CentreRule{From: ".example"}, false},
		"spaces for an address":      {CentreRule{From: " "}, false},
		"signature":                  {CentreRule{Signature: "kundehuset as"}, true},
		"part of a word":             {CentreRule{Signature: "huset AS"}, false},
		"signature without words":    {CentreRule{Signature: "–*–"}, false},
		"all must hold":              {CentreRule{From: "*@b.example", Signature: "Annethuset"}, false},
		"all hold":                   {CentreRule{From: "*@b.example", Received: "kundehuset.example", Signature: "Ingrid"}, true},
		"nothing":                    {CentreRule{}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.rule.ID, name = "x", map[bool]string{true: "x", false: UnknownCentre}[tt.want]
			if got := Centre(message.Parse([]byte(mail)), []CentreRule{tt.rule}); got != name {
				t.Errorf("got %q, want %q", got, name)
			}
		})
	}
	for _, empty := range []message.Message{{}, message.Plain(""), message.Parse([]byte("Subject: x\n\n"))} {
		for _, rule := range []CentreRule{{ID: "x", From: " "}, {ID: "x", Signature: "…"}, {ID: "x", Received: "a"}, {ID: "x", From: "*@*"}} {
			if got := Centre(empty, []CentreRule{rule}); got != UnknownCentre {
				t.Errorf("an empty message is from %q by %+v", got, rule)
			}
		}
	}
}

func TestFirstCentreHolds(t *testing.T) {
	rules := []CentreRule{{ID: "one", From: "*@b.example"}, {ID: "two", From: "a@b.example"}}
	if got := Centre(message.Parse([]byte("From: a@b.example\n\nHei")), rules); got != "one" {
		t.Errorf("got %q", got)
	}
	if got := Centre(message.Parse([]byte("From: a@c.example\n\nHei")), nil); got != UnknownCentre {
		t.Errorf("got %q without rules", got)
	}
}

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"a@b", "A@B", true},
		{"*@b", "a@b", true},
		{"a@*", "a@b.c", true},
		{"*", "", true},
		{"**", "x", true},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"*x*y*", "axbyc", true},
		{"*y*x*", "axbyc", false},
		{"a*b*c", "abc", true},
		{"a*b*c", "acb", false},
		{"", "", true},
		{"", "a", false},
	}
	for _, tt := range tests {
		if got := glob(tt.pattern, tt.text); got != tt.want {
			t.Errorf("%q on %q: got %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}

func TestCentre(t *testing.T) {
	rules := []CentreRule{
		{ID: "nothing"},
		{ID: "both", From: "*@sentral.example", Received: "mx9.sentral.example"},
		{ID: "by address", From: "*@sentral.example"},
		{ID: "by domain", From: "firma.example"},
		{ID: "by host", Received: "kundehuset.example"},
		{ID: "by signature", Signature: "Kundehuset AS"},
	}
	tests := map[string]string{
		"From: a@sentral.example\nReceived: from MX9.sentral.example by x\n\nHei":    "both",
		"From: A@Sentral.example\n\nHei":                                             "by address",
		"From: a@post.firma.example\n\nHei":                                          "by domain",
		"From: a@annetfirma.example\nSubject: x\n\nHei":                              UnknownCentre,
		"From: a@b.example\nReceived: from ut.kundehuset.example (x)\n\nHei":         "by host",
		"From: a@b.example\n\nHei!\n\nMvh\nIngrid\nKUNDEHUSET  AS":                   "by signature",
		"From: a@b.example\n\nHei!\n\nDen 2. mars 2026 skrev Kari:\n> Kundehuset AS": UnknownCentre,
	}
	for raw, want := range tests {
		if got := Centre(message.Parse([]byte(raw)), rules); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}
