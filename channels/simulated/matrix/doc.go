// Package matrix plays a Matrix homeserver to one account: rooms, invitations,
// messages by transaction id, and the long poll, with companies at the other end
// that answer each by its behaviour.
//
// The shapes are those of the client-server API (v3), kept as golden files in
// testdata. One account is played to; companies are users of this server, or of
// another, whose clock may then be wrong.
package matrix
