package messenger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	// mostSaid is how many of a page's texts are remembered.
	mostSaid = 12
	// shortest is how many letters a text must have for its repetition to
	// mean anything: every customer says hello in the same words.
	shortest = 20
)

// A roll is what the channel has to remember of each page. It is the checkpoint's
// position, as JSON.
type roll struct {
	// Enrolled is the persona behind each customer, by page and PSID.
	Enrolled map[string]map[string]string `json:"enrolled,omitempty"`
	// Said are the last texts of each page, the oldest first: a digest of the
	// text and one of the persona that it was said to. Neither can be read back.
	Said map[string][]string `json:"said,omitempty"`
}

// parseRoll reads a position. The error says that it is none of ours: to go on
// would be to forget who is enrolled.
func parseRoll(position string) (roll, error) {
	r := roll{}
	if position != "" && json.Unmarshal([]byte(position), &r) != nil {
		return r, errors.New("the checkpoint's position is not a roll of personas")
	}
	if r.Enrolled == nil {
		r.Enrolled = map[string]map[string]string{}
	}
	if r.Said == nil {
		r.Said = map[string][]string{}
	}
	return r, nil
}

// position writes r as a checkpoint keeps it. The same roll is the same position.
func (r roll) position() string {
	text, err := json.Marshal(r)
	if err != nil {
		return "" // maps of strings can always be written
	}
	return string(text)
}

// persona returns who is behind a customer of a page, or "".
func (r roll) persona(page, customer string) string { return r.Enrolled[page][customer] }

// enrol notes who is behind a customer. A persona whose account is replaced
// has two.
func (r roll) enrol(page, customer, persona string) {
	if r.Enrolled[page] == nil {
		r.Enrolled[page] = map[string]string{}
	}
	r.Enrolled[page][customer] = persona
}

// personas returns who is enrolled on a page, by name.
func (r roll) personas(page string) []string {
	return slices.Compact(slices.Sorted(maps.Values(r.Enrolled[page])))
}

// repeated notes a text of a page and reports whether another customer was
// told the same before.
func (r roll) repeated(page, customer, text string) bool {
	said := strings.Join(words(text), " ")
	if len([]rune(said)) < shortest {
		return false
	}
	what, whom := digest(said), digest(page+" "+customer)
	before := false
	for _, entry := range r.Said[page] {
		if text, to, _ := strings.Cut(entry, "."); text == what {
			before = before || to != whom
		}
	}
	if entry := what + "." + whom; !slices.Contains(r.Said[page], entry) {
		all := append(slices.Clone(r.Said[page]), entry)
		r.Said[page] = all[max(0, len(all)-mostSaid):]
	}
	return before
}

// digest is short: it has to tell a dozen texts apart, and nothing more.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// token is what a persona is enrolled by. It is the same on every page and in
// every run, and cannot be made without the app's secret.
func (c *Channel) token(persona string) (string, error) {
	secret, err := c.cfg.AppSecret.Reveal()
	if err != nil {
		return "", fmt.Errorf("app secret: %w", err)
	}
	if secret == "" {
		return "", errors.New("there is no app secret")
	}
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("enrol " + persona))
	return hex.EncodeToString(m.Sum(nil)[:10]), nil
}

// enrolling returns the persona that a ref enrols, or "".
func (c *Channel) enrolling(ref string) string {
	if ref == "" {
		return ""
	}
	for _, persona := range c.personas {
		if token, err := c.token(persona); err == nil && hmac.Equal([]byte(token), []byte(ref)) {
			return persona
		}
	}
	return ""
}
