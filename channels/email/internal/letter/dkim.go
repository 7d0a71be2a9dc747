package letter

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/svartid/svartid/channels/email/internal/header"
)

// signedFields are the header fields that a signature covers: all that a message
// of ours has (RFC 6376 section 5.4).
func signedFields() []string {
	return []string{
		"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
		"User-Agent", "Content-Language",
	}
}

// A Signature is whose a message is signed as (RFC 6376).
type Signature struct {
	Domain, Selector string
	Key              crypto.Signer
}

// Sign puts a signature on top of l. It is made of what is sent, and may be made
// again for the same letter.
func (l *Letter) Sign(s Signature) error {
	var signed bytes.Buffer
	if err := dkim.Sign(&signed, bytes.NewReader(l.Message), &dkim.SignOptions{
		Domain: s.Domain, Selector: s.Selector, Signer: s.Key, Hash: crypto.SHA256, HeaderKeys: present(l.Message),
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	}); err != nil {
		return err
	}
	l.Message = signed.Bytes()
	return nil
}

// present returns those of the signed fields that a message has.
func present(message []byte) []string {
	has := map[string]bool{}
	for name := range header.Fields(message) {
		has[name] = true
	}
	var all []string
	for _, name := range signedFields() {
		if has[string(bytes.ToLower([]byte(name)))] {
			all = append(all, name)
		}
	}
	return all
}

// ParseKey reads a private key, RSA or Ed25519, in PKCS #8 or as openssl genrsa
// writes it.
func ParseKey(text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the key is no PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the key is no private key in PKCS #8 or PKCS #1")
	}
	signer, ok := key.(crypto.Signer)
	if _, curve := key.(*ecdsa.PrivateKey); !ok || curve {
		return nil, errors.New("the key is neither RSA nor Ed25519")
	}
	return signer, nil
}
