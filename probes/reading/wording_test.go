package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestWording reads bare texts, without any header to help.
func TestWording(t *testing.T) {
	tests := []struct {
		want Kind
		text string
	}{
		{Acknowledgement, "Hei! Meldingen din er kommet frem til oss. Vi jobber oss gjennom innboksen og svarer deg så raskt vi klarer."},
		{Acknowledgement, "Takk for at du skrev til oss! Alle henvendelser blir besvart, vanligvis samme dag. Husk at du kan sjekke ordrestatus på Min side."},
		{Acknowledgement, "Vi har registrert saken din med nummer 55421. Du får beskjed når vi har sett på den."},
		{Acknowledgement, "Hei, og takk for meldingen. Kundeservice er stengt nå, men vi er tilbake i morgen kl. 08 og svarer deg da."},
		{Acknowledgement, "Din henvendelse er sendt til en av våre rådgivere, som vil ta kontakt med deg."},
		{Acknowledgement, "Hej! Tack för din förfrågan, vi tittar på den och hör av oss inom kort."},
		{Acknowledgement, "Hejsan! Vi har öppet vardagar 8-17 och besvarar ditt meddelande så snart vi öppnar igen."},
		{Acknowledgement, "Vi har fått ditt mejl och kommer att besvara det inom 48 timmar."},
		{Acknowledgement, "Tak for din henvendelse til kommunen. Vi bekræfter hermed, at vi har modtaget den, og du kan forvente svar inden for fire uger."},
		{Acknowledgement, "Hej. Din besked er modtaget, og vi vender tilbage hurtigst muligt. Vi har desværre travlt lige nu."},
		{Acknowledgement, "Kiitos viestistäsi! Palaamme asiaan mahdollisimman pian."},
		{Acknowledgement, "Viestisi on saapunut asiakaspalveluumme. Vastaamme arkisin klo 9-16."},
		{Acknowledgement, "Hi there, thanks for reaching out! This is just to let you know that we've received your message and one of our service agents will reach out to you."},
		{Acknowledgement, "Your message has been processed. We should receive it shortly, and will get back to you as soon as we can (usually within two working days)."},
		{Acknowledgement, "Thanks for writing. We opened ticket #12345. Our team is offline right now. A human will reply by 10:00."},
		{Acknowledgement, "We'd love to help! Our typical reply time is a few hours."},
		{Absence, "Takk for din e-post. Jeg er ikke tilgjengelig fra 15. til 22. mars. E-posten din vil bli besvart når jeg er tilbake."},
		{Absence, "Jeg er borte fra 15. til 22. mars. Kontakt Kari Nordmann ved akutte spørsmål."},
		{Absence, "Hei, jeg har ferie denne uken og leser ikke e-post. God sommer!"},
		{Absence, "Hei, olen lomalla, palaan 3.7."},
		{Absence, "Kiitos viestistäsi. Olen tällä hetkellä poissa toimistosta."},
		{Absence, "Jag har semester och är tillbaka på jobbet den 8 augusti. Om du behöver hjälp tidigare, kontakta min kollega."},
		{Absence, "Hej, jag är på tjänsteresa och svarar på mejl först på måndag."},
		{Absence, "Jeg er på ferie i uge 29-31. Er det vigtigt, så ring til receptionen."},
		{Absence, "Hello, I'm on parental leave until September. Please write to Anna instead."},
		{Absence, "I have left the company. Please contact info@firma.example."},
		{Answer, "Hei! Ja, butikken er åpen i påsken, men stengt langfredag og første påskedag."},
		{Answer, "Hei, åpningstidene i Storgata er 10-20 på hverdager og 10-18 på lørdag. Velkommen innom!"},
		{Answer, "Takk for henvendelsen. Abonnementet er nå avsluttet, og du vil ikke få flere regninger fra oss."},
		{Answer, "Vi har mottatt returen din, og pengene er sendt til kontoen du betalte fra."},
		{Answer, "Hei Kari. Svaret er at du må være 18 år for å leie bil hos oss. Logg gjerne inn for å se prisene."},
		{Answer, "Det stemmer det."},
		{Answer, "Hei! Det tror jeg ikke går, men jeg kan høre med lageret. Hvilken farge ønsker du?"},
		{Answer, "Du ringer bare 04800 når du kommer, så slipper vakten deg inn. Parkering er inkludert."},
		{Answer, "Hei, beklager at du har ventet. Feilen er rettet nå, prøv å logge inn på nytt."},
		{Answer, "Jag har lagt en beställning på reservdelen, den kommer på tisdag. Vi ringer dig då."},
		{Answer, "Hej! Nej, den behandlingen erbjuder vi inte längre, men prova gärna kliniken i Solna."},
		{Answer, "Semesterstängt har vi bara vecka 29, så det går bra att komma i juni."},
		{Answer, "Hej Kari, det er korrekt, at beløbet er trukket to gange. Vi tilbagefører det ene i dag."},
		{Answer, "Vi har desværre ikke flere på lager, men du kan få den i grøn i stedet."},
		{Answer, "Hei! Voit palauttaa tuotteen 30 päivän kuluessa mihin tahansa myymäläämme."},
		{Answer, "Valitettavasti tuotetta ei ole enää saatavilla."},
		{Answer, "Hi Kari, we ship to Norway twice a week. Customs are included in the price."},
		{Answer, "The warranty is two years. Do you still have your receipt?"},
		{Answer, "Could you send us a photo of the label on the back?"},
		{Answer, "Hei Kari! Takk for tålmodigheten. Saken din er nå ferdig behandlet, og erstatningen utbetales på fredag."},
		{Answer, "Vi har mottatt betalingen din, så alt er i orden."},
		{Answer, "Hei, vi har registrert flyttingen fra 1. juni. Strømmen følger med til ny adresse."},
		{Answer, "Vi svarer gjerne på det! Vinduene rengjøres to ganger i året, i mai og september."},
		{Answer, "Hei, søknadsfristen er 15. april, og du får svar innen 1. juli."},
		{Answer, "Saksbehandlingstiden for byggesaker er tre uker. Din sak ble sendt inn 4. februar, så vedtaket kommer trolig i morgen."},
		{Answer, "Kundeservice har åpent til kl. 20 i kveld, og butikken til kl. 22."},
		{Answer, "Hei! Automatisk betaling kan slås av i nettbanken under avtaler."},
		{Answer, "Robotstøvsugeren må lades i 16 timer før første gangs bruk."},
		{Answer, "Vi er dessverre utsolgt, men du kan sette deg på venteliste så får du en e-post når den er tilbake."},
		{Answer, "Hej! Vi har tagit emot din retur och pengarna sätts in inom 5 bankdagar."},
		{Answer, "Hej, ditt ärende är avslutat eftersom felet är åtgärdat. Kabeln hade gått av."},
		{Answer, "Hej Kari, handläggningstiden är normalt sex veckor men just nu går det fortare, så räkna med besked i april."},
		{Answer, "Jag är tillbaka från semestern nu, och ja, vi kan ses på torsdag."},
		{Answer, "Hej, jeg har oprettet din ordre igen, og den sendes i dag. Du modtager en bekræftelse på mail."},
		{Answer, "Tak for din mail. Vi har kigget på sagen, og du har ret til at få pengene tilbage."},
		{Answer, "Vi vender lige tilbage til prisen: den er 450 kr. om måneden."},
		{Answer, "Hei, olemme vastaanottaneet palautuksesi ja hyvitys näkyy tililläsi viikon kuluessa."},
		{Answer, "Kiitos viestistäsi! Kyllä, lapset pääsevät ilmaiseksi alle 7-vuotiaina."},
		{Answer, "We have received your payment and your order ships tomorrow."},
		{Answer, "Thanks for your email. Yes, you can change the date once without a fee."},
		{Answer, "Our office is closed on Friday, so please pick up the keys on Thursday before 4 pm."},
		{Answer, "Eg er på kontoret i dag og har sett på saka di: du har krav på refusjon."},
		{Answer, "Hei, jeg skjønner at det er frustrerende. Jeg har bedt teknikeren komme i morgen mellom 8 og 12."},
		{Answer, "Nei, det trenger du ikke."},
		{Answer, "Hei, det ordner vi. God ferie!"},
		{Deflection, "Hei, dette må du ta med kundeservice på telefon 22 00 00 00."},
		{Deflection, "Hei! All informasjon om dette ligger på nettsidene våre."},
		{Deflection, "Kontakt oss på chat, så hjelper vi deg raskere."},
		{Deflection, "Hej! Ring gärna vår kundtjänst så hjälper de dig."},
		{Deflection, "Hej, du hittar all information på vår hemsida."},
		{Deflection, "Hej. Ring til os på 70 00 00 00, så finder vi ud af det."},
		{Deflection, "Hei, soitathan asiakaspalveluumme, niin autamme sinua."},
		{Deflection, "Please call our customer service line, as we are unable to discuss this by email."},
		{Bot, "Hei, jeg er Kate, din digitale assistent i Firma. Still meg gjerne et kort spørsmål!"},
		{Bot, "Jag är en virtuell assistent och fortfarande under upplärning. Hur kan jag hjälpa till?"},
		{Bot, "Hi! I'm Fin, an AI agent. I can answer questions about your order."},
		{Other, "Samtalen er avsluttet. Hvordan vil du vurdere hjelpen du fikk?"},
		{Other, "Vi vil gjerne høre hva du synes! Svar på tre korte spørsmål om kontakten du hadde med oss."},
	}
	wrong := 0
	for _, tt := range tests {
		if r := Read(message.Plain(tt.text), Asked{}, time.Time{}); r.Kind != tt.want {
			wrong++
			t.Logf("%s read as %s, doubtful %v: %s\n%v", tt.want, r.Kind, r.Doubtful, tt.text, r.Because)
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d read wrong", wrong, len(tests))
	}
}
