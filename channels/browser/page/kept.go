package page

import (
	"context"
	"encoding/json"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/storage"
)

// Kept is what a browser has been given to be known again: with it another browser
// is the same visitor. It is a secret.
type Kept struct {
	Cookies []json.RawMessage `json:"cookies,omitempty"` // as the browser has them
	Stores  map[string]Store  `json:"stores,omitempty"`  // by origin
}

// A Store is what pages of an origin have put aside.
type Store struct {
	Local   map[string]string `json:"local,omitempty"`
	Session map[string]string `json:"session,omitempty"`
}

// IsZero reports whether nothing is kept.
func (k Kept) IsZero() bool { return len(k.Cookies) == 0 && len(k.Stores) == 0 }

// Keep returns what the page and its frames have been given by now.
func (p *Page) Keep(ctx context.Context) (Kept, error) {
	var cookies struct {
		Cookies []json.RawMessage `json:"cookies"`
	}
	err := p.browser.root().Call(ctx, storage.CommandGetCookies, map[string]string{"browserContextId": string(p.context)}, &cookies)
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Cookies: cookies.Cookies, Stores: map[string]Store{}}
	for _, f := range p.worlds() {
		var got *struct {
			Origin  string            `json:"origin"`
			Local   map[string]string `json:"local"`
			Session map[string]string `json:"session"`
		}
		if err := evaluate(ctx, f, "svartid.storage()", &got); err != nil {
			if p.Gone() || ctx.Err() != nil {
				return Kept{}, err
			}
			continue
		}
		if got != nil && len(got.Local)+len(got.Session) > 0 {
			k.Stores[got.Origin] = Store{got.Local, got.Session}
		}
	}
	return k, nil
}

// restore gives a new context the cookies that were kept. The script of each frame
// puts back the rest.
func (p *Page) restore(ctx context.Context, kept Kept) error {
	var cookies []map[string]any
	for _, raw := range kept.Cookies {
		var c map[string]any
		if err := json.Unmarshal(raw, &c); err != nil {
			return err
		}
		if c["session"] == true {
			delete(c, "expires")
		}
		delete(c, "size")
		delete(c, "session")
		delete(c, "partitionKeyOpaque")
		cookies = append(cookies, c)
	}
	if len(cookies) == 0 {
		return nil
	}
	return cdp.Session(p.browser.root()).Call(ctx, storage.CommandSetCookies, map[string]any{
		"browserContextId": string(p.context), "cookies": cookies,
	}, nil)
}
