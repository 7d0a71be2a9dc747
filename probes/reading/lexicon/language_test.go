package lexicon

import "testing"

func TestLanguageOfOneSentence(t *testing.T) {
	tests := []struct{ want, text string }{
		{"nb", "Hei! Jeg har sett på saken din, og du får pengene tilbake i løpet av uken."},
		{"nb", "Vi beklager, men det har vi dessverre ikke mulighet til."},
		{"nn", "Hei! Eg har sett på saka di, og du får pengane attende i løpet av veka."},
		{"nn", "Me har ikkje fått førespurnaden din, kan du sende han ein gong til?"},
		{"da", "Hej! Jeg har kigget på sagen, og du får pengene tilbage i løbet af ugen."},
		{"da", "Vi har modtaget din mail og vender tilbage hurtigst muligt."},
		{"sv", "Hej! Jag har tittat på ärendet och du får tillbaka pengarna under veckan."},
		{"sv", "Tyvärr har vi inte möjlighet att svara på det."},
		{"fi", "Hei! Tarkistin asian, ja saat rahat takaisin viikon kuluessa."},
		{"fi", "Valitettavasti emme voi auttaa tässä."},
		{"en", "Hi! I have looked at your case and you will get the money back this week."},
		{"en", "Sorry, we do not have any left."},
		{"", "Guten Tag, der Umzug kostet dreißig Euro und dauert etwa zehn Tage."},
		{"", "Bonjour, le déménagement coûte trente euros et prend environ dix jours."},
		{"", "Dzień dobry, przeniesienie kosztuje trzydzieści złotych."},
		{"", "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed eiusmod tempor."},
		{"nb", "det koster 49 kr i uken"},
		{"da", "det koster 49 kr om ugen"},
		{"da", "Ja, det kan du sagtens"},
		{"da", "Hej. Bilen er solgt, desværre."},
		{"nn", "Det ordnar eg, men ikkje før over helga"},
		{"nb", "Nei, dessverre. Vi kjører bare ut i Bergen."},
		{"sv", "Nej tyvärr, fullt hela veckan"},
		{"fi", "Kyllä onnistuu."},
		{"en", "Tuesday any good?"},
		{"", "Ja."},
		{"", "299 kr."},
		{"", "👍"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := LanguageOf(tt.text, ""); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestCustomersLanguageBreaksTies holds that "Takk!" to a Norwegian is Norwegian.
func TestCustomersLanguageBreaksTies(t *testing.T) {
	const nynorsk = "Eg lurer på kva det kostar, og kor lenge eg må vente på svar frå dykk."
	const dansk = "Jeg vil gerne vide, hvad det koster, og hvornår I kan komme ud til mig."
	tests := []struct{ text, asked, want string }{
		{"Ja, det er fint.", nynorsk, "nn"},
		{"Ja, det er fint.", dansk, "da"},
		{"Javisst, det ordnar jag åt dig direkt, hälsningar Per", dansk, "sv"},
	}
	for _, tt := range tests {
		if got := LanguageOf(tt.text, tt.asked); got != tt.want {
			t.Errorf("%q after %q: got %q, want %q", tt.text, tt.asked, got, tt.want)
		}
	}
}

func TestForeign(t *testing.T) {
	tests := map[string]bool{
		"Könnten Sie uns bitte Ihre Kundennummer mitteilen?":     true,
		"Wij hebben uw abonnement stopgezet per volgende maand.": true,
		"Proszę o podanie numeru klienta.":                       true,
		"Nous vous répondrons dans les meilleurs délais.":        true,
		"Ja, das passt": false, // too few words to tell
		"Tilauksenne toimitetaan huomenna aamulla kotiovelle asti":         false,
		"Boten för felparkeringen kan du överklaga hos Polismyndigheten":   false,
		"Permits cost £60 a year for the first car and £110 for the other": false,
		"0800 1234 5678 9012 3456":                                         false,
		"":                                                                 false,
	}
	for text, want := range tests {
		if got := Foreign(text, Words(text)); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
