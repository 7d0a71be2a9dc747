package reading

import (
	"testing"

	"github.com/svartid/svartid/probes/reading/message"
)

func TestPersonal(t *testing.T) {
	tests := map[string]struct {
		header string
		want   bool
	}{
		"own name":            {"From: Tone Moe <tone.moe@firma.example>", true},
		"first name alone":    {"From: Tone Moe <tone@firma.example>", true},
		"encoded":             {"From: =?utf-8?q?Bj=C3=B8rn_Aas?= <bjorn.aas@firma.example>", true},
		"three names":         {"From: Tor Arne Bråten <torarne@firma.example>", true},
		"shared mailbox":      {"From: Tone Moe <post@firma.example>", false},
		"desk":                {"From: Firma Kundeservice <kundeservice@firma.example>", false},
		"one word":            {"From: Firma <firma@firma.example>", false},
		"bare":                {"From: tone.moe@firma.example", false},
		"nobody":              {"From: Tone Moe <noreply-tone@firma.example>", false},
		"no sender":           {"Subject: x", false},
		"too many words":      {"From: En To Tre Fire Fem <fire@firma.example>", false},
		"name of two letters": {"From: Li Xu <li@firma.example>", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := personal(message.Parse([]byte(tt.header + "\n\nHei"))); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestProgram(t *testing.T) {
	tests := map[string]bool{
		"X-Mailer: Microsoft Outlook 16.0":     true,
		"X-Mailer: iPhone Mail (21E236)":       true,
		"User-Agent: Mozilla Thunderbird":      true,
		"user-agent: Roundcube Webmail/1.6":    true,
		"X-Mailer: Zendesk Mailer":             false,
		"X-Mailer: PHPMailer 6.8":              false,
		"User-Agent: Heirloom mailx 12.5":      false,
		"X-Originating-Program: Thunderbird 9": false,
	}
	for field, want := range tests {
		if got := program(message.Parse([]byte("From: a@b.example\n" + field + "\n\nHei"))); got != want {
			t.Errorf("%s: got %v, want %v", field, got, want)
		}
	}
}

func TestInitialled(t *testing.T) {
	tests := map[string]bool{
		"Den skal byttes tirsdag.\n\nJorunn":     true,
		"Vi har åpent.\nGeir, Byggvare":          true,
		"vi har slut på dom /Micke":              true,
		"tjena\nvi har slut på dom /Micke":       true,
		"Det går bra.\n– Tone Moe":               true,
		"Det går bra.\nTone!":                    false,
		"Det går bra.\nKundeservice":             false,
		"Det går bra.\nvi snakkes":               false,
		"Det går bra.\nHA EN FIN DAG":            false,
		"Kåre":                                   false,
		"":                                       false,
		"Åpningstider\nMandag Tirsdag Onsdag To": false,
	}
	for text, want := range tests {
		if got := initialled(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestSigns(t *testing.T) {
	tests := map[string]bool{
		"Mvh Kari":                               true,
		"Med vennlig hilsen\n\nBjørnar Tveit":    true,
		"Vänliga hälsningar\nFrida Åberg\nFirma": true,
		"Hilsen Firma Kundeservice":              false,
		"Med venlig hilsen\nKundeservice":        false,
		"Mvh":                                    false,
		"Hilsen oss":                             false,
		"Mvh\nFIRMA AS":                          false,
		"Mvh\nTlf. 22 00 00 00\nwww.firma.example\nFaks\nKari Holm": false,
		"": false,
	}
	for signature, want := range tests {
		if got := signs(signature); got != want {
			t.Errorf("%q: got %v, want %v", signature, got, want)
		}
	}
}

// TestDeviceIsAnAuthor holds that only a person's answer bears a telephone's line.
func TestDeviceIsAnAuthor(t *testing.T) {
	for _, line := range []string{
		"Sendt fra min iPhone", "Skickat från min iPhone", "Lähetetty iPhonesta", "Sent from my Galaxy", "Von meinem iPhone gesendet",
		"Sendt frå min iPhone", "Hent Outlook for iOS<https://aka.ms/o0ukef>", "Verzonden vanaf mijn Samsung",
	} {
		m := message.Parse([]byte("From: post@firma.example\nSubject: Re: Pris\n\nDet ordnar seg\n\n" + line + "\n"))
		e := weigh(m, m.Letter(), Asked{}, m.Date())
		if e.met("typed on a telephone") == 0 {
			t.Errorf("%q is no mark of a telephone: %v", line, e.found)
		}
	}
}
