package letter

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"github.com/svartid/svartid/channels"
)

// Ways to make a persona's address unique to an attempt.
const (
	tagPlus     = "plus"
	tagCatchall = "catchall"
)

// Limits of RFC 5321 sections 4.5.3.1.1 and 4.5.3.1.3, in octets. A path has
// its two brackets.
const (
	maxLocal   = 64
	maxAddress = 256 - 2
)

// Prepare gives o an address and a Message-ID that no other attempt has. Both
// are drawn from the token alone, so the same opening gets the same ones.
//
// With the tag "plus" a word and a number stand behind a plus, with "catchall"
// the address is one that the persona's name allows: such as people have. The
// caller must look whether it is taken, and draw another token: up to the
// 3,000th attempt of one persona about one draw in ten is.
func Prepare(o channels.Opening) (channels.Opening, error) {
	if err := checkToken(o.Token); err != nil {
		return o, err
	}
	if err := checkReach(o.Reach); err != nil {
		return o, err
	}
	local, domain, err := splitSender(o.Persona.Address)
	if err != nil {
		return o, fmt.Errorf("persona: %w", err)
	}
	switch o.Persona.Tag {
	case tagPlus:
		if strings.Contains(local, "+") {
			return o, fmt.Errorf("persona: address %q has a plus already", o.Persona.Address)
		}
		local += "+" + PlusTag(o.Token)
	case tagCatchall:
		local = natural(nameWords(o.Persona.Name, local), o.Token)
	default:
		return o, fmt.Errorf("persona: tag %q is neither %s nor %s", o.Persona.Tag, tagPlus, tagCatchall)
	}
	o.Address = local + "@" + domain
	if len(local) > maxLocal || len(o.Address) > maxAddress {
		return o, fmt.Errorf("persona: address %q is too long", o.Address)
	}
	o.ID = Style{o.Persona.Address}.messageID(o.Token, domain)
	return o, nil
}

// natural returns a local part such as people choose when their own name is
// taken: one in three with a number (ola.hansen48), the others with a middle name,
// initials or a word (ola.moe.hansen, oth.hansen, olahansen.hytta). Numbers alone
// would be a mark.
func natural(words []string, token string) string {
	forms := nameForms(words)
	form := forms[Draw("address", token)%uint64(len(forms))]
	kind := Draw("address kind", token) % 16
	switch {
	case kind < 5:
		lowest, numbers := tail(Draw("tail", token))
		return form + strconv.FormatUint(lowest+Draw("number", token)%numbers, 10)
	case kind < 7 && len(words) > 1:
		return withMiddleName(words[0], words[len(words)-1], token)
	case kind < 12 && len(words) > 1:
		return withInitials(words[0], words[len(words)-1], token)
	}
	word, between := pick("word", token, plusWords()...), pick("between", token, ".", "-", "_", "")
	form = strings.TrimRight(form, ".-_") // of a single name, which has a separator before the number
	if Draw("word first", token)%3 == 0 {
		return word + between + form
	}
	return form + between + word
}

// middleNames are what people in the Nordic countries have between their names.
func middleNames() []string {
	return strings.Fields("aas berg bo bakke brekke dahl eide eng fossum foss haug holm hagen hove kvam lie lund lien moe moen myhre nes ness " +
		"nygard opdal rud ruud ro sand sol solli strand sund tangen vik vold wold anne marie helene erik johan martin andre kristin elise " +
		"magnus olav sofie ingrid jens lars mari sigrid thea tor even henrik jonas eva liv")
}

// withMiddleName returns a first and a last name with a middle name.
func withMiddleName(first, last, token string) string {
	middle, between := pick("middle", token, middleNames()...), pick("between", token, ".", "", "-", "_")
	switch Draw("form", token) % 6 {
	case 0, 1:
		return first + between + middle + between + last
	case 2:
		return first[:1] + between + middle + between + last
	case 3:
		return first[:1] + middle + between + last
	case 4:
		return first + middle + between + last
	}
	return last + between + first + between + middle
}

// withInitials returns a first and a last name with two more initials.
func withInitials(first, last, token string) string {
	initials := func(purpose string) string { return pick(purpose, token, strings.Split("abefghijklmnoprstv", "")...) }
	two, between := initials("initial")+initials("second initial"), pick("between", token, ".", "", "_")
	switch Draw("form", token) % 8 {
	case 0:
		return first + between + two + between + last
	case 1:
		return first[:1] + two + between + last
	case 2:
		return first + two + between + last
	case 3:
		return last + between + first[:1] + two
	case 4:
		return last + between + two
	case 5:
		return first + between + two
	case 6:
		return two + between + last
	}
	return first + between + last[:1] + two
}

// pick returns one of several, settled by what it is for and the token.
func pick(purpose, token string, from ...string) string {
	return from[Draw(purpose, token)%uint64(len(from))]
}

