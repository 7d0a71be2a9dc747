package message

import "testing"

func TestCloses(t *testing.T) {
	tests := map[string]bool{
		"Mvh Kari": true, "Med vennlig hilsen": true, "Med venlig hilsen,": true, "Vänliga hälsningar": true, "Ystävällisin terveisin": true,
		"Kind regards": true, "Cheers, Dave": true, "Hilsen oss i kundeservice": true, "Vh": true, "Met vriendelijke groet,": true, "Viele Grüße": true,
		"Mvh Tor Arne Bråten, Rognheia Forsikring":          true,
		"Hälsningar Anders Wikström på Silverlunda El":      true,
		"Mvh Espen Lunde, Elvesletta Forsikring og Bank AS": true,
		"Hilsen": true,
		"Hilsen fra alle oss som jobber her i butikken i Alta": false,
		"Mvh er en forkortelse som betyr noe helt annet her":   false,
		"Hei Kari":                          false,
		"Kan du hilse Kari?":                false,
		"Hilsen til deg?":                   false,
		"Jeg sender en hilsen":              false,
		"":                                  false,
		"…":                                 false,
		"Det er beste måten å gjøre det på": false,
	}
	for line, want := range tests {
		if got := closes(line); got != want {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
}

func TestSignatureIsCut(t *testing.T) {
	tests := map[string]struct{ text, own, signature string }{
		"closing words":   {"Det går bra.\n\nMvh\nKari", "Det går bra.", "Mvh\nKari"},
		"on one line":     {"Det går bra.\nMvh Tor Arne Bråten, Rognheia Bank", "Det går bra.", "Mvh Tor Arne Bråten, Rognheia Bank"},
		"delimiter":       {"Det går bra.\n-- \nKari\nFirma", "Det går bra.", "-- \nKari\nFirma"},
		"drawn line":      {"Det går bra.\n____________\nFirma AS", "Det går bra.", "____________\nFirma AS"},
		"telephone":       {"Det går bra.\n\nSendt fra min iPhone", "Det går bra.", "Sendt fra min iPhone"},
		"telephone first": {"Sendt fra min iPhone\n\nDet går bra.", "", "Sendt fra min iPhone\n\nDet går bra."},
		"none":            {"Det går bra.", "Det går bra.", ""},
		"nothing before":  {"Mvh Kari", "Mvh Kari", ""},
		"before a quote":  {"Ja.\nMvh Kari\n\nDen 2. mars 2026 skrev Ola:\n> Hei", "Ja.", "Mvh Kari"},
		"inside the text": {"Hilsen din kom fram, og den var fin å få nå i dag.\nTakk!", "Hilsen din kom fram, og den var fin å få nå i dag.\nTakk!", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := cut(tt.text)
			if l.Own != tt.own || l.Signature != tt.signature {
				t.Errorf("got %q and %q, want %q and %q", l.Own, l.Signature, tt.own, tt.signature)
			}
		})
	}
}

// TestAgentBlocks cuts what Zendesk sets around what an agent typed.
func TestAgentBlocks(t *testing.T) {
	const rule = "----------------------------------------------\n"
	tests := map[string]struct {
		text, own string
		agent     bool
	}{
		"a zone":            {rule + "\nSøren Bisgaard, Nov 22, 2026, 17:52 UTC\n\nHej!\n\n" + rule + "Delivered by Zendesk", "Hej!", true},
		"Norwegian":         {rule + "\nIngrid Solberg, 2. mars 2026, 10:12 CET\n\nHei!\n", "Hei!", true},
		"American":          {rule + "\nTom Ash, Dec 15, 2020, 11:05 PM PST\n\nHi!\n", "Hi!", true},
		"newest first":      {rule + "\nTom Ash, Dec 15, 2020, 11:05 PST\n\nNew\n\n" + rule + "\nKari, Dec 14, 2020, 11:05 PST\n\nOld\n", "New", true},
		"template only":     {"Your request (9) has been received.\n\n" + rule + "Delivered by Zendesk", "Your request (9) has been received.\n\n----------------------------------------------\nDelivered by Zendesk", false},
		"a rule in a text":  {"Hei!\n--------------------\nPris: 300 kr\n", "Hei!\n--------------------\nPris: 300 kr", false},
		"a byline too late": {rule + "\n\n\n\nTom Ash, Dec 15, 2020, 11:05 PST\nHi", "----------------------------------------------\n\nTom Ash, Dec 15, 2020, 11:05 PST\nHi", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if l := cut(tt.text); l.Own != tt.own || l.Agent != tt.agent {
				t.Errorf("got %q, agent %v; want %q, %v", l.Own, l.Agent, tt.own, tt.agent)
			}
		})
	}
}
