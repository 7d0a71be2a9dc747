package webchat

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A Widget is a chat widget that others have made.
type Widget struct {
	Title   string
	Name    string // of its flow
	Package string // and version, as its folder is named
	Markup  string // what the company puts on its page; {chat}, {page} and {visitor} are filled in
	Frame   string // the document of its frame on the chat's site; empty: it is in the page itself
	Agent   string // whose an agent's line is, by its markup
	Forgets bool   // it shows nothing to a visitor who comes back
}

// Widgets returns all that are known here.
func Widgets() []Widget { return []Widget{DeepChat(), Closed(), BotFramework()} }

// banner asks about cookies, and lies over the page until it is answered.
const banner = `<div id="cookies" style="position:fixed;inset:0;background:#0008;z-index:9"><div role="dialog">
Vi bruker informasjonskapsler.
<button onclick="document.getElementById('cookies').remove()">Godta alle</button></div></div>`

// launcher is the button that shows the chat.
const launcher = `<button onclick="begin();this.remove()" aria-label="Chat med oss">💬</button>`

// visiting gives the visitor an id that stays.
const visiting = `
const visitor = localStorage.getItem('visitor') || (v => (localStorage.setItem('visitor', v), v))(crypto.randomUUID());
`

// chatting makes a deep-chat that knows what was said before.
const chatting = visiting + `
async function begin() {
  await customElements.whenDefined('deep-chat');
  const history = await (await fetch('{chat}/history?visitor=' + visitor)).json();
  const chat = document.createElement('deep-chat');
  chat.history = history;
  chat.connect = {url: '{chat}/socket?visitor='.replace('http', 'ws') + visitor, websocket: true};
  place(chat);
}

`

// DeepChat is deep-chat in its open shadow root.
func DeepChat() Widget {
	return Widget{Title: "deep-chat", Name: "deep-chat", Agent: "human", Package: "deep-chat-2.4.2", Markup: `
<script type="module" src="/w/dist/deepChat.bundle.js"></script>
<script>` + chatting + `function place(chat) { document.body.append(chat) }</script>`}
}

// Closed is deep-chat inside a closed shadow root.
func Closed() Widget {
	w := DeepChat()
	w.Title += " in a closed shadow root"
	w.Markup = strings.Replace(w.Markup, "document.body.append(chat)",
		"const host = document.createElement('company-chat'); host.attachShadow({mode: 'closed'}).append(chat); document.body.append(host)", 1)
	return w
}

// Find returns the folder in which `make peers` has put a widget, or ends the test:
// as skipped, or as failed where the environment asks for peers by SVARTID_PEERS=1.
func Find(t testing.TB, w Widget) string {
	t.Helper()
	folder, err := os.Getwd()
	for err == nil && folder != filepath.Dir(folder) {
		at := filepath.Join(folder, ".bin", "widgets", w.Package)
		if _, err := os.Stat(filepath.Join(at, "package.json")); err == nil {
			return at
		}
		folder = filepath.Dir(folder)
	}
	absent(t, w.Package+" is not installed: run `make peers`")
	return ""
}

// absent ends the test for want of a peer.
func absent(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("SVARTID_PEERS") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
