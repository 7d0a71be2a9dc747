package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// A Persona is the customer that we appear as on one channel.
type Persona struct {
	Name    string `yaml:"name" need:""`
	Channel string `yaml:"channel" need:""`
	Address string `yaml:"address" form:"email"`     // on a channel of type email
	Tag     string `yaml:"tag" enum:"plus|catchall"` // how the address is made unique; none: plus
}

// A Scenario is what a persona asks, in one language and several variants.
type Scenario struct {
	Name     string   `yaml:"name" need:""`
	Language string   `yaml:"language" form:"language"` // none: that of the edition's country
	Classes  []string `yaml:"classes"`                  // none: every class
	Subject  []string `yaml:"subject"`                  // one is drawn
	// Body draws one of {a|b}, and fills in {{.Company}}, {{.Persona}} and
	// {{.Class}}; so do the subjects.
	Body string `yaml:"body" need:"" form:"text"`
	// Bodies are more of them; one of all is drawn.
	Bodies []string `yaml:"bodies" form:"text"`
	// Details are lists of words by name: {{.street}} fills in one that is drawn
	// of street, the same in the whole letter.
	Details map[string][]string `yaml:"details"`
	// Expects is what an answer holds one of to be sure: price, date, yes-no, how-to, question. None:
	// any fact of the matter will do.
	Expects []string `yaml:"expects"`
}

// A Probe is a cron series of contacts over one channel. Each tick starts a
// round: one contact for every company that has the channel.
type Probe struct {
	Name    string `yaml:"name" need:""`
	Channel string `yaml:"channel" need:""`
	// Cron ticks in the edition's zone, unless CRON_TZ= says otherwise.
	Cron string `yaml:"cron" need:""`
	// Spread is what slots are drawn inside of; 0s: all leave at the tick.
	Spread calendar.Within `yaml:"spread" default:"0s"`
	// Hours are when openers leave, inside the edition's.
	Hours calendar.Hours `yaml:"hours" default:"always"`
	// Within is the promise. In working days, day 1 is the day of sending.
	Within calendar.Within `yaml:"within" need:""`
	// DayEnds is when the promise's last working day ends.
	DayEnds calendar.Clock `yaml:"day_ends" default:"16:00"`
	// Attempts of 2 ask once more, on another day, who has not answered.
	Attempts int `yaml:"attempts" default:"1"`
	// Late says how long an answer after the deadline is kept as late.
	Late string `yaml:"late" enum:"until next attempt"`

	// Closing is what is said in a chat once the answer has come, so that no
	// agent is left waiting.
	Closing string `yaml:"closing"`
	// Closings are the same by the language of the scenario, where it differs: nb, sv.
	Closings map[string]string `yaml:"closings"`

	// AskForPerson is within what a person is to write, whether or not that deals with the matter, as where the scenario asks for
	// one. It is a figure of its own, and changes no outcome. 0: it is not measured.
	AskForPerson time.Duration `yaml:"ask_for_person"`

	Ticks calendar.Ticks `yaml:"-"` // what Cron says
}

// Policy says what counts, and for how much.
type Policy struct {
	// Deflection is what a person's "please ring us" counts as.
	Deflection string `yaml:"deflection" default:"unanswered" enum:"unanswered|answered"`
	// Bot is what an answer counts as that no person gave.
	Bot string `yaml:"bot" default:"unanswered" enum:"unanswered|answered"`
	// Score names the policy by which companies are ranked.
	Score string `yaml:"score" form:"policy"`
	// Weights are what channels count for in a company's score; 1 if not given.
	Weights  map[string]float64 `yaml:"weights"`
	MinValid MinValid           `yaml:"min_valid"`
	// Floor is the score that a winner needs, 0 to 1; 0: none.
	Floor float64 `yaml:"floor" default:"0"`
}

// Weight returns what a channel counts for in a company's score.
func (p Policy) Weight(channel string) float64 {
	if weight, ok := p.Weights[channel]; ok {
		return weight
	}
	return 1
}

// MinValid is what a company needs for a place in the standings.
type MinValid struct {
	Contacts int     `yaml:"contacts" default:"0"`
	Share    float64 `yaml:"share" default:"0"` // of the contacts planned, 0 to 1
}

// Titles are what classes and channels are called on pages for people, by the language
// of the reader. Who has none is called by name.
type Titles struct {
	// Classes are by the name of the class, then by language.
	Classes map[string]map[string]string `yaml:"classes"`
	// Channels are by the name of the channel, then by language.
	Channels map[string]map[string]string `yaml:"channels"`
}

// A Company is a participant.
type Company struct {
	ID    string `yaml:"id" need:"" form:"id"`
	Name  string `yaml:"name" need:""`
	Class string `yaml:"class" need:""`
	// Language is what it is asked in; none: that of its country.
	Language string `yaml:"language" form:"language"`
	// Consent is the day on which it was given. None: the company is known, and never asked.
	Consent calendar.Date `yaml:"consent"`
	// Withdrawn is the first day on which the consent holds no more. A consent of a later
	// day is a new one.
	Withdrawn calendar.Date `yaml:"withdrawn"`
	// Country is the edition's if none is given.
	Country string `yaml:"country" form:"country"`
	// Zone is that of the country's capital if it has one of its own, else the edition's.
	Zone *time.Location `yaml:"time_zone"`
	// Hours are its own, in its zone: for when openers may leave, never for scores.
	Hours calendar.Hours `yaml:"hours" default:"always"`
	// Reach is where it is met, by channel. It may be left out until there is a consent.
	Reach map[string]Reach `yaml:"reach"`
	// Centres are who answers for it.
	Centres []Centre `yaml:"centres"`
	Pauses  []Pause  `yaml:"pauses"`
}

// A Centre answers on a company's behalf.
type Centre struct {
	ID    string `yaml:"id" need:"" form:"id"`
	Match Match  `yaml:"match" need:""`
}

// A Match tells by which marks a centre's answers are known: all that are
// given have to hold.
type Match struct {
	From      string `yaml:"from"`      // the sender's address, with * for any part
	Received  string `yaml:"received"`  // a host that the answer came through
	Signature string `yaml:"signature"` // words of what stands below the answer
}

// A Pause is a time in which a company is not contacted.
type Pause struct {
	From   calendar.Date `yaml:"from" need:""` // first day
	To     calendar.Date `yaml:"to" need:""`   // last day
	Reason string        `yaml:"reason" need:""`
	// Channel is the only one that it is paused on; none: all.
	Channel string `yaml:"channel"`
}

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
