package letter

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
)

// A Style is how one persona's messages are written, in all that mail programs
// do differently. It is drawn from the persona's address, so that a persona keeps
// to one for ever and no form is common to all. No named program is imitated. The
// zero style is plain.
type Style struct {
	Persona string
}

// choice returns which of n ways the persona has for a purpose.
func (s Style) choice(purpose string, n uint64) uint64 { return Draw("style "+purpose, s.Persona) % n }

// orders are ways to order a header, each with how many of twelve personas have it.
// Each keeps together what programs keep together, and is that of several programs
// or near to it: an order that no program has would be a mark.
func orders() []struct {
	personas int
	fields   string
} {
	return []struct {
		personas int
		fields   string
	}{
		{7, "From To Subject Date Message-ID MIME-Version Content-Type"},
		{2, "Date Message-ID From To Subject MIME-Version Content-Type"},
		{1, "From To Date Subject Message-ID MIME-Version Content-Type"},
		{1, "MIME-Version From Date Message-ID Subject To Content-Type"},
		{1, "Content-Type MIME-Version From Date Message-ID To Subject"},
	}
}

// fields returns the names of a message's header fields in the persona's order.
func (s Style) fields() []string {
	drawn := int(s.choice("order", 12))
	for _, order := range orders() {
		if drawn -= order.personas; drawn < 0 {
			return strings.Fields(order.fields)
		}
	}
	return nil
}

// html reports whether the persona's program writes HTML beside the text.
func (s Style) html() bool { return s.Persona != "" && s.choice("html", 5) == 0 }

// charset returns how the persona's program spells its charset.
func (s Style) charset() string {
	return []string{"UTF-8", "utf-8", `"utf-8"`, "utf-8", `"utf-8"`, "utf-8", `"utf-8"`, `"utf-8"`}[s.choice("charset", 8)]
}

// encodesAll reports whether a text in ASCII is in quoted-printable too.
func (s Style) encodesAll() bool { return s.Persona != "" && s.choice("encode all", 2) == 0 }

// base64 reports whether what is not in ASCII is in Base64, else in
// quoted-printable.
func (s Style) base64() bool { return s.Persona != "" && s.choice("encoding", 6) == 0 }

// date returns how the persona's program writes a date.
func (s Style) date() string {
	switch s.choice("date", 24) {
	case 0:
		return "Mon, 2 Jan 2006 15:04:05 -0700 (MST)"
	case 1, 2, 3, 4, 5, 6:
		return "Mon, 02 Jan 2006 15:04:05 -0700"
	}
	return "Mon, 2 Jan 2006 15:04:05 -0700"
}

// recipient returns an address as the persona's program writes it in To.
func (s Style) recipient(address string) string {
	switch form := s.choice("recipient", 4); {
	case form == 0:
		return "<" + address + ">"
	case form == 1 && IsASCII(address):
		return (&mail.Address{Name: address, Address: address}).String()
	}
	return address
}

// encodedWord returns how the persona's program begins an encoded-word, and whether
// it goes on in Base64.
func (s Style) encodedWord() (begin string, base64 bool) {
	base64 = s.choice("encoded words", 3) == 0
	begin = []string{"=?UTF-8?Q?", "=?utf-8?Q?", "=?utf-8?q?", "=?utf-8?q?"}[s.choice("encoded form", 4)]
	if base64 {
		begin = strings.NewReplacer("Q?", "B?", "q?", "b?").Replace(begin)
	}
	return begin, base64
}

// quotes reports whether a plain name stands in quotes.
func (s Style) quotes() bool { return s.choice("quotes", 2) == 0 }

// Reports says what is asked of servers that may report a failure. Most people's
// programs ask for nothing: failures are reported all the same.
func (s Style) Reports() Reports {
	switch s.choice("reports", 8) {
	case 0:
		return Reports{Failure: true}
	case 1:
		return Reports{Failure: true, Delay: true}
	case 2:
		return Reports{Failure: true, Delay: true, Envelope: true, Brief: true}
	}
	return Reports{}
}

// Reports are what we ask of the servers on the way (RFC 3461). The zero value asks
// for nothing.
type Reports struct {
	Failure, Delay bool // NOTIFY
	Envelope       bool // ENVID: the Message-ID, as programs that give one do
	Brief          bool // RET=HDRS
}

// boundary returns what stands between the parts of a message.
func (s Style) boundary(token string) string {
	sum := sha256.Sum256([]byte("boundary " + token))
	switch s.choice("boundary", 4) {
	case 0:
		return fmt.Sprintf("%X-%X", sum[:8], sum[8:12])
	case 1:
		return fmt.Sprintf("--=_%x", sum[:10])
	case 2:
		return "b" + digits(sum[:], 24)
	}
	return "=_" + strings.NewReplacer("+", "", "/", "", "=", "").Replace(base64.StdEncoding.EncodeToString(sum[:16]))
}

// messageID returns a Message-ID without its brackets, in the persona's form, at
// the sender's domain. It is settled by the token.
func (s Style) messageID(token, domain string) string {
	sum := sha256.Sum256([]byte("message-id " + token))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	uuid := fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
	local := uuid
	switch s.choice("message-id", 6) {
	case 1:
		local = strings.ToUpper(uuid)
	case 2:
		local = fmt.Sprintf("%x", sum[:16])
	case 3:
		local = digits(sum[:], 10) + "." + digits(sum[16:], 5)
	case 4:
		local = strings.NewReplacer("+", "x", "/", "y").Replace(base64.RawStdEncoding.EncodeToString(sum[:18]))
	case 5:
		local = digits(sum[:], 8) + "." + fmt.Sprintf("%x", sum[8:15])
	}
	return local + "@" + domain
}

// digits returns n decimal digits of b, the first of which is no zero.
func digits(b []byte, n int) string {
	var all strings.Builder
	all.WriteByte('1' + b[0]%9)
	for i := 1; all.Len() < n; i++ {
		all.WriteString(strconv.Itoa(int(b[i%len(b)]) % 10))
	}
	return all.String()
}

// plusWords are what people put behind the plus of an address, where they keep
// their letters apart.
func plusWords() []string {
	return []string{
		"nett", "post", "privat", "handel", "kunde", "kjop", "web", "mail", "tilbud", "svar", "epost", "hjem", "fritid", "diverse",
		"butikk", "bestilling", "konto", "info", "kontakt", "avtaler", "regning", "faktura", "sporsmal", "kundeservice", "familie",
		"hus", "bolig", "reise", "pris", "bytte", "ny", "annet", "alt", "viktig", "lager", "kvittering", "forening", "bil", "hytta", "skole",
	}
}

// PlusTag returns a tag such as people choose: a word, and often a year or
// another number. The longer numbers are there so that they do not run out.
func PlusTag(token string) string {
	words := plusWords()
	word := words[Draw("plus", token)%uint64(len(words))]
	number := Draw("plus number", token)
	switch drawn := Draw("plus tail", token) % 8; {
	case drawn < 1:
		return word + strconv.FormatUint(1960+number%80, 10)
	case drawn < 2:
		return word + strconv.FormatUint(2+number%98, 10)
	case drawn < 5:
		return word + "-" + words[Draw("plus second", token)%uint64(len(words))] + strconv.FormatUint(1+number%99, 10)
	}
	return word + strconv.FormatUint(100+number%999_900, 10)
}
