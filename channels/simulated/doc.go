// Package simulated is a world of companies that answer over the real
// protocols on loopback: for the demo, for rehearsals and for tests.
//
// A [World] is two servers. One is the submission server that svartid sends
// its openers to (SMTP with AUTH and DSN). The other holds svartid's own
// mailbox (IMAP with IDLE), which catches every address of its domain: the
// blind copies of openers, and what the companies write back. Beside it is a
// second one, for canaries.
//
// Between the two stand the companies. Each has a character, listed with its
// timing in characters.go, and writes as its help desk does: a person's mail
// program, Exchange, Zendesk, or a case system that keeps no thread. Times are
// fractions of one deadline, the world's scale, so the same cast plays in
// eight seconds or in half an hour. Bounces and delays come from the world's
// own mail server, as RFC 3464 says.
//
// Names, times and texts are drawn from a seed: a company meets its n-th
// opener in the same way in every run. What it really did, and when, is in
// [World.Log], to be compared with what svartid makes of it.
package simulated
