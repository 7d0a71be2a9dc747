package fingerprint

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// Prints are what is kept of a message to compare others with it, without its words.
type Prints struct {
	// Text is that of all that the sender wrote, see [Of]; empty if that is too short.
	Text string `json:"text,omitempty"`
	// Signer is that of the name that it is signed with, see [Name]; empty if there is none.
	Signer string `json:"signer,omitempty"`
	// Lines are those of its lines, see [Lines].
	Lines []string `json:"lines,omitempty"`
}

// Take returns the fingerprints of a message that is signed with a name, which may be empty.
func Take(m message.Message, signer string, key []byte) Prints {
	return Prints{Text: Of(m), Signer: Name(key, signer), Lines: Lines(m, key)}
}

// None reports whether there is nothing to compare.
func (p Prints) None() bool { return p.Text == "" && p.Signer == "" && len(p.Lines) == 0 }

// Name returns the keyed fingerprint of a name, however it is spelt, or the empty string where there
// is no name or no key.
func Name(key []byte, name string) string {
	folded := lexicon.Joined(lexicon.Words(name))
	if folded == "" || len(key) == 0 {
		return ""
	}
	return keyed(key, "name\n"+folded)
}

// keyed returns the first half of a keyed digest, in hex.
func keyed(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
