// Package oauth gets, keeps and renews the tokens of a mailbox that takes no
// passwords (RFC 6749), and logs in with them (RFC 7628, XOAUTH2).
package oauth
