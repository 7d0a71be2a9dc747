package board

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/language"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/report"
)

// givenWords are what the season's own data say in English, which pages show as they are.
var givenWords = regexp.MustCompile(`opening hours|moves house|Outsource AS|phrase\.answer|X-Autoreply: yes|[pu]-(phone|policy|unsure)|\bphone\b|\bpage\b|\bown\b`)

// saidAside are the attributes of elements by which pages say something.
var saidAside = regexp.MustCompile(`(?:title|aria-label|alt|data-(?:live|lost|done|next|tell|told|sending|kept|login|undo))="([^"]*)"`)

// commonEnglish are words by which English that is no phrase is known.
const commonEnglish = "the of and is are was were not by with that this it from has have been before after because which who when where only than too few at least found such"

// rawDuration is a time as Go writes it, and a configuration.
var rawDuration = regexp.MustCompile(`\b\d+h(\d+m)?(\d+s)?\b|\b\d+m\d+s\b`)

// wordsOf returns the words of a text in small letters.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) })
}

// TestNoEnglishLeft: in every other language no page says a word that the English pages
// alone have, and no duration as a configuration writes it.
func TestNoEnglishLeft(t *testing.T) {
	s := newSeason(t, 24, 6)
	s.busy()
	s.troubled()
	languages, err := report.Languages()
	if err != nil {
		t.Fatal(err)
	}
	english := map[string]bool{}
	for phrase := range spokenPhrases(t) {
		for _, word := range wordsOf(phrase) {
			english[word] = len(word) > 2
		}
	}
	for _, word := range wordsOf(commonEnglish) {
		english[word] = len(word) > 2
	}
	pages := []string{
		"/", "/?list=1&sort=waiting&only=pending", "/classes/bank", "/companies/company-0001", "/companies/company-0005", "/companies/company-0007",
		"/contacts/q-doubt", "/contacts/p-phone", "/contacts/u-policy", "/contacts/u-unsure", "/contacts/c-0001-02",
		"/queue", "/eyes", "/plan?day=2026-03-02", "/login", "/contacts/none",
	}
	for _, l := range languages {
		if l.Tag == language.English {
			continue
		}
		own := map[string]bool{}
		for _, phrase := range l.Phrases {
			for _, word := range wordsOf(phrase.One + " " + phrase.Other) {
				own[word] = true
			}
		}
		for _, path := range pages {
			page := s.get("GET", path, "Accept-Language", l.Tag.String()).Body.String()
			text := plain(page)
			for _, aside := range saidAside.FindAllStringSubmatch(page, -1) {
				text += " " + aside[1]
			}
			text = givenWords.ReplaceAllString(text, "")
			var left []string
			for _, word := range wordsOf(text) {
				if english[word] && !own[word] && !slices.Contains(left, word) {
					left = append(left, word)
				}
			}
			left = append(left, rawDuration.FindAllString(text, -1)...)
			for _, word := range left {
				at := strings.Index(strings.ToLower(text), word)
				t.Errorf("%s in %s: %q: … %s …", path, l.Tag, word, text[max(at-60, 0):min(at+60, len(text))])
			}
		}
	}
}

// troubled adds to a season what pages tell of what went wrong.
func (s *season) troubled() {
	s.t.Helper()
	s.board.Standings = standing
	s.ask("u-policy", "company-0005", "mobil", failure(probes.Refused, probes.Failure{Fault: fault.Policy, Reason: "550 5.7.1"}))
	s.ask("u-unsure", "company-0007", "møbler", failure(probes.Unsure, probes.Failure{Fault: fault.Unclear}))
	s.board.Stale = func() bool { return true }
	s.board.Planned = func() (all []plan.Contact) {
		for i, co := range s.board.Edition.Companies {
			all = append(all, plan.Contact{ID: fmt.Sprint("planned-", i), Company: co.ID, Class: co.Class, Channel: "mail", At: noon, Moved: []string{"", "closed in this round", "no day left for 1 a day", "paused: flytter"}[i%4]})
		}
		return all
	}
}
