package fingerprint

import (
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/reading/message"
)

func TestHash(t *testing.T) {
	one := "Hei Kari! Takk for din henvendelse. Vi har mottatt den og svarer innen to virkedager. Saksnummeret ditt er 55421. Vennlig hilsen Ingrid i kundeservice"
	two := "Hei Ola! Takk for din henvendelse. Vi har mottatt den og svarer innen to virkedager. Saksnummeret ditt er 90017. Vennlig hilsen Petter i kundeservice"
	other := "Hei Kari! Skoene finnes i størrelse 38 til 46, og vi har dem på lager både i Bergen og på nett. Levering tar to til fire dager."
	if d := Distance(Hash(one), Hash(two)); d > 6 {
		t.Errorf("the same text with other names is %d apart, want at most 6", d)
	}
	if d := Distance(Hash(one), Hash(other)); d < 16 {
		t.Errorf("another text is %d apart, want at least 16", d)
	}
	if Hash("") != 0 || Hash("👍 …") != 0 {
		t.Error("a text without words has a hash")
	}
}

// TestHashesOfOneTemplate fills the same words with other names, numbers and days: the hashes stay
// alike, as long as there are words enough beside them.
func TestHashesOfOneTemplate(t *testing.T) {
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
			hash := Hash(strings.NewReplacer("{name}", name, "{number}", numbers[i], "{date}", dates[i]).Replace(template))
			if i == 0 {
				base = hash
			}
			if d := Distance(base, hash); d > maxDistance {
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

func TestHashIsSteady(t *testing.T) {
	tests := map[string][2]string{
		"spelling":    {"Vi har mottatt meldingen på skjema og ser på den nå", "vi har mottatt meldingen paa skjema og ser paa den naa"},
		"punctuation": {"Hei! Vi svarer snart, takk for at du skrev til oss i dag.", "Hei! Vi svarer snart takk for at du skrev til oss i dag"},
		"line breaks": {"Vi har mottatt meldingen din og svarer så fort vi kan", "Vi har mottatt\r\nmeldingen din og svarer så fort vi kan"},
		"numbers":     {"Sak 1 er mottatt av oss og blir lest av en av oss", "Sak 99812 er mottatt av oss og blir lest av en av oss"},
	}
	for name, tt := range tests {
		if d := Distance(Hash(tt[0]), Hash(tt[1])); d > 6 {
			t.Errorf("%s: %d apart", name, d)
		}
	}
	for _, short := range []string{"", "👍 …", "Ja", "Nei det går ikke", "Hei! 299 kr.", "Hej Kari! Ja, det går fint, og tak"} {
		if hash := Hash(short); hash != 0 {
			t.Errorf("%q has the hash %x, and is what everyone writes", short, hash)
		}
	}
}

// TestAlike counts what was written before with other names and numbers.
func TestAlike(t *testing.T) {
	of := func(text string) string {
		return Of(message.Parse([]byte("From: Firma <post@firma.example>\nSubject: Svar\n\n" + text)))
	}
	one := of("Hei Kari!\n\nVi har mottatt meldingen din og svarer så fort vi kan, som regel innen to dager.\n\nMvh Ingrid\n\n> Hei, hva koster det?")
	two := of("Hei Ola!\n\nVi har mottatt meldingen din og svarer så fort vi kan, som regel innen 5 dager.\n\nMvh Petter")
	other := of("Hei Kari! Den blå er utsolgt, men den grønne ligger på lageret og kan hentes når du vil.")
	if len(one) != 16 || len(other) != 16 {
		t.Fatalf("fingerprints %q and %q, want 16 digits each", one, other)
	}
	tests := []struct {
		digits string
		before []string
		want   int
	}{
		{one, nil, 0},
		{one, []string{two}, 1},
		{one, []string{other}, 0},
		{one, []string{two, other, one, "", "none", two}, 3},
		{"", []string{"", one}, 0},
		{"none", []string{"none"}, 0},
		{of("Ja, det går."), []string{of("Ja, det går.")}, 0},
	}
	for _, tt := range tests {
		if got := Alike(tt.digits, tt.before); got != tt.want {
			t.Errorf("%q among %q: %d are alike, want %d", tt.digits, tt.before, got, tt.want)
		}
	}
}
