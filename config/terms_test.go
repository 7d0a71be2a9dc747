package config_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/edition"
)

// TestTermsAreRead: the terms of one configuration give the edition of another its rules,
// whatever they were, so that a season can be judged by the rules of its plan.
func TestTermsAreRead(t *testing.T) {
	const season = `
edition: {name: spring, from: 2027-01-11, to: 2027-02-19, seed: x7}
channels: {mail: {type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: a, password: b}}}
personas: [{name: Kari, channel: mail, address: kari@kunder.example}]
scenarios: [{name: price, language: nb, subject: [Pris], body: Pris?}]
probes: [{name: email, channel: mail, cron: "0 9 * * 1", within: 1d, attempts: 2}]
companies:
  - {id: kraft, name: Kraft, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@a.example}}
`
	others := map[string]string{
		"the same":  season,
		"policy":    season + "policy: {score: within-third}\n",
		"floor":     season + "policy: {floor: 0.5}\n",
		"weights":   season + "policy: {weights: {mail: 0.25}}\n",
		"valid":     season + "policy: {min_valid: {contacts: 7, share: 0.65}}\n",
		"answers":   season + "policy: {deflection: answered, bot: answered}\n",
		"clock":     strings.Replace(season, "seed: x7", "seed: x7, opening_clock: 'Mon-Sat 09:00-18:00'", 1),
		"late ends": strings.Replace(season, "within: 1d", "within: 1d, late: until next attempt", 1),
	}
	for was, text := range others {
		want := probing(t, text)
		for is, other := range others {
			got, err := probing(t, other).Under(want.Terms)
			if err != nil {
				t.Errorf("%s under the terms of %s: %v", is, was, err)
				continue
			}
			if len(got.Scoring.Weights) == 0 && len(want.Scoring.Weights) == 0 {
				got.Scoring.Weights = want.Scoring.Weights
			}
			if !reflect.DeepEqual(got.Scoring, want.Scoring) || !reflect.DeepEqual(got.Rules, want.Rules) || !reflect.DeepEqual(got.Terms, want.Terms) {
				t.Errorf("%s under the terms of %s: got %+v and %+v, want %+v and %+v", is, was, got.Scoring, got.Rules, want.Scoring, want.Rules)
			}
		}
	}
	if _, err := probing(t, season).Under([]edition.Term{{Name: "unheard of", Value: "1"}}); err == nil {
		t.Error("a term that this version does not know is taken")
	}
}

// probing reads a configuration.
func probing(t *testing.T, text string) *edition.Edition {
	t.Helper()
	cfg, err := config.Parse("svartid.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Probing()
}
