package letter

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// A Signature is whose a message is signed as (RFC 6376).
type Signature struct {
	Domain, Selector string
	Key              crypto.Signer
}

// Sign puts a signature on top of l, in its persona's form. It is made of what is
// sent, and may be made again for the same letter.
func (l *Letter) Sign(s Signature) error {
	parts, err := l.signed(s)
	if err != nil {
		return err
	}
	form := l.style.signature()
	fields := form.covered(l.Message)
	parts["h"], parts["q"], parts["b"] = form.list(fields), "dns/txt", ""
	field := form.write(parts)
	digest := sha256.New()
	for _, name := range fields {
		digest.Write([]byte(relaxed(fieldOf(l.Message, name))))
	}
	digest.Write([]byte(strings.TrimSuffix(relaxed(field), "\r\n"))) // RFC 6376 section 3.7
	hash := crypto.SHA256
	if _, is := s.Key.Public().(ed25519.PublicKey); is {
		hash = 0 // RFC 8463 section 3 signs the digest
	}
	sum, err := s.Key.Sign(rand.Reader, digest.Sum(nil), hash)
	if err != nil {
		return err
	}
	parts["b"] = base64.StdEncoding.EncodeToString(sum)
	l.Message = append([]byte(form.write(parts)), l.Message...)
	return nil
}

// signed returns the tags of a signature of the message's body, by name. The library
// signs the whole: its order of tags is its own, and would be common to all.
func (l *Letter) signed(s Signature) (map[string]string, error) {
	signer, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: s.Domain, Selector: s.Selector, Signer: s.Key, Hash: crypto.SHA256, HeaderKeys: []string{"From"},
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		return nil, err
	}
	_, err = signer.Write(l.Message)
	if err = errors.Join(err, signer.Close()); err != nil {
		return nil, err
	}
	tags := map[string]string{}
	_, value, _ := strings.Cut(signer.Signature(), ":")
	for tag := range strings.SplitSeq(value, ";") {
		name, text, _ := strings.Cut(tag, "=")
		tags[strings.TrimSpace(name)] = strings.Join(strings.Fields(text), "")
	}
	return tags, nil
}

// fieldOf returns a header field as it stands, all of its lines.
func fieldOf(message []byte, name string) string {
	head, _, _ := strings.Cut(string(message), "\r\n\r\n")
	var field strings.Builder
	for line := range strings.Lines(head + "\r\n") {
		inside := field.Len() > 0
		switch begins := len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(line[:len(name)], name); {
		case inside && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t"):
			return field.String()
		case inside || begins:
			field.WriteString(line)
		}
	}
	return field.String()
}

// relaxed returns a header field in the form that is signed (RFC 6376 section 3.4.2).
func relaxed(field string) string {
	name, value, _ := strings.Cut(field, ":")
	words := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })
	return strings.ToLower(strings.TrimSpace(name)) + ":" + strings.Join(words, " ") + "\r\n"
}

// A signatureForm is how a signature is written: the order of its tags and of what it
// covers is free (RFC 6376 sections 3.2 and 5.4), and programs differ in it.
type signatureForm struct {
	tags    string // in their order
	fields  string // that are covered, if the message has them, in their order
	small   bool   // fields are named in small letters
	between string // what a list has between two
	fold    string // how a line goes on
}

// signature returns the persona's form.
func (s Style) signature() signatureForm {
	return signatureForm{
		tags: []string{
			"v a c d s t bh h b", "v a q c d s h bh b", "v a c d s h bh b", "v a c d s t h bh b", "v a d c q s t h bh b", "a c d h s t v bh b",
		}[s.choice("dkim tags", 6)],
		fields: []string{
			"From To Subject Date Message-ID MIME-Version Content-Type Content-Transfer-Encoding",
			"Date From To Subject Message-ID",
			"Subject To From Date Message-ID Content-Type MIME-Version",
			"From Date Subject Message-ID To MIME-Version Content-Type Content-Transfer-Encoding",
			"Message-ID Date MIME-Version Subject To From Content-Type",
			"To Subject Message-ID Date From Content-Transfer-Encoding Content-Type MIME-Version",
		}[s.choice("dkim fields", 6)],
		small:   s.choice("dkim case", 2) == 0,
		between: []string{":", ":", " : "}[s.choice("dkim list", 3)],
		fold:    []string{"\t", " ", "        ", "    "}[s.choice("dkim fold", 4)],
	}
}

// covered returns the fields that a signature of a message covers.
func (f signatureForm) covered(message []byte) (names []string) {
	for name := range strings.FieldsSeq(f.fields) {
		if fieldOf(message, name) != "" {
			names = append(names, name)
		}
	}
	return names
}

// list returns names as a tag has them.
func (f signatureForm) list(names []string) string {
	list := strings.Join(names, f.between)
	if f.small {
		list = strings.ToLower(list)
	}
	return list
}

// write returns the field of a signature, its lines no longer than 76 octets or, where
// a value cannot be broken, than that value.
func (f signatureForm) write(parts map[string]string) string {
	var b strings.Builder
	b.WriteString("DKIM-Signature:")
	room := 76 - b.Len()
	add := func(word string) {
		if len(word)+1 > room {
			b.WriteString("\r\n" + f.fold)
			room = 76 - len(f.fold)
		} else {
			b.WriteByte(' ')
			room--
		}
		b.WriteString(word)
		room -= len(word)
	}
	names := strings.Fields(f.tags)
	for i, name := range names {
		end := ";"
		if i == len(names)-1 {
			end = ""
		}
		words := f.broken(name, parts[name])
		words[0] = name + "=" + words[0]
		words[len(words)-1] += end
		for _, word := range words {
			add(word)
		}
	}
	return b.String() + "\r\n"
}

// broken returns the parts of a tag's value between which a line may be folded.
func (f signatureForm) broken(name, value string) (words []string) {
	switch {
	case name == "h" && f.between != ":":
		return strings.Fields(value)
	case name == "h":
		for field := range strings.SplitAfterSeq(value, ":") {
			last := len(words) - 1
			if last < 0 || len(words[last])+len(field) > 60 {
				words = append(words, field)
			} else {
				words[last] += field
			}
		}
		return words
	case name != "b":
		return []string{value}
	}
	const chunk = 64
	for len(value) > chunk {
		words, value = append(words, value[:chunk]), value[chunk:]
	}
	return append(words, value)
}

// The fewest and the most bits of an RSA key that every receiver takes (RFC 8301
// section 3.2).
const (
	leastKey = 1024
	mostKey  = 4096
)

// ParseKey reads a private key that letters can be signed with, RSA or Ed25519, in
// PKCS #8 or as openssl genrsa writes it. Its errors say what would be right, and
// nothing of the text.
func ParseKey(text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the key is no PEM; want one of openssl genpkey -algorithm ed25519, or rsa")
	}
	var parsed any
	parsed, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if _, curve := x509.ParseECPrivateKey(block.Bytes); curve == nil {
		parsed, err = &ecdsa.PrivateKey{}, nil
	}
	if err != nil {
		return nil, errors.New("the key is no private key in PKCS #8 or PKCS #1")
	}
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < leastKey {
			return nil, fmt.Errorf("the key is of RSA with %d bits, which receivers refuse; want 2048", bits)
		} else if bits > mostKey {
			return nil, fmt.Errorf("the key is of RSA with %d bits, which receivers need not take; want 2048", bits)
		}
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, errors.New("the key is neither RSA nor Ed25519; DKIM knows no other")
}
