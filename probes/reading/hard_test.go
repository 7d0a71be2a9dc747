package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestPeopleInTheWordsOfForms reads answers that use the words which receipts, absences, surveys,
// campaigns, robots and deflections are known by.
func TestPeopleInTheWordsOfForms(t *testing.T) {
	answers := []string{
		"Hei! Vi sender dessverre ikke faktura på e-post, men du får den i nettbanken den 15. hver måned.",
		"Hei, butikken holder stengt i påsken, men nettbutikken sender hver dag.",
		"Hei! Hotellet er sommerstengt i uke 29, ellers kan dere komme når dere vil.",
		"Hei Kari. Jeg var hjemme med sykt barn i går, derfor svarer jeg først nå. Delen koster 240 kroner.",
		"Hei! Jeg jobber deltid og så ikke dette før i dag. Ja, hunden kan være med.",
		"Takk for bestillingen din! Jeg har byttet til størrelse 40, og du får mellomlegget tilbake.",
		"Hei, pakken er på vei. Sporingsnummeret er 370000000, og den kommer på torsdag.",
		"Du kan vurdere kjøpet ditt når varen er kommet, det gjør du på ordren. Rabatten på 10 % får du likevel.",
		"Hei! Saken er opprettet hos politiet med nummer 1234, så forsikringen dekker tapet minus egenandelen.",
		"Vi har ikke hørt fra leverandøren ennå, men jeg ringte dem i dag og de lover svar på fredag.",
		"Hej! Du ska ansöka via samordnad antagning, sista dag är den 15 april. Antagningspoängen var 17,2 i höstas.",
		"Hej. Butiken har semesterstängt vecka 29 till 31, men jag kan lämna ut paketet den 2 augusti om du ringer innan.",
		"Hej Kari, du kan betala i appen eller med kort på plats. Det kostar 120 kronor för vuxna.",
		"Hej! Det är inte vi som säljer den modellen längre, men den nya passar på samma fäste och kostar 349 kr.",
		"Hej. Jag är på kurs idag men hann kolla: reservdelen finns på lager i Malmö.",
		"Hej Kari. Du skal sende blanketten via Digital Post inden den 1. maj, og så får du 1.200 kr. tilbage for hele året.",
		"Hej! Vi holder lukket mandag, men tirsdag kan du komme mellem 10 og 17. Tag gerne kvitteringen med.",
		"Hej. Din ordre er sendt i går, og den røde er erstattet af den blå, fordi den var udsolgt.",
		"Kære Kari. Jeg har prøvet at finde et svar hos producenten: garantien er fem år på motoren og to på resten.",
		"Hei! Myymälä on suljettu sunnuntaina, mutta noutoautomaatti toimii aina. Koodi on 4471.",
		"Hei, kirjaudu palveluun ja paina Peruuta, niin rahat tulevat viikossa. Peruin jo toimituksen puolestasi.",
		"Hi Kari, our office is closed on Friday but the warehouse ships all week, so it will reach you by Tuesday.",
		"Hi, based on your question I looked at the invoice: the fee was charged twice, and I have refunded 14 pounds.",
		"Hello, you need to speak Norwegian at level B1 for this course, and the next one starts on 4 March.",
		"Hi! Your order confirmation had the wrong address, so I changed it to Storgata 5.",
		"Hi, I work part time, sorry for the wait. The blue one is waterproof, the green one is not.",
		"Hei! Undersøkelsen på sykehuset tar 20 minutter, og du kan spise som vanlig før.",
		"Hei. Du er nummer 14 på ventelista, så det blir nok plass til høsten.",
		"Hei! En kollega tar over avtalen fra mandag. Prisen på 399 blir den samme.",
		"Hei, brevet er journalført 3. mars, og vedtaket kommer innen seks uker. Du har rett til full dekning fra april.",
		"Hei, alle får svar på opptaket 20. juli. Grensen i fjor var 48,2 poeng.",
		"Som regel tar det tre dager, men pakken din ble skannet på Alnabru i dag.",
		"Hei! Jeg har fri i morgen, så hent den heller på onsdag. Den ligger klar i luka.",
		"Prøv å skru av og på igjen, og velg så alternativ 3 i menyen. Da skal lampa lyse grønt.",
		"Hva kan jeg hjelpe deg med utover det? Salget er avlyst, og du får pengene tilbake.",
	}
	wrong, doubtful := 0, 0
	for _, text := range answers {
		for _, end := range []string{"", "\n\nMvh\nSiv Aas"} {
			if r := Read(message.Parse([]byte(desk+text+end)), Asked{}, time.Time{}); r.Kind != Answer {
				if r.Doubtful {
					doubtful++
				}
				wrong++
				t.Logf("read as %s, doubtful %v: %s\n%v", r.Kind, r.Doubtful, text, r.Because)
			}
		}
	}
	if wrong > doubtful || wrong*20 > 2*len(answers)*2 {
		t.Errorf("%d of %d read wrong, of them %d doubtful; want few and all doubtful", wrong, 2*len(answers), doubtful)
	}
}
