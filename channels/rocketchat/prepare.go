package rocketchat

import (
	"crypto/sha256"
	"fmt"

	"github.com/svartid/svartid/channels"
)

// letters are those that Rocket.Chat's own ids are made of: none that could be
// taken for another.
const letters = "23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz"

// Lengths of ids: a message's as the server's own, a visitor's as the widget's.
const (
	messageID = 17
	visitorID = 32
)

// Prepare gives o the token of its visitor as address, and the _id of its
// message.
func (c *Channel) Prepare(o channels.Opening) (channels.Opening, error) {
	if o.Attempt == "" || o.Token == "" {
		return o, fmt.Errorf("prepare %q: it has no token", o.Attempt)
	}
	o.Address = derive("visitor", o, visitorID)
	o.ID = derive("message", o, messageID)
	return o, nil
}

// derive returns the name of o for a purpose: the same one each time, and
// another one for each attempt and purpose.
func derive(purpose string, o channels.Opening, length int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %q %q", purpose, o.Attempt, o.Token))
	name := make([]byte, length)
	for i := range name {
		name[i] = letters[int(sum[i])%len(letters)]
	}
	return string(name)
}
