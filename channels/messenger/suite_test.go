package messenger

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated/courier"
	"github.com/svartid/svartid/channels/simulated/meta"
)

const (
	appSecret = "app-hemmelighet"
	verify    = "ordet"
	pageToken = "EAAGm0PX4ZCpsBA"
	persona   = "Ola Hansen"
)

// startMeta runs a platform until the test ends.
func startMeta(t *testing.T, opt meta.Options) *meta.Platform {
	t.Helper()
	opt.AppID, opt.AppSecret = "777", channels.Inline(appSecret)
	if len(opt.Pages) == 0 {
		opt.Pages = []meta.Page{{ID: page, Token: pageToken}}
	}
	p := meta.New(opt)
	channeltest.Play(t, p)
	return p
}

// newChannel returns a channel on the platform's pages.
func newChannel(t testing.TB, graph string, opt Options) *Channel {
	t.Helper()
	if len(opt.Pages) == 0 {
		opt.Pages = []Reach{{Page: page, PageToken: channels.Inline(pageToken), DeskApps: []string{"42"}}}
	}
	opt.Personas = append(opt.Personas, persona)
	c, err := New(Config{
		AppID: "777", AppSecret: channels.Inline(appSecret), VerifyToken: channels.Inline(verify), GraphURL: graph,
		Look: 20 * time.Millisecond,
	}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signature is what Meta signs with.
func signature() hook.Signature {
	return hook.Signature{Scheme: hook.SchemeHub256, Secrets: []channels.Secret{channels.Inline(appSecret)}}
}

// post is the signed request that brings a body.
func post(t testing.TB, body string) *http.Request {
	t.Helper()
	r, err := courier.Request(t.Context(), signature(), "http://127.0.0.1/hooks/facebook", courier.Parcel{Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ref is what enrols a persona.
func ref(t testing.TB, c *Channel, persona string) string {
	t.Helper()
	link, err := c.EnrolLink(persona, page)
	if err != nil {
		t.Fatal(err)
	}
	_, token, ok := strings.Cut(link, "https://m.me/"+page+"?ref=")
	if !ok || len(token) != 20 {
		t.Fatalf("link %s", link)
	}
	return token
}

func TestHookSuite(t *testing.T) {
	p := startMeta(t, meta.Options{})
	channeltest.RunHook(t, func(t *testing.T) channeltest.HookWorld {
		c := newChannel(t, p.URL(), Options{})
		enrol := `{"sender":{"id":"17"},"recipient":{"id":"` + page + `"},"timestamp":1,"referral":{"ref":"` + ref(t, c, persona) + `"}}`
		return channeltest.HookWorld{
			Listener: c, Hook: c, Secrets: []string{appSecret, verify, pageToken},
			Delivery: func(text string) *http.Request {
				said, _ := json.Marshal(map[string]any{
					"sender": map[string]string{"id": page}, "recipient": map[string]string{"id": "17"},
					"timestamp": time.Now().UnixMilli(),
					"message":   map[string]any{"is_echo": true, "app_id": 42, "mid": "m_" + text, "text": text},
				})
				return post(t, in(page, "messaging", string(said)+","+enrol))
			},
		}
	})
}

// newKeeper returns one that has heard nothing yet.
func newKeeper() *channeltest.Keeper {
	return channeltest.NewKeeper(channels.Checkpoint{Source: source})
}

// listenTo listens until end is called.
func listenTo(t testing.TB, c *Channel, k *channeltest.Keeper) (end func()) {
	t.Helper()
	end = k.Listen(t, c)
	channeltest.Until(t, "somebody listens", c.receiver.Listening)
	return end
}

// bring posts a body to the channel, and returns the status.
func bring(t testing.TB, c *Channel, r *http.Request) int {
	t.Helper()
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Code
}
