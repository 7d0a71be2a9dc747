package main

import "github.com/svartid/svartid/probes/edition"

// demoScenarios are what the demo's customers ask, one question a language. It
// is put in many ways: a page's chat is told apart from the one before by its
// words.
func demoScenarios() []edition.Scenario {
	return []edition.Scenario{
		{
			Name: "price-nb", Language: "nb", Subjects: []string{"Spørsmål om pris", "Hva koster det hos dere?"},
			Body: "Hei!\n\n{Jeg vurderer å bytte til {{.Company}}.|Vi tenker på å bli kunder hos {{.Company}} i sommer.|" +
				"En venn har anbefalt {{.Company}} på det varmeste.|Snart flytter familien, og da ser vi oss om etter {{.Company}}.|" +
				"Avtalen min et annet sted løper ut nå i høst.|Nylig kom jeg over reklamen for {{.Company}} på bussen.|" +
				"En kollega skryter stadig av {{.Company}}.|Etter en lang vinter vil jeg rydde i regningene mine.} " +
				"{Hva vil det koste meg i året?|Hvor mye må man betale per måned?|Kan dere si noe om prisen, og om bindingstid?|" +
				"Hvilken pris får en ny kunde?|Har dere et rimelig tilbud, med alt regnet inn?|Finnes det en oversikt over det dere tar betalt?|" +
				"Blir det billigere med flere tjenester samlet?|Kunne noen regne ut et eksempel for et par uten barn?}" +
				"\n\n{Hilsen|Mvh}\n{{.Persona}}\n",
		},
		{
			Name: "price-sv", Language: "sv", Subjects: []string{"Fråga om pris", "Vad kostar det hos er?"},
			Body: "Hej!\n\n{Jag funderar på att byta till {{.Company}}.|Vi tänker bli kunder hos {{.Company}} i sommar.|" +
				"En vän har rekommenderat {{.Company}} varmt.|Snart flyttar familjen, och då ser vi oss om efter {{.Company}}.|" +
				"Avtalet jag har på annat håll löper ut nu i höst.|Nyligen såg jag reklamen för {{.Company}} på bussen.|" +
				"En kollega berömmer ständigt {{.Company}}.|Efter en lång vinter vill jag se över mina räkningar.} " +
				"{Vad skulle det kosta mig per år?|Hur mycket får man betala i månaden?|Kan ni säga något om priset, och om bindningstid?|" +
				"Vilket pris får en ny kund?|Har ni ett förmånligt erbjudande, med allt inräknat?|Finns det en översikt över det ni tar betalt?|" +
				"Blir det billigare med flera tjänster samlade?|Kunde någon räkna ut ett exempel för ett par utan barn?}" +
				"\n\n{Hälsningar|Mvh}\n{{.Persona}}\n",
		},
		{
			Name: "price-da", Language: "da", Subjects: []string{"Spørgsmål om pris", "Hvad koster det hos jer?"},
			Body: "Hej!\n\n{Jeg overvejer at skifte til {{.Company}}.|Vi tænker på at blive kunder hos {{.Company}} til sommer.|" +
				"En ven har anbefalet {{.Company}} varmt.|Snart flytter familien, og så ser vi os om efter {{.Company}}.|" +
				"Min aftale et andet sted løber ud her i efteråret.|For nylig så jeg reklamen for {{.Company}} i bussen.|" +
				"En kollega roser hele tiden {{.Company}}.|Efter en lang vinter vil jeg rydde op i mine regninger.} " +
				"{Hvad vil det koste mig om året?|Hvor meget skal man betale hver måned?|Kan I sige noget om prisen, og om binding?|" +
				"Hvilken pris får en ny kunde?|Har I et godt tilbud, med alt regnet ind?|Findes der en oversigt over det I tager betaling for?|" +
				"Bliver det billigere med flere tjenester samlet?|Kunne nogen regne et eksempel ud for et par uden børn?}" +
				"\n\n{Hilsen|Mvh}\n{{.Persona}}\n",
		},
		{
			Name: "price-en", Language: "en", Subjects: []string{"A question about prices", "What does it cost?"},
			Body: "Hello,\n\n{I am thinking of switching to {{.Company}}.|We are considering {{.Company}} for this summer.|" +
				"A friend has recommended {{.Company}} warmly.|Soon the family moves, and {{.Company}} is close to our new home.|" +
				"My contract elsewhere runs out in autumn.|Lately your advertisement on the bus caught my eye.|" +
				"A colleague keeps praising {{.Company}}.|After a long winter I want to sort out my bills.} " +
				"{What would it cost me a year?|How much does one pay each month?|Could you tell me the price, and if there is a minimum term?|" +
				"Which rate do new customers get?|Is there an offer with everything included?|Where can I find all that you charge for?|" +
				"Does it get cheaper with several services together?|Might somebody work out an example for a couple without children?}" +
				"\n\n{Regards|Best wishes},\n{{.Persona}}\n",
		},
	}
}
