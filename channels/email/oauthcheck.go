package email

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/svartid/svartid/channels"
)

// suits returns what is wrong with a server that is logged in to with tokens, or
// with its password if o is nil.
func suits(o *OAuth2, s Server, key string) []channels.Fault {
	if o == nil {
		return s.check(key)
	}
	var faults []channels.Fault
	if !s.Password.IsZero() || s.PasswordFile != "" {
		faults = append(faults, channels.Fault{Key: key + ".password", Text: "is given, and so is oauth2; want one of the two"})
	}
	s.Password, s.PasswordFile = channels.Secret{}, ""
	return append(faults, slices.DeleteFunc(s.check(key), func(f channels.Fault) bool { return f.Key == key+".password" })...)
}

// checkOAuth2 returns what is wrong with how tokens are got.
func checkOAuth2(o *OAuth2, key string) []channels.Fault {
	if o == nil {
		return nil
	}
	var faults []channels.Fault
	fault := func(name, text string) {
		faults = append(faults, channels.Fault{Key: key + "." + name, Text: text})
	}
	secret := !o.ClientSecret.IsZero() || o.ClientSecretFile != ""
	switch o.Grant {
	case ClientCredentials:
		if !secret {
			fault("client_secret", "is missing: client_credentials are a client's and its secret")
		}
	case RefreshToken:
	default:
		fault("grant", fmt.Sprintf("%q is not known; want client_credentials or refresh_token", string(o.Grant)))
	}
	if o.ClientID == "" {
		fault("client_id", "is missing")
	}
	if !isTokenURL(o.TokenURL) {
		fault("token_url", fmt.Sprintf("%q is no https:// address", o.TokenURL))
	}
	if o.DeviceURL != "" && !isTokenURL(o.DeviceURL) {
		fault("device_url", fmt.Sprintf("%q is no https:// address", o.DeviceURL))
	}
	return faults
}

// isTokenURL reports whether secrets may be sent there: over TLS, or on this
// machine.
func isTokenURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
}
