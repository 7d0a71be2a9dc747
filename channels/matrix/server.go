package matrix

import (
	"errors"
	"net/url"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// A place is named as [Reach.String] writes it: as it is where our homeserver leads there, and with @HOST/PATH
// behind it on a homeserver of the company's, on which we have an account.

// placed names the place of a reach.
func placed(to, server string) string {
	if u, err := url.Parse(server); server != "" && err == nil {
		return to + "@" + strings.TrimRight(u.Host+u.Path, "/")
	}
	return to
}

// at returns the channel to the homeserver that a reach is on, its name, and the place there. The name is empty
// of our own.
func (c *Channel) at(reach string) (on *Channel, name, to string) {
	if i := strings.LastIndexByte(reach, '@'); i > 0 {
		if own := c.servers[reach[i+1:]]; own != nil {
			return own, reach[i+1:], reach[:i]
		}
	}
	return c, "", reach
}

// there returns an opening as the homeserver that it is for sees it.
func (c *Channel) there(o channels.Opening) (*Channel, channels.Opening) {
	on, _, to := c.at(o.Reach)
	o.Reach = to
	return on, o
}

// theirs returns an error of a company's own homeserver as what it is: no fault of ours, but where
// we do not understand what it says, or it is not asked.
func (c *Channel) theirs(err error) error {
	if !c.foreign || err == nil || errors.Is(err, httpapi.ErrShape) {
		return err
	}
	of := func(no *channels.Refusal) {
		if no.Code != 0 || no.Sign != "" {
			no.Ours = false
		}
		if no.Key == channels.KeyOurs {
			no.Key = channels.KeyGiven
		}
	}
	var refused *channels.Refusal
	if errors.As(err, &refused) {
		of(refused)
	}
	var deferred *channels.Deferral
	if errors.As(err, &deferred) {
		of(&deferred.No)
	}
	return err
}

// serve makes channels to the homeservers of companies that have their own.
func (c *Channel) serve(cfg Config, opt Options) error {
	c.servers = map[string]*Channel{}
	for _, r := range opt.Places {
		_, name, own := strings.Cut(strings.TrimPrefix(r.String(), r.To), "@")
		if !own || c.servers[name] != nil {
			continue
		}
		account := cfg
		account.URL, account.User, account.AccessToken, account.AccessTokenFile = r.URL, r.User, r.AccessToken, r.AccessTokenFile
		at, err := single(account, opt)
		if err != nil {
			return err
		}
		at.foreign = true
		c.servers[name] = at
	}
	return nil
}
