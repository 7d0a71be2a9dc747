package flow

import (
	"fmt"
	"slices"
	"strings"
)

// Text returns the flow as its file holds it: Parse reads the same flow from it.
func (f Flow) Text() []byte {
	var b strings.Builder
	steps := func(key string, all []Step) {
		if len(all) > 0 {
			fmt.Fprintf(&b, "%s:\n", key)
		}
		for _, s := range all {
			fmt.Fprintf(&b, "  - %s: %s\n", s.Do, s.At)
			s.extras(&b)
		}
	}
	steps("open", f.Open)
	b.WriteString("ready: " + joined(f.Ready.Find, f.Ready.Socket, "socket: open") + "\n")
	fmt.Fprintf(&b, "message: %s\n", f.Message)
	b.WriteString("send: " + joined(f.Send.Button, f.Send.Enter, "key: Enter") + "\n")
	f.Heard.text(&b)
	b.WriteString("states:\n")
	for _, state := range States() {
		var all []string
		for _, find := range f.States[state] {
			all = append(all, find.String())
		}
		if len(all) > 0 {
			fmt.Fprintf(&b, "  %s: [%s]\n", state, strings.Join(all, ", "))
		}
	}
	steps("finish", f.Finish)
	if f.Forgets {
		b.WriteString("settles: false\n")
	}
	return []byte(b.String())
}

// extras writes what goes with a step.
func (s Step) extras(b *strings.Builder) {
	if s.With != "" {
		fmt.Fprintf(b, "    with: %s\n", quoted(s.With))
	}
	if s.Optional {
		b.WriteString("    optional: true\n")
	}
	if s.Quiet {
		b.WriteString("    quiet: true\n")
	}
	if s.Within != DefaultWithin && s.Within != 0 {
		fmt.Fprintf(b, "    within: %s\n", s.Within)
	}
}

// joined returns a find with a further part where it is there.
func joined(f Find, there bool, part string) string {
	switch {
	case !there:
		return f.String()
	case f.IsZero():
		return "{" + part + "}"
	}
	return strings.TrimSuffix(f.String(), "}") + ", " + part + "}"
}

// text writes where the conversation is read.
func (h Heard) text(b *strings.Builder) {
	b.WriteString("heard:\n")
	for _, p := range []struct {
		key  string
		find Find
	}{{"item", h.Item}, {"text", h.Text}, {"mine", h.Mine}, {"failed", h.Failed}} {
		if !p.find.IsZero() {
			fmt.Fprintf(b, "  %s: %s\n", p.key, p.find)
		}
	}
	var who []string
	for author := range h.Who {
		who = append(who, author)
	}
	slices.Sort(who)
	if len(who) > 0 {
		b.WriteString("  who:\n")
	}
	for _, author := range who {
		fmt.Fprintf(b, "    %s: %s\n", author, h.Who[author])
	}
}
