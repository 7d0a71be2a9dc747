package main

import "github.com/svartid/svartid/probes"

// demoScenarios are what the demo's customers ask, one question a language.
func demoScenarios() []probes.Scenario {
	return []probes.Scenario{
		{
			Name: "price-nb", Language: "nb", Subjects: []string{"Spørsmål om pris", "Hva koster det hos dere?"},
			Body: "Hei!\n\nJeg {vurderer å bytte|tenker på å bytte} til {{.Company}}. Hva vil det koste meg i året?\n\n{Hilsen|Mvh}\n{{.Persona}}\n",
		},
		{
			Name: "price-sv", Language: "sv", Subjects: []string{"Fråga om pris", "Vad kostar det hos er?"},
			Body: "Hej!\n\nJag {funderar på|tänker} att byta till {{.Company}}. Vad skulle det kosta mig per år?\n\n{Hälsningar|Mvh}\n{{.Persona}}\n",
		},
		{
			Name: "price-da", Language: "da", Subjects: []string{"Spørgsmål om pris", "Hvad koster det hos jer?"},
			Body: "Hej!\n\nJeg {overvejer at skifte|tænker på at skifte} til {{.Company}}. Hvad vil det koste mig om året?\n\n{Hilsen|Mvh}\n{{.Persona}}\n",
		},
		{
			Name: "price-en", Language: "en", Subjects: []string{"A question about prices", "What does it cost?"},
			Body: "Hello,\n\nI am {thinking of switching|considering a switch} to {{.Company}}. What would it cost me a year?\n\n{Regards|Best wishes},\n{{.Persona}}\n",
		},
	}
}
