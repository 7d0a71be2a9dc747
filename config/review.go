package config

import "github.com/svartid/svartid/probes/calendar"

// A Review is how long people may still say what letters are that may be
// answers.
type Review struct {
	// Until is the last day of judging. After it every contact is decided as it
	// counts, and stays marked as provisional. None: 14 days after edition.to.
	Until calendar.Date `yaml:"until"`
}

// review wants judging to go on for as long as the season is asked.
func (k *checker) review() {
	until, last := k.cfg.Review.Until, k.cfg.Edition.To
	if !until.IsZero() && !last.IsZero() && until.Before(last) {
		k.fault("review.until", "%s is before edition.to, %s: what is asked last could not be judged", until, last)
	}
}
