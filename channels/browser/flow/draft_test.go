package flow

import (
	"slices"
	"strings"
	"testing"
)

// named is an act on an element with one name.
func named(kind ActKind, f Find, hint string) Act {
	return Act{Kind: kind, Finds: []Counted{{f, 1}}, Hint: hint}
}

func TestDraft(t *testing.T) {
	acts := []Act{
		named(ActClick, Find{Role: "button", Name: "Bare nødvendige"}, ""),
		named(ActClick, Find{Role: "button", Name: "Chat"}, ""),
		named(ActFill, Find{Label: "Navn"}, "text Navn"),
		named(ActFill, Find{CSS: "#mail"}, "email E-post"),
		named(ActChoose, Find{CSS: "#topic"}, "Tema"),
		{Kind: ActClick, Finds: []Counted{{Find{CSS: ".button"}, 4}, {Find{Text: "Start"}, 2}}},
		named(ActClick, Find{Label: "Melding"}, ""),
		named(ActFill, Find{Label: "Melding"}, "textarea Melding"),
		named(ActClick, Find{Role: "button", Name: "Send"}, ""),
	}
	shown := map[Mark]Act{
		MarkMine:   {Path: []string{".text", ".message", ".message--me", ".list"}},
		MarkHuman:  {Path: []string{".text", ".message", ".message--agent", ".list"}},
		MarkBot:    {Path: []string{".text", ".message", ".message--bot", ".list"}},
		MarkClosed: named(ActPoint, Find{Text: "Vi har stengt"}, ""),
	}
	f, notes := Draft(acts, shown)
	want := `open:
  - accept: {role: button, name: Bare nødvendige}
    optional: true
  - click: {role: button, name: Chat}
  - fill: {label: Navn}
    with: "{name}"
  - fill: {css: "#mail"}
    with: "{email}"
  - choose: {css: "#topic"}
    with: "?"
  - click: {text: Start}
ready: {label: Melding}
message: {label: Melding}
send: {role: button, name: Send}
heard:
  item: {css: .text}
  mine: {css: .message--me}
  who:
    bot: {css: .message--bot}
    human: {css: .message--agent}
states:
  offline: [{text: Vi har stengt}]
`
	if got := string(f.Text()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := []string{"open[4]: write the words of the option in place of ?", "open[5]: {text: Start} fits 2 elements; name it more exactly"}; !slices.Equal(notes, got) {
		t.Errorf("got %q, want %q", notes, got)
	}
	if _, err := Parse("f.yml", f.Text()); err != nil {
		t.Error(err)
	}
}

// TestDraftOfNothing holds that what a person has not done is asked for.
func TestDraftOfNothing(t *testing.T) {
	_, notes := Draft(nil, nil)
	for _, want := range []string{"message: ", "heard.item: ", "heard.mine: ", "states.offline: "} {
		if !slices.ContainsFunc(notes, func(note string) bool { return strings.HasPrefix(note, want) }) {
			t.Errorf("nothing is said of %s in %q", want, notes)
		}
	}
}

func TestFromRecorder(t *testing.T) {
	acts, url, err := FromRecorder([]byte(`{"title": "chat", "steps": [
		{"type": "setViewport", "width": 1280},
		{"type": "navigate", "url": "https://firma.example/kontakt"},
		{"type": "click", "selectors": [["aria/Chat med oss[role=\"button\"]"], ["#launcher"], ["xpath///*[@id=\"launcher\"]"], ["pierce/#launcher"]]},
		{"type": "change", "value": "Kari Hemmelig", "selectors": [["#navn"]]},
		{"type": "change", "value": "Et spørsmål", "selectors": [["aria/Melding"], []]},
		{"type": "keyDown", "key": "Enter"},
		{"type": "keyUp", "key": "Enter"}
	]}`))
	if err != nil || url != "https://firma.example/kontakt" {
		t.Fatalf("%q: %v", url, err)
	}
	f, _ := Draft(acts, nil)
	text := string(f.Text())
	for _, want := range []string{
		"  - click: {role: button, name: Chat med oss}\n", "  - fill: {css: \"#navn\"}\n    with: \"{name}\"\n", "message: {name: Melding}\n", "send: {key: Enter}\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "Hemmelig") {
		t.Errorf("what was typed is in\n%s", text)
	}
	if _, _, err := FromRecorder([]byte("steps")); err == nil {
		t.Error("no JSON is read")
	}
}
