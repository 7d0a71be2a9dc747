package probes

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Erased is shown in place of words whose digest alone is left.
const Erased = "erased"

// ErrNoEvidence says that the ledger does not hold such evidence, or that it was
// erased.
var ErrNoEvidence = errors.New("no such evidence")

// A worded payload may hold what a person, a server or a platform has said.
// Detach takes that out of an event before it is hashed, and Reveal puts it
// back to be told. What a new payload says beside figures, digests and names of
// our own must be among its words.
type worded interface {
	words() []word
	detail() *string
}

// A word is one text of a payload.
type word struct {
	name string              // in the evidence
	text *string             // where the payload has it
	keep func(string) string // what of it the event keeps; nil: nothing
}

// left returns what of a text the event keeps.
func (w word) left() string {
	if w.keep == nil {
		return ""
	}
	return w.keep(*w.text)
}

// Detach takes the words out of an event, and returns it with their digest in
// their place, and the evidence that the digest is of; nil if the event holds
// no words. salt returns random text: it is part of the evidence, so
// that a digest whose evidence was erased cannot be tried with likely words.
func Detach(e Event, salt func() string) (bare Event, evidence []byte, err error) {
	p := e.worded()
	if p == nil {
		return e, nil, nil
	}
	if err := json.Unmarshal(e.Data, p); err != nil {
		return e, nil, fmt.Errorf("read %s: %w", e.Kind, err)
	}
	said := detached{Words: map[string]string{}}
	for _, w := range p.words() {
		if left := w.left(); left != *w.text {
			said.Words[w.name], *w.text = *w.text, left
		}
	}
	if len(said.Words) == 0 {
		return e, nil, nil
	}
	said.Salt = salt()
	if evidence, err = json.Marshal(said); err != nil {
		return e, nil, fmt.Errorf("detach the words of %s: %w", e.Kind, err)
	}
	sum := sha256.Sum256(evidence)
	*p.detail() = hex.EncodeToString(sum[:])
	if e.Data, err = json.Marshal(p); err != nil {
		return e, nil, fmt.Errorf("detach the words of %s: %w", e.Kind, err)
	}
	return e, evidence, nil
}

// detached are the words of an event as evidence holds them.
type detached struct {
	Salt  string            `json:"salt"`
	Words map[string]string `json:"words"` // by what the payload calls them
}

// HoldsWords reports whether an event holds words itself, as those do that an
// earlier version has recorded. Such words cannot be erased without breaking
// the chain.
func HoldsWords(e Event) bool {
	p := e.worded()
	if p == nil || json.Unmarshal(e.Data, p) != nil {
		return false
	}
	return slices.ContainsFunc(p.words(), func(w word) bool { return w.left() != *w.text })
}

// Details returns the digest of the evidence that holds an event's words; empty
// if there is none.
func Details(e Event) string {
	p := e.worded()
	if p == nil || json.Unmarshal(e.Data, p) != nil {
		return ""
	}
	return *p.detail()
}

// An EvidenceStore is what evidence is read from.
type EvidenceStore interface {
	Evidence(ctx context.Context, digest string) ([]byte, error)
}

// Reveal returns a history with the words of its events put back from the
// evidence, and [Erased] in place of those that are gone. It is for telling: the
// events keep their hashes, which are not those of what they now hold.
func Reveal(ctx context.Context, from EvidenceStore, history []Event) ([]Event, error) {
	told := slices.Clone(history)
	for i, e := range told {
		if !bytes.Contains(e.Data, []byte("detail")) {
			continue // it has none, and need not be decoded to say so
		}
		p := e.worded()
		if p == nil || json.Unmarshal(e.Data, p) != nil || *p.detail() == "" {
			continue
		}
		if err := reveal(ctx, from, p); err != nil {
			return nil, fmt.Errorf("words of event %d of contact %s: %w", e.Seq, e.Contact, err)
		}
		data, err := json.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("words of event %d of contact %s: %w", e.Seq, e.Contact, err)
		}
		told[i].Data = data
	}
	return told, nil
}

// Told returns a contact and its history with their words, for telling: why the
// contact is what it is, what the servers said, and its events as [Reveal] puts
// their words back. Without a history, a person's reason is left out.
func Told(ctx context.Context, from EvidenceStore, c Contact, history []Event) (Contact, []Event, error) {
	told, err := Reveal(ctx, from, history)
	if err != nil {
		return c, nil, err
	}
	c.Attempts = slices.Clone(c.Attempts)
	for i := range c.Attempts {
		a := &c.Attempts[i]
		if a.Receipt, err = a.Receipt.Revealed(ctx, from); err != nil {
			return c, nil, err
		}
		if a.Failure, err = a.Failure.Revealed(ctx, from); err != nil {
			return c, nil, err
		}
	}
	for _, e := range InForce(told) {
		if e.Kind == Amended {
			if a := Payload[Amendment](e); slices.Contains(Outcomes(), a.Outcome) {
				c.Reason = a.Reason
			}
		}
	}
	if a := c.Current(); !c.Amended && a.State != AttemptSent {
		c.Reason = a.Failure.Reason
	}
	return c, told, nil
}

// reveal puts the words of one payload back.
func reveal(ctx context.Context, from EvidenceStore, p worded) error {
	evidence, err := from.Evidence(ctx, *p.detail())
	gone := errors.Is(err, ErrNoEvidence)
	if err != nil && !gone {
		return err
	}
	said := detached{}
	if !gone {
		if err := json.Unmarshal(evidence, &said); err != nil {
			return fmt.Errorf("read %s: %w", *p.detail(), err)
		}
	}
	for _, w := range p.words() {
		text, known := said.Words[w.name]
		switch {
		case known:
			*w.text = text
		case gone && *w.text == "":
			*w.text = Erased
		case gone && w.keep != nil && !isDigest(*w.text):
			*w.text += ": " + Erased
		}
	}
	return nil
}

// Revealed returns what a channel said of an opener that left, with the names
// that it gave and that are still kept.
func (s Sending) Revealed(ctx context.Context, from EvidenceStore) (Sending, error) {
	s.Names = slices.Clone(s.Names)
	err := revealed(ctx, from, &s)
	s.Names = slices.DeleteFunc(s.Names, isDigest)
	return s, err
}

// Revealed returns a failure with the words that tell of it.
func (f Failure) Revealed(ctx context.Context, from EvidenceStore) (Failure, error) {
	return f, revealed(ctx, from, &f)
}

func revealed(ctx context.Context, from EvidenceStore, p worded) error {
	if *p.detail() == "" {
		return nil
	}
	return reveal(ctx, from, p)
}

// Gave reports whether a name is one of those that were learnt on opening.
func (s Sending) Gave(name string) bool {
	return slices.Contains(s.Names, name) || slices.Contains(s.Names, Digested(name))
}

// PlainKey returns the key of an arrival as events name it: as the channel gave
// it or, where that may be an address or words and not the number of a message,
// its digest.
func PlainKey(key string) string {
	if strings.Contains(key, "@") || strings.Count(key, " ") > 1 {
		return Digested(key)
	}
	return key
}

// Digested stands for the name that a platform gives, such as that of a
// conversation, by which arrivals point at it.
func Digested(name string) string {
	if name == "" || isDigest(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return digestMark + hex.EncodeToString(sum[:])
}

// digestMark is what the digest of a name begins with.
const digestMark = "sha256:"

func isDigest(name string) bool {
	return strings.HasPrefix(name, digestMark) && len(name) == len(digestMark)+2*sha256.Size
}
