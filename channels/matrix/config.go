package matrix

import (
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
)

// Config is our account on a homeserver.
type Config struct {
	URL             string          `yaml:"url" need:"" form:"url"` // of the homeserver
	User            string          `yaml:"user" need:""`           // such as @kari:example.no
	AccessToken     channels.Secret `yaml:"access_token"`
	AccessTokenFile string          `yaml:"access_token_file"`
	// Bots are the users that machines answer as, such as @bot:example.no.
	Bots []string `yaml:"bots,omitempty"`
}

// Check returns what is wrong, each fault with its key below the channel.
func (c Config) Check() []channels.Fault {
	var faults []channels.Fault
	if !isName(c.User, "@") {
		faults = append(faults, channels.Fault{
			Key: "user", Text: fmt.Sprintf("%q is no user; want one such as @kari:example.no", c.User),
		})
	}
	if c.AccessToken.IsZero() && c.AccessTokenFile == "" {
		faults = append(faults, channels.Fault{
			Key: "access_token", Text: "is missing; want access_token or access_token_file",
		})
	}
	for i, bot := range c.Bots {
		if !isName(bot, "@") {
			faults = append(faults, channels.Fault{
				Key: fmt.Sprintf("bots[%d]", i), Text: fmt.Sprintf("%q is no user; want one such as @bot:example.no", bot),
			})
		}
	}
	return faults
}

// token returns the access token, wherever it is kept.
func (c Config) token() channels.Secret {
	if c.AccessToken.IsZero() && c.AccessTokenFile != "" {
		return channels.InFile(c.AccessTokenFile)
	}
	return c.AccessToken
}

// A Reach is the user who is invited, or the room that is joined.
type Reach struct {
	To string `yaml:"to,short"` // @user:server, !room:server or #alias:server
	// URL is the company's own homeserver, if ours does not lead there. None: the channel's.
	URL string `yaml:"url" form:"url"`
	// User is our account on it, such as @kari:example.no.
	User            string          `yaml:"user"`
	AccessToken     channels.Secret `yaml:"access_token"`
	AccessTokenFile string          `yaml:"access_token_file"`
}

// String returns the user or room, and the company's own homeserver behind an @.
func (r Reach) String() string { return placed(r.To, r.URL) }

// Check returns what is wrong, each fault with its key below the reach.
func (r Reach) Check() (faults []channels.Fault) {
	fault := func(key, format string, args ...any) {
		faults = append(faults, channels.Fault{Key: key, Text: fmt.Sprintf(format, args...)})
	}
	if !isName(r.To, "@!#") {
		fault("to", "%q is no user or room; want one such as @desk:example.no", r.To)
	}
	tokenless := r.AccessToken.IsZero() && r.AccessTokenFile == ""
	switch {
	case r.URL == "" && r.User != "":
		fault("user", "is an account on no homeserver of the company's; want its url")
	case r.URL == "" && !tokenless:
		fault("access_token", "is of no homeserver of the company's; want its url")
	case r.URL != "" && !isName(r.User, "@"):
		fault("user", "%q is no user; want our account on the company's homeserver, such as @kari:example.no", r.User)
	case r.URL != "" && tokenless:
		fault("access_token", "is missing; want access_token or access_token_file")
	}
	return faults
}

// isName reports whether s is a name of the Matrix specification (appendices,
// section 4.2) that begins with one of the sigils.
func isName(s, sigils string) bool {
	if s == "" || !strings.ContainsRune(sigils, rune(s[0])) || strings.ContainsAny(s, " \t") {
		return false
	}
	local, server, ok := strings.Cut(s[1:], ":")
	return ok && local != "" && server != ""
}

// serverOf returns the server in a name.
func serverOf(name string) string {
	_, server, _ := strings.Cut(name, ":")
	return server
}
