package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// steps reads a list of steps.
func (r *reader) steps(n *yaml.Node, at string) (steps []Step) {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, at, "must be a list of steps")
		return nil
	}
	if len(n.Content) > mostSteps {
		r.fault(n, at, "has more than %d steps", mostSteps)
		return nil
	}
	for i, one := range n.Content {
		steps = append(steps, r.step(one, fmt.Sprintf("%s[%d]", at, i)))
	}
	return steps
}

// step reads one step: a verb with its element, and what goes with it.
func (r *reader) step(n *yaml.Node, at string) (s Step) {
	before := len(r.faults)
	s.Line, s.Within = n.Line, DefaultWithin
	keys := map[string]func(*yaml.Node, string){
		"with":     func(n *yaml.Node, key string) { s.With = r.with(n, key) },
		"optional": func(n *yaml.Node, key string) { s.Optional = r.yes(n, key) },
		"quiet":    func(n *yaml.Node, key string) { s.Quiet = r.yes(n, key) },
		"within":   func(n *yaml.Node, key string) { s.Within = r.while(n, key) },
	}
	for _, verb := range Verbs() {
		keys[string(verb)] = func(n *yaml.Node, key string) {
			if s.Do != "" {
				r.fault(n, key, "is a second act; give it a step of its own")
			}
			s.Do, s.At = verb, r.find(n, key)
		}
	}
	r.mapping(n, at, keys)
	writes := s.Do == Fill || s.Do == Choose
	switch {
	case len(r.faults) > before:
	case s.Do == "":
		r.fault(n, at, "does nothing; want one of %v", Verbs())
	case writes && s.With == "":
		r.fault(n, at+".with", "is missing: what is written or chosen")
	case !writes && s.With != "":
		r.fault(n, at+".with", "nothing is written by %s", s.Do)
	}
	return s
}

// braces finds what stands in braces.
var braces = regexp.MustCompile(`\{[^}]*\}?`)

// with reads what is written, and knows the names in braces.
func (r *reader) with(n *yaml.Node, key string) string {
	text := r.text(n, key)
	for _, found := range braces.FindAllString(text, -1) {
		if !slices.Contains(placeholders, strings.Trim(found, "{}")) || !strings.HasSuffix(found, "}") {
			r.fault(n, key, "%s is not known; want one of {%s}", found, strings.Join(placeholders, "}, {"))
		}
	}
	return text
}

// finds returns how the parts of a find are read.
func (r *reader) finds(f *Find) map[string]func(*yaml.Node, string) {
	into := func(to *string) func(*yaml.Node, string) {
		return func(n *yaml.Node, key string) { *to = r.text(n, key) }
	}
	return map[string]func(*yaml.Node, string){
		"role": into(&f.Role), "name": into(&f.Name), "text": into(&f.Text), "label": into(&f.Label),
		"test": into(&f.Test), "frame": into(&f.Frame),
		"css": func(n *yaml.Node, key string) {
			f.CSS = r.text(n, key)
			if strings.Count(f.CSS, "[") != strings.Count(f.CSS, "]") || strings.Count(f.CSS, "(") != strings.Count(f.CSS, ")") {
				r.fault(n, key, "%q is no selector: its brackets do not close", f.CSS)
			}
		},
	}
}

// find reads an element's name.
func (r *reader) find(n *yaml.Node, at string) (f Find) {
	before := len(r.faults)
	r.mapping(n, at, r.finds(&f))
	r.named(n, at, f, before)
	return f
}

// named reports a find that names no element.
func (r *reader) named(n *yaml.Node, at string, f Find, before int) {
	if f.Frame = ""; f.IsZero() && len(r.faults) == before {
		r.fault(n, at, "names no element; want role, name, text, label, test or css")
	}
}

// ready reads what shows that a message would leave.
func (r *reader) ready(n *yaml.Node, at string) (ready Ready) {
	before := len(r.faults)
	keys := r.finds(&ready.Find)
	keys["socket"] = func(n *yaml.Node, key string) {
		if ready.Socket = r.text(n, key) == "open"; !ready.Socket {
			r.fault(n, key, "%q is no state of a socket; want open", n.Value)
		}
	}
	r.mapping(n, at, keys)
	r.named(n, at, ready.Find, before)
	return ready
}

// send reads a button, or the key Enter.
func (r *reader) send(n *yaml.Node, at string) (s Send) {
	before := len(r.faults)
	keys := r.finds(&s.Button)
	keys["key"] = func(n *yaml.Node, key string) {
		if s.Enter = r.text(n, key) == "Enter"; !s.Enter {
			r.fault(n, key, "%q is no key that sends; want Enter", n.Value)
		}
	}
	r.mapping(n, at, keys)
	switch {
	case s.Enter && !s.Button.IsZero():
		r.fault(n, at, "is a key and a button; want one of them")
	case !s.Enter:
		r.named(n, at, s.Button, before)
	}
	return s
}

// heard reads where the conversation is read.
func (r *reader) heard(n *yaml.Node, at string) (h Heard) {
	into := func(to *Find) func(*yaml.Node, string) {
		return func(n *yaml.Node, key string) { *to = r.find(n, key) }
	}
	r.mapping(n, at, map[string]func(*yaml.Node, string){
		"item": into(&h.Item), "text": into(&h.Text), "mine": into(&h.Mine), "failed": into(&h.Failed),
		"who": func(n *yaml.Node, key string) {
			h.Who = map[string]Find{}
			keys := map[string]func(*yaml.Node, string){}
			for _, author := range Authors() {
				keys[author] = func(n *yaml.Node, key string) { h.Who[author] = r.find(n, key) }
			}
			r.mapping(n, key, keys)
		},
	})
	return h
}

// states reads what the page may show.
func (r *reader) states(n *yaml.Node, at string) map[State][]Find {
	all := map[State][]Find{}
	keys := map[string]func(*yaml.Node, string){}
	for _, state := range States() {
		keys[string(state)] = func(n *yaml.Node, key string) {
			if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
				r.fault(n, key, "must be a list of elements")
				return
			}
			for i, one := range n.Content {
				all[state] = append(all[state], r.find(one, fmt.Sprintf("%s[%d]", key, i)))
			}
		}
	}
	r.mapping(n, at, keys)
	return all
}
