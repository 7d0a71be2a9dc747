package config

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/svartid/svartid/probes/calendar"
)

// A Review is what people look at, and how long they may still say what letters
// are.
type Review struct {
	// Until is the last day of judging. After it every contact is decided as it
	// counts, and stays marked as provisional. None: 14 days after edition.to.
	Until calendar.Date `yaml:"until"`
	// Sample is the share of readings without doubt that people look at all the
	// same, drawn from the seed, so that it is known how often they are wrong.
	Sample Share `yaml:"sample" default:"3%"`
	// Blind shows people no guess of the reader's.
	Blind bool `yaml:"blind"`
}

// A Share is a part of a whole, written as 3% or 0.03.
type Share struct{ Of float64 }

// UnmarshalText reads a share from 0% to 100%.
func (s *Share) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(strings.TrimSpace(string(text)), "%")
	of, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		of /= 100
	}
	if err != nil || !(of >= 0 && of <= 1) {
		return fmt.Errorf("%q is no share; want one such as 3%%", text)
	}
	s.Of = of
	return nil
}

// MarshalText writes the share in hundredths.
func (s Share) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatFloat(s.Of*100, 'g', -1, 64) + "%"), nil
}

// review wants judging to go on for as long as the season is asked.
func (k *checker) review() {
	until, last := k.cfg.Review.Until, k.cfg.Edition.To
	if !until.IsZero() && !last.IsZero() && until.Before(last) {
		k.fault("review.until", "%s is before edition.to, %s: what is asked last could not be judged", until, last)
	}
}
