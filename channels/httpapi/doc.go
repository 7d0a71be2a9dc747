// Package httpapi is the HTTP client that channels share which talk to a
// platform's JSON interface.
//
// A [Client] makes one [Call] at a time and tells three ends apart: the server
// did it, the server refused it ([Answer], which [Refused] makes final for the
// engine), or the server may have done it ([channels.ErrUnsure]). A request of
// which the last octet has not left is one that the server did not act on. A [Pool]
// reads several servers side by side.
package httpapi
