package email

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/emersion/go-msgauth/dkim"
)

// signedFields are the header fields that a signature covers: all that a message
// of ours has (RFC 6376 section 5.4).
func signedFields() []string {
	return []string{
		"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
		"User-Agent", "Content-Language",
	}
}

// sign returns l with a signature of its domain, if one is configured. It is made
// of what is sent, and may be made again for the same letter.
func (c *Channel) sign(l letter) (letter, error) {
	d := c.cfg.DKIM
	if d == nil {
		return l, nil
	}
	key, err := d.signer()
	if err != nil {
		return l, fmt.Errorf("dkim: %w", err)
	}
	var signed bytes.Buffer
	if err := dkim.Sign(&signed, bytes.NewReader(l.message), &dkim.SignOptions{
		Domain: d.Domain, Selector: d.Selector, Signer: key, Hash: crypto.SHA256, HeaderKeys: present(l.message),
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	}); err != nil {
		return l, fmt.Errorf("dkim: %w", err)
	}
	l.message = signed.Bytes()
	return l, nil
}

// present returns those of the signed fields that a message has.
func present(message []byte) []string {
	has := map[string]bool{}
	for name := range fields(message) {
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

// signer returns the private key, RSA or Ed25519, in PKCS #8 or as openssl
// genrsa writes it.
func (d *DKIM) signer() (crypto.Signer, error) {
	text, err := secretOf(d.Key, d.KeyFile).Reveal()
	if err != nil {
		return nil, err
	}
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
