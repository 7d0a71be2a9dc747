package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// desk is the head of a mail from a shared mailbox, in no thread and with no mark.
const desk = "From: Firma <post@firma.example>\nSubject: Svar\n\n"

// replied is the head of a mail from a shared mailbox that answers the customer's.
const replied = "From: Firma <post@firma.example>\nSubject: SV: Kaffe\nIn-Reply-To: <q@post.example>\n\n"

// TestDoubt reads mail that could be what it is read as: a person has to look.
func TestDoubt(t *testing.T) {
	tests := map[string]struct {
		raw      string
		kind     Kind
		doubtful bool
	}{
		"robot in unknown words":     {replied + "Ordene dine har funnet veien hit. Nå brygger vi kaffe og koser oss med dem.", "", true},
		"the same with a price":      {replied + "Kaffen din har funnet veien hit. Den koster 49 kroner.", Answer, false},
		"the same with a day":        {replied + "Kaffen din har funnet veien hit. Hent den 4. april.", Answer, false},
		"the same with a question":   {replied + "Kaffen har funnet veien hit. Kan du oppgi kundenummeret ditt?", Answer, true},
		"the same with a name":       {desk + "Kaffen din har funnet veien hit. Nå er den malt.\n\nMvh Jorunn", Answer, true},
		"the same from a telephone":  {desk + "Kaffen din har funnet veien hit. Nå er den malt.\n\nSendt fra min iPhone", Answer, true},
		"signed by the firm only":    {desk + "Kaffen din har funnet veien hit. Nå er den malt.\n\nMvh Kundeservice", "", true},
		"a telephone number":         {desk + "Sånt snakker man best om. Telefonen er 22 00 00 00.", Deflection, false},
		"names a place, with a name": {desk + "Dra en tur innom appen, der ligger hemmeligheten bak slike gåter godt forvart.\n\nMvh Jorunn", Deflection, true},
		"another language":           {desk + "Der Umzug kostet Sie keinen Cent, teilte uns die Zentrale mit.\n\nBeste Grüße\nJens Maier", Answer, true},
		"a chat line":                {"", Answer, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := message.Parse([]byte(tt.raw))
			if tt.raw == "" {
				m = message.Plain("vi har dessverre gått tom for lyseblå garn")
			}
			r := Read(m, Asked{}, time.Time{})
			if tt.kind != "" && r.Kind != tt.kind || r.Doubtful != tt.doubtful {
				t.Errorf("got %s, doubtful %v; want %s, %v\n%v", r.Kind, r.Doubtful, tt.kind, tt.doubtful, r.Because)
			}
		})
	}
}

// TestTopicSupports holds that an answer which takes up what was asked needs no signature and no
// figure.
func TestTopicSupports(t *testing.T) {
	m := message.Parse([]byte(replied + "Kjelen blir som ny med eddik og lunkent vann på bunnen."))
	if r := Read(m, Asked{}, time.Time{}); r.Kind != Answer {
		t.Errorf("without the question: %s, doubtful %v", r.Kind, r.Doubtful)
	}
	asked := Asked{Subject: "Kjele", Text: "Hvordan får jeg kjelen som ny?"}
	if r := Read(m, asked, time.Time{}); r.Kind != Answer || r.Doubtful {
		t.Errorf("with the question: %s, doubtful %v\n%v", r.Kind, r.Doubtful, r.Because)
	}
}

// TestWhoTypedItMattersNot reads the same words from a named agent and from a shared mailbox: a
// deflection stays one, and so does an answer.
func TestWhoTypedItMattersNot(t *testing.T) {
	const (
		zendesk = "From: Søren Bisgaard (Firma) <support@firma.zendesk.example>\nSubject: [Firma] Re: Flytning\nX-Mailer: Zendesk Mailer\nAuto-Submitted: auto-generated\n" +
			"X-Auto-Response-Suppress: All\n\n##- Skriv dit svar over denne linje -##\n\n----------------------------------------------\n\nSøren Bisgaard, Nov 22, 2026, 17:52 UTC\n\n"
		after = "\n\n----------------------------------------------\nDenne mail er en service fra Firma. Leveret af Zendesk\n\n[B85FF7-8D55]\n"
	)
	tests := []struct {
		want Kind
		text string
	}{
		{Deflection, "Hej!\n\nLog ind på Mit Firma, eller se vores FAQ på hjemmesiden. Der finder du svar på de fleste spørgsmål."},
		{Deflection, "Hei! Du finner svar på vanlige spørsmål på nettsidene våre. Logg inn på Min side, eller bruk chatten."},
		{Deflection, "Hej Kari,\n\ndet här kan vi tyvärr inte svara på via mejl. Ring oss på 08-465 004 53 så hjälper vi dig."},
		{Deflection, "Hi Kari,\n\nplease log in to your account, or see our FAQ.\n\nMvh Tor Arne Bråten, Rognheia Forsikring"},
		{Answer, "Hei Kari. Kontoen er gratis, og kortet koster 275 kroner i året.\n\nSaken er med dette avsluttet hos oss."},
		{Answer, "Hej Kari. Kontot är gratis, och kortet kostar 295 kronor om året.\n\nÄrendet är därmed avslutat."},
		{Answer, "Hej Kari. Kontoen er gratis, og kortet koster 190 kroner om året.\n\nSagen er hermed lukket."},
		{Answer, "Hi Kari. The account is free, and the card costs 24 euros a year.\n\nWe have closed this case."},
		{Answer, "Ja, det stemmer, du får pengene. Saken er med dette avsluttet."},
		{Answer, "Det gör du på Mina sidor, och det kostar 95 kronor. Säg till om du hellre vill att jag gör det."},
	}
	for _, tt := range tests {
		for _, raw := range []string{desk + tt.text, zendesk + tt.text + after} {
			if r := Read(message.Parse([]byte(raw)), Asked{}, time.Time{}); r.Kind != tt.want {
				t.Errorf("%s read as %s, doubtful %v: %s\n%v", tt.want, r.Kind, r.Doubtful, raw[:60]+"…"+tt.text, r.Because)
			}
		}
	}
}

// TestSettled tells a robot that closes a case from a person who does.
func TestSettled(t *testing.T) {
	tests := []struct {
		want Kind
		text string
	}{
		{Other, "Saken din er nå lukket."},
		{Other, "Ditt ärende har markerats som löst."},
		{Other, "Your ticket has been solved."},
		{Answer, "Vi har refundert beløpet. Saken er lukket."},
		{Answer, "Pakken kommer på fredag, og vi har varslet sjåføren om porten. Ärendet är därmed avslutat."},
	}
	for _, tt := range tests {
		if r := Read(message.Parse([]byte(desk+tt.text)), Asked{}, time.Time{}); r.Kind != tt.want {
			t.Errorf("%s read as %s, doubtful %v: %s\n%v", tt.want, r.Kind, r.Doubtful, tt.text, r.Because)
		}
	}
}
