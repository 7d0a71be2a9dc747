// Package access decides who may reach what on the program's two listeners.
//
// # The decision
//
// [Rules.Decide] is a pure function of one request: by which name the listener
// was asked for, from which site, by whom, and with which token. A foreign Host
// is how a web page reaches a listener on loopback whose address it has put
// behind a name of its own (DNS rebinding), so that only names of our own are
// served. What changes something has to come from our own pages, with a token
// that no other page can read.
//
// # Who is there
//
// Without a file of users everyone who reaches the listener is an organiser:
// that is for loopback. With one, a person logs in by name and password and
// keeps a session in memory, a program sends both with each request (RFC 7617),
// and a trusted proxy names the user in a header. What each [Role] may do is a
// table.
//
// # What refusals tell
//
// A refused request is answered in the same words whatever it lacks, whether what
// it asks for exists or not, and a login that fails takes as long for a name that
// is not there as for a wrong password.
package access
