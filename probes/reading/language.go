package reading

import (
	"strings"
	"unicode"
)

// languageWords are common words that tell the languages apart. Words that several share
// stand under each of them.
func languageWords() map[string]string {
	return map[string]string{
		"nb": `jeg ikke hva hvordan hvor når meg deg seg også etter uke mye av noe noen bli blitt vært være fra til og er har det den som for på kan ` +
			`vil skal med du dere deres hei takk henvendelse hilsen vennlig mottatt bare eller så hvis dersom måned svar vi opp fått oss ditt din si tilbake mandag ferie ute nei dessverre kun torsdag lørdag søndag gjøre helt frem en et nettsider våre avspaserer morgen`,
		"nn": `eg ikkje kva korleis kor når meg deg seg også etter veke mykje av noko nokon bli blitt vore vere frå til og er har det den som for på kan ` +
			`vil skal med du de dykk dykkar hei takk førespurnad helsing venleg motteke berre eller så viss dersom månad svar vi opp fått oss ditt din seie attende måndag ferie ho svarar vanlegvis innan gjere heilt fram ein ei vår seier treng sjå då no berre dei deira adresse gjeld helse berre kvar frå`,
		"da": `jeg ikke hvad hvordan hvor hvornår mig dig sig også efter uge meget af noget nogen blive blevet været være fra til og er har det den som for på kan ` +
			`vil skal med du jer jeres hej tak henvendelse hilsen venlig modtaget kun eller så hvis måned svar vi op fået os dit din sige tilbage mandag ferie kigger bedes hurtigst muligt hedder der at nej desværre øjeblikket ind nye kære bedste hilsner vedrørende goddag ved værsgo torsdag lørdag søndag jeres vores hjemmeside besked spørgsmål måske igen sker`,
		"sv": `jag inte vad hur var när mig dig sig också efter vecka mycket av något någon bli blivit varit vara från till och är har det den som för på kan ` +
			`vill ska med du ni er hej tack ärende hälsning vänlig mottagit bara eller så om månad svar vi upp fått oss ditt din säga åter måndag semester ett att mejl ja nej tyvärr fungerar torsdag lördag söndag absolut fixar vilket`,
		"fi": `minä ei mitä miten missä milloin minua sinua myös jälkeen viikko paljon joku olla ollut on ja että tai jos kuukausi vastaus me sinun ` +
			`hei kiitos viesti viestisi terveisin ystävällisin olemme olen voit asiakaspalvelu asiakaspalveluumme mahdollisimman pian takaisin lomalla kun mutta se tämä voi kanssa numeroon numerolla tämän lähettää automaattinen kyllä onnistuu haluaisit terv moi sari olen kun asti`,
		"en": `not what how where when me you also after week much of some any be been was were from to and is are has have the a an that for on can ` +
			`will with your hi thank thanks regards kind received only or if month reply we up us back monday leave please this it in our yes no very we you your they there would could`,
	}
}

// languageOf guesses the language of text from its common words and its letters, or returns
// the empty string.
// The customer's own language, where it is known, breaks ties.
func languageOf(text, asked string) string {
	seen := map[string]int{}
	letters := func(r rune) bool { return !unicode.IsLetter(r) }
	for i, w := range strings.FieldsFunc(strings.ToLower(text), letters) {
		if i > 2000 {
			break
		}
		seen[w]++
	}
	if foreign(text, words(text)) {
		return ""
	}
	best, most, expected := "", 0, ""
	if asked != "" {
		expected = languageOf(asked, "")
	}
	for _, language := range []string{"nb", "da", "sv", "nn", "fi", "en"} {
		score := 0
		for w, times := range seen {
			if known().languages[language][w] {
				score += min(times, 5) * 2
			}
		}
		score += letterScore(language, text)
		if language == expected && len(seen) > 0 {
			score += 3
		}
		if score > most {
			best, most = language, score
		}
	}
	return best
}

// foreign reports whether hardly any word of a text is one that the rules know, so that next to
// nothing can be said about what it means.
func foreign(text string, list []word) bool {
	written, met := 0, 0
	for _, w := range list {
		if hollow(w.folded) || numeric(w.folded) {
			continue
		}
		written++
		if known().ours[w.folded] || known().desk.has(w.folded) {
			met++
		}
	}
	return written >= 4 && met*10 < written*3 && !finnish(text) && !strings.ContainsAny(text, "åøÅØ")
}

// finnish reports whether text has next to none of the letters that Finnish does without. Its
// words have too many forms to be known by a list.
func finnish(text string) bool {
	letters, strange := 0, 0
	for _, r := range strings.ToLower(text) {
		if unicode.IsLetter(r) {
			letters++
		}
		if strings.ContainsRune("bcfqwxzåøæéèąęłśżźń", r) {
			strange++
		}
	}
	return strange*60 <= letters
}

// letterScore weighs the letters that only some of the languages have.
func letterScore(language, text string) int {
	text = strings.ToLower(text)
	nordic, swedish := min(strings.Count(text, "ø")+strings.Count(text, "æ"), 4), min(strings.Count(text, "ä")+strings.Count(text, "ö"), 4)
	switch language {
	case "nb", "nn", "da":
		return nordic - swedish
	case "sv":
		return swedish - nordic + min(strings.Count(text, "å"), 2)
	case "fi":
		return swedish - nordic - min(strings.Count(text, "å"), 4)
	}
	return -nordic - swedish
}
