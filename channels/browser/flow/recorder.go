package flow

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A recorderStep is a step of Chrome's Recorder, as far as a flow has a word for it.
type recorderStep struct {
	Type      string     `json:"type"`
	Key       string     `json:"key"`
	Selectors [][]string `json:"selectors"`
}

// FromRecorder reads what Chrome's Recorder (DevTools) exports as JSON: a draft of the
// steps, without what was typed. It returns the address of the page besides.
func FromRecorder(text []byte) (acts []Act, url string, err error) {
	var all struct {
		Steps []struct {
			recorderStep
			URL string `json:"url"`
		} `json:"steps"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, "", fmt.Errorf("recording: %w", err)
	}
	for _, s := range all.Steps {
		if s.Type == "navigate" && url == "" {
			url = s.URL
		}
		if a := s.act(); a.Kind != "" {
			acts = append(acts, a)
		}
	}
	return acts, url, nil
}

// act returns what the step does; no kind: nothing that a flow has a word for.
func (s recorderStep) act() (a Act) {
	switch {
	case s.Type == "click":
		a.Kind = ActClick
	case s.Type == "change":
		a.Kind = ActFill
	case s.Type == "keyDown" && s.Key == "Enter":
		a.Kind = ActEnter
	}
	for _, selector := range s.Selectors {
		if len(selector) == 0 {
			continue
		}
		if find, ok := fromSelector(selector[len(selector)-1]); ok {
			a.Finds = append(a.Finds, Counted{Find: find, Count: 1})
			a.Hint += " " + find.Name + find.CSS
		}
	}
	return a
}

// fromSelector reads one selector of the Recorder's.
func fromSelector(s string) (Find, bool) {
	if kind, rest, ok := strings.Cut(s, "/"); ok {
		switch kind {
		case "aria":
			name, role, _ := strings.Cut(rest, "[role=")
			return Find{Name: name, Role: strings.Trim(role, `"]`)}, name != ""
		case "text":
			return Find{Text: rest}, rest != ""
		case "pierce":
			return Find{CSS: rest}, rest != ""
		case "xpath":
			return Find{}, false
		}
	}
	return Find{CSS: s}, s != ""
}
