package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestSystems reads mail as mail systems and helpdesks send it.
func TestSystems(t *testing.T) {
	const (
		person  = "From: Ole <ole@firma.example>\nSubject: Re: Pris\nIn-Reply-To: <a>\n\n"
		zendesk = "From: Firma <support@firma.zendesk.example>\nSubject: Re: Pris\nX-Mailer: Zendesk Mailer\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n\n"
		rule    = "From: post@firma.example\nSubject: Automatisk svar: Pris\nx-ms-exchange-generated-message-source: Mailbox Rules Agent\nAuto-Submitted: auto-generated\n\n"
		away    = "From: Ole <ole@firma.example>\nSubject: Automatic reply: Pris\nX-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\nX-MS-Exchange-Inbox-Rules-Loop: ole@firma.example\n\n"
		sieve   = "From: ole@firma.example\nSubject: Auto: Pris\nAuto-Submitted: auto-replied (vacation)\nPrecedence: bulk\n\n"
		noReply = "From: Firma <noreply@firma.example>\nSubject: Pris\n\n"
		list    = "From: Ole <ole@firma.example>\nSubject: Re: [liste] Pris\nPrecedence: list\nList-Id: <liste.firma.example>\nList-Unsubscribe: <mailto:x@y>\n\n"
	)
	tests := []struct {
		want Kind
		raw  string
	}{
		{Answer, zendesk + "Hei! Vi sender to nye pærer i posten i dag, helt kostnadsfritt.\n\nMvh Linn"},
		{Answer, zendesk + "Hi Kari,\n\nThanks for your patience. Our warehouse found the parcel and it will be delivered on Friday.\n\nBest,\nTom"},
		{Answer, person + "Hei\n\nJeg har vært i kontakt med leverandøren. De regner med at delen er på plass i uke 12. Jeg gir deg beskjed når den kommer.\n\nOle"},
		{Answer, person + "Hej Kari\n\nFakturaen forfalder den 15., og du kan betale med kort. Giv gerne besked, hvis du ønsker henstand.\n\nVh Mette"},
		{Answer, person + "Hei. Har dere fått sjekket sikringsskapet? Ta gjerne et bilde av etiketten på måleren."},
		{Answer, person + "Hello,\n\nYou can bring your dog on the train if it is in a carrier. Otherwise a child ticket is needed.\n\nKind regards\nSami"},
		{Answer, list + "Jeg bruker den blå selv, og den har holdt i ti år."},
		{Answer, list + "I think the second option is better because it needs no extra wiring."},
		{Answer, noReply + "Hei Kari! Rommet er bestilt fra 3. til 5. juni. Frokost serveres fra klokken sju. Velkommen til oss!"},
		{Answer, person + "Hei, takk for at du gjør oss oppmerksom på dette! Prisen i hyllen var feil, og du får selvsagt differansen tilbake. Kom innom kassen med kvitteringen."},
		{Answer, person + "Hej, jag är ledsen för strulet. Jag har skickat en ny kod till din mobil."},
		{Answer, person + "Moikka! Varasin sinulle ajan torstaille kello 14. Ota henkilökortti mukaan."},
		{Answer, person + "Hei, eg har lagt deg inn på ventelista. Du står som nummer tre."},
		{Answer, person + "Hei Kari, du må levere skjemaet innen 1. mai for å få støtte for hele året. Skjemaet ligger vedlagt."},
		{Answer, person + "Hei, det er dessverre ikke mulig. Regelverket krever legitimasjon ved henting."},
		{Acknowledgement, rule + "Vi takker for din interesse og har lagt forespørselen i kø. En av våre selgere tar den så snart han er ledig."},
		{Acknowledgement, rule + "Hei,\n\ndette er en bekreftelse på at e-posten er kommet inn i vårt postmottak.\n\nMeldinger leses hverdager mellom 8 og 15.\n\nHusk at taushetsbelagte opplysninger ikke skal sendes på e-post."},
		{Acknowledgement, zendesk + "##- Please type your reply above this line -##\n\nThank you for contacting Firma Support. This email confirms that we've received your request and will be in touch as soon as possible.\n\n-- Original request --\nWhat does it cost?"},
		{Acknowledgement, sieve + "Ditt meddelande har tagits emot. Vi läser alla brev men kan inte besvara dem personligen."},
		{Acknowledgement, noReply + "Kjære kunde,\n\nVi har mottatt din reklamasjon. Saksbehandlingstiden er normalt 10 virkedager. Har du flere bilder eller dokumenter kan du sende dem som svar på denne e-posten.\n\nReferanse: R-20931"},
		{Acknowledgement, noReply + "Hei Kari Holm!\n\nTakk for din søknad. Den er registrert og vil bli vurdert av vår avdeling for personlån. Du hører fra oss."},
		{Acknowledgement, noReply + "Thank you for your enquiry. One of our advisors will review it and reply to you by email. Your reference is 8812."},
		{Acknowledgement, noReply + "Hei, tukipyyntönne on vastaanotettu ja se on saanut numeron 4431. Käsittelemme sen kahden arkipäivän kuluessa."},
		{Acknowledgement, "From: info@firma.example\nSubject: Ihre Anfrage\nAuto-Submitted: auto-replied\n\nVielen Dank für Ihre Nachricht. Wir haben Ihre Anfrage erhalten und melden uns so schnell wie möglich bei Ihnen."},
		{Acknowledgement, "From: info@firma.example\nSubject: Votre demande\nAuto-Submitted: auto-replied\n\nNous avons bien reçu votre message et vous répondrons dans les plus brefs délais."},
		{Absence, away + "Hei, jeg er tilbake på mandag. Ta kontakt med sentralbordet dersom det haster."},
		{Absence, away + "Thank you for your message. I am out of the office with no access to email. I will respond upon my return on Monday 9 March."},
		{Absence, away + "Hej, tack för ditt mejl. Jag är på utbildning hela veckan och svarar när jag är åter."},
		{Absence, away + "Olen vuosilomalla 1.–14.7. Kiireellisissä asioissa ota yhteyttä kollegaani Liisaan."},
		{Absence, away + "Jeg er sykmeldt inntil videre. Henvendelser om lønn rettes til Anne."},
		{Absence, away + "Fredager er min fridag. Jeg svarer på mandag."},
		{Absence, sieve + "Kontoret holder julestengt fra 23. desember til 2. januar. Vi ønsker alle en god jul!"},
		{Absence, sieve + "Jag har slutat på Firma. Kontakta växeln på 08-000 00 00."},
		{Absence, "From: info@firma.example\nSubject: Abwesenheitsnotiz: Preis\nAuto-Submitted: auto-replied\n\nIch bin bis zum 15. März nicht im Büro."},
		{Absence, "From: Ole <ole@firma.example>\nSubject: Pris\n\nHei, jeg har pappaperm og er tilbake i august. Kontakt Lise i mellomtiden."},
		{Deflection, person + "Hei, denne typen spørsmål besvares av kundeservice. Du når dem på telefon 22 00 00 00.\n\nOle"},
		{Deflection, zendesk + "Hei Kari,\n\nFor å få svar på dette ber vi deg ta kontakt via chatten på nettsiden vår.\n\nMvh Siv"},
		{Deflection, person + "Hej Kari\n\nDu kan finde svaret på vores hjemmeside under spørgsmål og svar.\n\nVenlig hilsen\nKundeservice"},
		{Deflection, person + "Hei. Ta en titt på våre nettsider, der står alt om dette.\n\nHilsen Per"},
		{Deflection, person + "Hej! Vänligen kontakta din återförsäljare.\n\nMvh Kundtjänst"},
		{Deflection, person + "Hei, ota yhteyttä myymälään puhelimitse.\n\nTerveisin Sari"},
		{Deflection, person + "Hi, please use the contact form on our website for this.\n\nRegards, Amy"},
		{Other, noReply + "Hei! Vi håper du er fornøyd med kundeservicen vår. Kan du tenke deg å svare på noen få spørsmål? Det tar ett minutt."},
		{Other, noReply + "Kvittering for ditt kjøp. Nå får du 20 % på neste handel! Klikk her for å melde deg av nyhetsbrevet."},
		{Other, zendesk + "Hej Kari,\n\nDitt ärende har markerats som löst. Hur nöjd är du med hjälpen du fick?"},
	}
	wrong := 0
	for _, tt := range tests {
		if r := Read(message.Parse([]byte(tt.raw)), Asked{}, time.Time{}); r.Kind != tt.want {
			wrong++
			t.Logf("%s read as %s, doubtful %v: %s\n%v", tt.want, r.Kind, r.Doubtful, r.Text, r.Because)
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d read wrong", wrong, len(tests))
	}
}
