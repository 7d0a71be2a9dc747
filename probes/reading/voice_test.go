package reading

import (
	"strings"
	"testing"
	"time"
)

func TestVoice(t *testing.T) {
	one := "Hei Kari! Takk for din henvendelse. Vi har mottatt den og svarer innen to virkedager. Saksnummeret ditt er 55421. Vennlig hilsen Ingrid i kundeservice"
	two := "Hei Ola! Takk for din henvendelse. Vi har mottatt den og svarer innen to virkedager. Saksnummeret ditt er 90017. Vennlig hilsen Petter i kundeservice"
	other := "Hei Kari! Skoene finnes i størrelse 38 til 46, og vi har dem på lager både i Bergen og på nett. Levering tar to til fire dager."
	if d := Distance(Voice(one), Voice(two)); d > 6 {
		t.Errorf("the same text with other names is %d apart, want at most 6", d)
	}
	if d := Distance(Voice(one), Voice(other)); d < 16 {
		t.Errorf("another text is %d apart, want at least 16", d)
	}
	if Voice("") != 0 || Voice("👍 …") != 0 {
		t.Error("a text without words has a voice")
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
		if got := Centre(Parse([]byte(raw)), rules); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}

// TestVoicesOfOneTemplate fills the same words with other names, numbers and days: the same voice,
// as long as there are words enough beside them.
func TestVoicesOfOneTemplate(t *testing.T) {
	templates := []string{
		"Hei {name}! Takk for din henvendelse. Vi har mottatt e-posten din og svarer vanligvis innen to virkedager. Referansen din er {number}.",
		"Hej {name}, ditt ärende har fått nummer {number} och vi återkommer så snart vi kan. Du kan följa det på våra sidor under mina ärenden.",
		"Hi {name}, your request ({number}) has been received and is being reviewed by our support staff. To add comments, reply to this email.",
		"Takk for henvendelsen, {name}. Du hører fra oss om saken innen {date}, og nummeret er {number}.",
		"{name}, kiitos viestistäsi. Vastaamme siihen kahden arkipäivän kuluessa. Viite {number}, {date}.",
		"Kære {name} Tak for din mail. Vi vender tilbage til dig så hurtigt som muligt. Sag {number}",
	}
	names, numbers := []string{"Kari", "Ola Nordmann", "Åse-Marie von Hansen"}, []string{"1", "2026-00417", "#55 421"}
	dates := []string{"mandag 3. mars", "12.04.2026", "fredag den 4. april kl. 12"}
	var first []uint64
	for _, template := range templates {
		base := uint64(0)
		for i, name := range names {
			voice := Voice(strings.NewReplacer("{name}", name, "{number}", numbers[i], "{date}", dates[i]).Replace(template))
			if i == 0 {
				base = voice
			}
			if d := Distance(base, voice); d > nearest {
				t.Errorf("%s: %q is %d apart", template[:20], name, d)
			}
		}
		first = append(first, base)
	}
	for i := range first {
		for j := range i {
			if d := Distance(first[i], first[j]); d < 16 {
				t.Errorf("templates %d and %d are only %d apart", i, j, d)
			}
		}
	}
}

func TestVoiceIsSteady(t *testing.T) {
	tests := map[string][2]string{
		"spelling":    {"Vi har mottatt meldingen på skjema og ser på den nå", "vi har mottatt meldingen paa skjema og ser paa den naa"},
		"punctuation": {"Hei! Vi svarer snart, takk for at du skrev til oss i dag.", "Hei! Vi svarer snart takk for at du skrev til oss i dag"},
		"line breaks": {"Vi har mottatt meldingen din og svarer så fort vi kan", "Vi har mottatt\r\nmeldingen din og svarer så fort vi kan"},
		"numbers":     {"Sak 1 er mottatt av oss og blir lest av en av oss", "Sak 99812 er mottatt av oss og blir lest av en av oss"},
	}
	for name, tt := range tests {
		if d := Distance(Voice(tt[0]), Voice(tt[1])); d > 6 {
			t.Errorf("%s: %d apart", name, d)
		}
	}
	for _, short := range []string{"", "👍 …", "Ja", "Nei det går ikke", "Hei! 299 kr.", "Hej Kari! Ja, det går fint, og tak"} {
		if voice := Voice(short); voice != 0 {
			t.Errorf("%q has the voice %x, and is what anybody says", short, voice)
		}
	}
}

// TestHeard counts what was said before with other names and numbers.
func TestHeard(t *testing.T) {
	voice := func(text string) string { return Parse([]byte(desk + text)).Fingerprint() }
	one := voice("Hei Kari!\n\nVi har mottatt meldingen din og svarer så fort vi kan, som regel innen to dager.\n\nMvh Ingrid\n\n> Hei, hva koster det?")
	two := voice("Hei Ola!\n\nVi har mottatt meldingen din og svarer så fort vi kan, som regel innen 5 dager.\n\nMvh Petter")
	other := voice("Hei Kari! Den blå er utsolgt, men den grønne ligger på lageret og kan hentes når du vil.")
	if len(one) != 16 || len(other) != 16 {
		t.Fatalf("voices %q and %q, want 16 digits each", one, other)
	}
	tests := []struct {
		voice  string
		before []string
		want   int
	}{
		{one, nil, 0},
		{one, []string{two}, 1},
		{one, []string{other}, 0},
		{one, []string{two, other, one, "", "no voice", two}, 3},
		{"", []string{"", one}, 0},
		{"no voice", []string{"no voice"}, 0},
		{voice("Ja, det går."), []string{voice("Ja, det går.")}, 0},
	}
	for _, tt := range tests {
		if got := Heard(tt.voice, tt.before); got != tt.want {
			t.Errorf("%q among %q: heard %d times, want %d", tt.voice, tt.before, got, tt.want)
		}
	}
}

// TestSeenTipsTheScale holds that a voice heard before makes a machine likelier, and no more: canned
// answers of people sound alike, too.
func TestSeenTipsTheScale(t *testing.T) {
	m := Parse([]byte("From: post@firma.example\nSubject: Re: Pris\n\nAbonnementet koster 299 kroner i måneden, og du kan si det opp når du vil.\n\nMvh Kari"))
	for _, seen := range []int{0, 1, 3, 1000} {
		r := Read(m, Asked{Seen: seen}, time.Time{})
		if r.Kind != Answer {
			t.Errorf("seen %d times: %s", seen, r.Kind)
		}
		weight := 0
		for _, because := range r.Because {
			if because.Signal == "the same voice before" {
				weight = because.Weight
			}
		}
		if want := -min(seen, 3); weight != want {
			t.Errorf("seen %d times: weighs %d, want %d", seen, weight, want)
		}
	}
}
