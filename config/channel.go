package config

import (
	"reflect"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser"
	"github.com/svartid/svartid/channels/chatwoot"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/matrix"
	"github.com/svartid/svartid/channels/messenger"
	"github.com/svartid/svartid/channels/prompt"
	"github.com/svartid/svartid/channels/rocketchat"
	"github.com/svartid/svartid/channels/webhook"
)

// A Channel is one way in to companies.
type Channel struct {
	Name string
	Type string // such as email
	// Settings are the type's own: *email.Config, *messenger.Config and so on.
	Settings Settings
}

// Settings are what a channel's own package wants to know.
type Settings interface {
	// Check returns what is wrong, each fault with its key below the channel.
	Check() []channels.Fault
}

// A Reach is where a company is met on a channel: *email.Reach,
// *messenger.Reach and so on.
type Reach interface {
	// Check returns what is wrong, each fault with its key below the reach.
	Check() []channels.Fault
	// String returns the place itself: the Reach of an opening.
	String() string
}

// A doubtful reach, or channel, is one that may be wrong although nothing is wrong
// with it.
type doubtful interface {
	// Doubts returns what may be wrong, each with its key below it.
	Doubts() []channels.Fault
}

// A kind is a type of channel.
type kind struct {
	name     string
	settings Settings
	reach    Reach
}

// kinds returns every type of channel, each with empty settings and an empty
// reach: the one place that knows them all.
func kinds() []kind {
	return []kind{
		{"email", new(email.Config), new(email.Reach)},
		{"messenger", new(messenger.Config), new(messenger.Reach)},
		{"prompt", new(prompt.Config), new(prompt.Reach)},
		{"chatwoot", new(chatwoot.Config), new(chatwoot.Reach)},
		{"rocketchat", new(rocketchat.Config), new(rocketchat.Reach)},
		{"matrix", new(matrix.Config), new(matrix.Reach)},
		{"webhook", new(webhook.Config), new(webhook.Reach)},
		{"browser", new(browser.Config), new(browser.Reach)},
	}
}

// kindNamed returns a type of channel by its name.
func kindNamed(name string) (kind, bool) {
	for _, k := range kinds() {
		if k.name == name {
			return k, true
		}
	}
	return kind{}, false
}

// kindNames returns what type may be.
func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// channel reads a channel: its type, and by that the rest.
func (d *decoder) channel(at spot, v reflect.Value) {
	pairs, ok := d.pairs(at)
	if !ok {
		return
	}
	path := below(at.path, "type")
	named, ok := pairs.find("type")
	if !ok || isNull(named) || named.Value == "" {
		d.misread(at.path, "has no type; want one of %s", list(kindNames()))
		return
	}
	d.places[path] = d.placed(named)
	k, ok := kindNamed(named.Value)
	if !ok {
		d.fault(path, "%s", unknownWord(named.Value, kindNames()))
		d.broken[at.path] = true
		return
	}
	d.fields(at, pairs.without("type"), reflect.ValueOf(k.settings).Elem())
	v.Set(reflect.ValueOf(Channel{Name: lastKey(at.path), Type: k.name, Settings: k.settings}))
}

// A waiting reach is read when all channels are known.
type waiting struct {
	at   spot
	into reflect.Value // a map[string]Reach
}

// reaches reads where companies are met, by the types of the channels named.
func (d *decoder) reaches(known map[string]Channel) {
	for _, w := range d.waiting {
		pairs, ok := d.pairs(w.at)
		if !ok {
			continue
		}
		w.into.Set(reflect.MakeMap(w.into.Type()))
		for _, p := range pairs {
			at := d.enter(w.at, p)
			ch, ok := known[p.key]
			if !ok {
				if !d.unread(below("channels", p.key)) {
					d.fault(at.path, "no channel of this name is defined%s", suggestion(p.key, names(known)))
				}
				continue
			}
			if isNull(p.value) {
				d.misread(at.path, "is empty; leave the key out if the company lacks the channel")
				continue
			}
			k, _ := kindNamed(ch.Type)
			d.value(at, reflect.ValueOf(k.reach).Elem())
			w.into.SetMapIndex(reflect.ValueOf(p.key), reflect.ValueOf(k.reach))
		}
	}
}