// tail says which numbers a natural name may end in: one to three digits mostly, as
// people have them, else four.
func tail(drawn uint64) (lowest, numbers uint64) {
	if drawn%8 < 2 {
		return 1000, 9000
	}
	return 1, 999
}

// nameForms returns the ways to write a name before the number: twelve of a
// first and a last name, four of a single one.
func nameForms(words []string) []string {
	first, last := words[0], words[len(words)-1]
	if len(words) == 1 {
		return []string{first, first + ".", first + "_", first + "-"}
	}
	f, l := first[:1], last[:1]
	return []string{
		first + "." + last, first + last, first + "_" + last, first + "-" + last,
		f + "." + last, f + last, f + "_" + last, first + "." + l,
		first + l, last + "." + first, last + first, last + "." + f,
	}
}

// nameWords returns the words of a name in plain lower-case letters. A name
// that leaves none gives way to the persona's own local part.
func nameWords(name, local string) []string {
	var words []string
	for _, word := range strings.Fields(name) {
		if word = fold(word); word != "" {
			words = append(words, word)
		}
	}
	if len(words) > 0 {
		return words
	}
	for _, word := range strings.FieldsFunc(local, func(r rune) bool { return strings.ContainsRune("._-+", r) }) {
		if word = fold(word); word != "" {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return []string{"post"}
	}
	return words
}

// fold spells a word in the letters a to z and digits, as Nordic people do in
// their addresses. What has no such spelling is dropped.
func fold(word string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(word) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsLetter(r):
			b.WriteString(plainLetter(r))
		}
	}
	return b.String()
}

// plainLetter returns the ASCII spelling of a letter that names in and around
// the Nordic countries hold, or "".
func plainLetter(r rune) string {
	switch r {
	case 'æ':
		return "ae"
	case 'þ':
		return "th"
	case 'ß':
		return "ss"
	}
	const from, to = "åäàáâãøöòóôõéèêëíìîïúùûüýÿðđčçćšśžźñńłŋŧ", "aaaaaaooooooeeeeiiiiuuuuyyddcccsszznnlnt"
	if at := strings.IndexRune(from, r); at >= 0 {
		return to[len([]rune(from[:at])):][:1]
	}
	return ""
}

// Draw returns a number that is settled by what it is for and the token.
func Draw(purpose, token string) uint64 {
	sum := sha256.Sum256([]byte(purpose + " " + token))
	return binary.BigEndian.Uint64(sum[:])
}

// checkToken says what is wrong with a token, if anything.
func checkToken(token string) error {
	if token == "" {
		return errors.New("no token")
	}
	for _, r := range token {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return fmt.Errorf("token %q holds more than lower-case letters and digits", token)
		}
	}
	return nil
}

// checkReach says what keeps reach from being a recipient, if anything: it
// must be one address, without a name. It may hold any letters (RFC 6531).
func checkReach(reach string) error {
	parsed, err := mail.ParseAddress(reach)
	if err != nil {
		return fmt.Errorf("reach %q: %w", reach, err)
	}
	if parsed.Address != reach || len(reach) > maxAddress {
		return fmt.Errorf("reach %q is not a plain address", reach)
	}
	_, err = OnTheWire(reach)
	return err
}

// OnTheWire returns an address as most servers can take it: with the A-labels
// of its domain (RFC 5890 section 2.3.2.1), which no server on the way needs
// SMTPUTF8 for. Where the local part is not in ASCII either there is no such
// form (RFC 6530 section 8), and the address stays as it is.
func OnTheWire(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	local, domain := address[:at], address[at+1:]
	if IsASCII(domain) {
		return address, nil
	}
	labels, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", fmt.Errorf("address %q: %w", address, err)
	}
	if !IsASCII(local) {
		return address, nil
	}
	return local + "@" + labels, nil
}

// splitSender returns the two halves of an address that we may send from: a
// plain one in ASCII, which every mail server can answer.
func splitSender(address string) (local, domain string, err error) {
	parsed, err := mail.ParseAddress(address)
	if err != nil {
		return "", "", fmt.Errorf("address %q: %w", address, err)
	}
	if parsed.Address != address {
		return "", "", fmt.Errorf("address %q is not a plain address", address)
	}
	local, domain, _ = strings.Cut(address, "@")
	if !IsHostname(domain) {
		return "", "", fmt.Errorf("address %q: %q is not a domain in ASCII (xn--…)", address, domain)
	}
	if !IsASCII(local) {
		return "", "", fmt.Errorf("address %q is not in ASCII", address)
	}
	return local, strings.ToLower(domain), nil
}

// IsHostname reports whether s is letters, digits and hyphens between dots
// (RFC 5321 section 2.3.5).
func IsHostname(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || strings.Trim(label, "-") != label {
			return false
		}
		for _, r := range label {
			if r > unicode.MaxASCII || r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return false
			}
		}
	}
	return true
}

// IsASCII reports whether s can go where SMTPUTF8 is not offered.
func IsASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
