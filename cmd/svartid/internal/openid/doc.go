// Package openid has people log in at a provider of OpenID Connect, by the code flow
// with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9700).
//
// [Provider.Begin] sends a browser to the provider and gives it a sealed cookie; what the
// provider sends back is taken only from the browser that has that cookie, once more by
// state, nonce and verifier, which only it knows, and within ten minutes. Nothing is kept
// here meanwhile, so that a flood of beginnings takes no memory.
//
// What is asked of the provider before a login (its addresses and keys) is asked when it
// is first needed, so that a provider that is away keeps nothing from starting.
package openid
