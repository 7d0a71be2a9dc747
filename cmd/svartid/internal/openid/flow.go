package openid

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"
)

// longestFlow is how long a person may take to log in at the provider.
const longestFlow = 10 * time.Minute

// errFlow says that a browser brings no login that has begun, or one that is over.
var errFlow = errors.New("no login has begun in this browser, or it took too long")

// A flow is one login that has begun. It is kept by the browser, sealed.
type flow struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	To       string    `json:"to"`
	Until    time.Time `json:"until"`
}

// A seal keeps flows from being read or made by others. Its key ends with the provider that has it.
type seal struct{ box cipher.AEAD }

// newSeal draws a key.
func newSeal() (seal, error) {
	const size = 32
	key := make([]byte, size)
	_, _ = rand.Read(key) // never fails
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, err
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	return seal{box}, err
}

// close returns a flow as a browser keeps it.
func (s seal) close(f flow) (string, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.box.Seal(nil, nil, text, nil)), nil
}

// open returns the flow that a browser brings. The error is errFlow.
func (s seal) open(sealed string, now time.Time) (f flow, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return f, errFlow
	}
	text, err := s.box.Open(nil, nil, raw, nil)
	if err != nil || json.NewDecoder(bytes.NewReader(text)).Decode(&f) != nil || now.After(f.Until) {
		return flow{}, errFlow
	}
	return f, nil
}
