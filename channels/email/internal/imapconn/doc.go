// Package imapconn is the connection to an IMAP server as a client library should
// find it, whatever the server is like.
//
// Three layers lie between the network and the library. A [TimedConn] breaks when
// the server owes an answer and does not give it in time, though it keeps talking.
// A bounded connection, inside of TLS, breaks when the server says more than can be
// in order. [Conn] reads every response before the library does: what was asked for
// is written anew in the form that the library knows, and all else is dropped.
//
// [LoginLimiter] holds logins back after failures.
package imapconn
