package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestUnmarked reads automatic mail that bears no mark but its subject and its words.
func TestUnmarked(t *testing.T) {
	tests := []struct {
		want          Kind
		subject, text string
	}{
		{Acknowledgement, "Re: Pris", "Hei, vi har fått e-posten din og skal svare så fort vi får tid.\n\nHilsen Firma"},
		{Acknowledgement, "Takk", "Så fint at du kontakter oss! Vi prøver å svare alle samme dag."},
		{Acknowledgement, "Ordrebekreftelse på henvendelse 88", "Henvendelsen er videresendt til riktig avdeling, og du vil bli kontaktet."},
		{Acknowledgement, "Din melding til Firma", "Dette er bare en kort beskjed om at meldingen din har nådd oss. Vi behandler den nå."},
		{Acknowledgement, "Sagsnr. 2026-1", "Din henvendelse er registreret med sagsnr. 2026-1. Du bedes oplyse sagsnummeret, hvis du kontakter os igen."},
		{Acknowledgement, "Kvittering for modtagelse", "Kommunen kvitterer hermed for modtagelsen af din mail."},
		{Acknowledgement, "Svar fra Firma", "Hej! Din mail er landet i vores indbakke. Vi svarer i den rækkefølge, mailene kommer ind."},
		{Acknowledgement, "Ärende skapat", "Hej! Ett ärende har skapats med nummer 9921. Vi kontaktar dig när vi har mer information."},
		{Acknowledgement, "Mottagningsbekräftelse", "Ditt brev har kommit till Firmas registrator. Har du frågor om handläggningen, kontakta växeln."},
		{Acknowledgement, "Vi har fått ditt mejl", "Hej! Kul att du hör av dig. Vi svarar alla men det kan ta någon dag."},
		{Acknowledgement, "Kiitos viestistä", "Viestisi on tullut perille ja siihen vastataan lähipäivinä."},
		{Acknowledgement, "Asia vireillä", "Asiasi on kirjattu diaarinumerolla 12/2026. Käsittelijä ottaa sinuun tarvittaessa yhteyttä."},
		{Acknowledgement, "We got it!", "Hi! We got your email and will answer it in the next couple of days."},
		{Acknowledgement, "Ticket #99 created", "A support ticket has been created for your request. You can view its progress at any time by clicking the link."},
		{Acknowledgement, "Case received", "Dear Sir or Madam, receipt of your letter is hereby acknowledged."},
		{Absence, "Sommerferie", "Vi holder sommerferie i uke 29 og 30 og svarer på e-post fra 27. juli."},
		{Absence, "Fravær", "Ute på oppdrag i dag og i morgen. Ring ved behov."},
		{Absence, "Ferie", "Tak for din mail. Jeg er på sommerferie og retur mandag d. 10. august."},
		{Absence, "Frånvaro", "Jag arbetar inte på fredagar. Jag läser ditt mejl på måndag."},
		{Absence, "Poissa", "En ole tavoitettavissa tällä viikolla. Palaan maanantaina."},
		{Absence, "Away", "I'm on the road until Thursday and will be slow to respond."},
		{Absence, "Away from my desk", "I will be out from 3 March and return on 9 March. Bob is covering for me."},
	}
	unsure := 0
	for _, tt := range tests {
		m := message.Parse([]byte("From: a@firma.example\nSubject: " + tt.subject + "\n\n" + tt.text))
		r := Read(m, Asked{}, time.Time{})
		if r.Kind == tt.want {
			continue
		}
		if unsure++; !r.Doubtful || unsure > 1 {
			t.Errorf("%s read as %s, doubtful %v: %s: %s\n%v", tt.want, r.Kind, r.Doubtful, tt.subject, tt.text, r.Because)
		}
	}
}
