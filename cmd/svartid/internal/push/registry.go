package push

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/SherClockHolmes/webpush-go"

	"github.com/svartid/svartid/dashboards/board"
	"github.com/svartid/svartid/dashboards/board/phone"
)

// mostTelephones is how many are kept; the oldest gives way.
const mostTelephones = 200

// A telephone is one that is told of the prompts of a person.
type telephone struct {
	phone.Subscription
	Name     string   `json:"name"`               // of the visitor who has asked for it
	All      bool     `json:"all,omitempty"`      // every prompt is told; else those of Personas
	Personas []string `json:"personas,omitempty"` // of a shopper
}

// tells reports whether a telephone is told of the prompts of a persona.
func (t telephone) tells(persona string) bool { return t.All || slices.Contains(t.Personas, persona) }

// A Registry keeps the keys by which we say who we are (VAPID, RFC 8292), and the
// telephones, in a file that only its owner can read. Make it with [Open].
type Registry struct {
	file string
	mu   sync.Mutex
	kept contents
}

// contents are what the file holds.
type contents struct {
	Public     string      `json:"public"`
	Private    string      `json:"private"`
	Telephones []telephone `json:"telephones"`
}

// Open reads the registry of a file, and makes one with fresh keys where there is none.
func Open(file string) (*Registry, error) {
	r := &Registry{file: file}
	text, err := os.ReadFile(file)
	switch {
	case err == nil:
		if err := json.Unmarshal(text, &r.kept); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		return r, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read the telephones: %w", err)
	}
	if r.kept.Private, r.kept.Public, err = webpush.GenerateVAPIDKeys(); err != nil {
		return nil, fmt.Errorf("make keys for telephones: %w", err)
	}
	return r, r.write()
}

// Key returns the public key, as browsers take it.
func (r *Registry) Key() string { return r.kept.Public }

// Subscribe keeps a telephone of a visitor. One that is known is kept as it is said now.
func (r *Registry) Subscribe(who board.Visitor, to phone.Subscription) error {
	if err := to.Check(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(to.Endpoint)
	r.kept.Telephones = append(r.kept.Telephones, telephone{Subscription: to, Name: who.Name, All: !who.Shopper, Personas: who.Personas})
	r.kept.Telephones = r.kept.Telephones[max(len(r.kept.Telephones)-mostTelephones, 0):]
	return r.write()
}

// forget drops a telephone that its push service does not know any more.
func (r *Registry) forget(endpoint string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(endpoint)
	return r.write()
}

func (r *Registry) drop(endpoint string) {
	r.kept.Telephones = slices.DeleteFunc(r.kept.Telephones, func(t telephone) bool { return t.Endpoint == endpoint })
}

// told returns the telephones that are told of a persona's prompts.
func (r *Registry) told(persona string) (all []telephone) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.kept.Telephones {
		if t.tells(persona) {
			all = append(all, t)
		}
	}
	return all
}

// write puts the file in place whole, so that a crash leaves the one before.
func (r *Registry) write() error {
	text, err := json.MarshalIndent(r.kept, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the telephones: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(r.file), ".push-*") // its owner alone can read it
	if err != nil {
		return fmt.Errorf("keep the telephones: %w", err)
	}
	_, err = f.Write(text)
	err = cmp.Or(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), r.file)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what went wrong is said
		return fmt.Errorf("keep the telephones: %w", err)
	}
	return nil
}
