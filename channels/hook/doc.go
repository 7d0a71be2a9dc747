// Package hook is what channels share that are told of arrivals over HTTP.
//
// An [Endpoint] takes signed requests by POST and answers each with the status
// of a [Code]. A [Signature] proves who sent a request, and signs our own. A
// [Receiver] holds each request until the arrivals in it are durable, so that
// a sender whom we answer 200 never has to send again.
//
// A channel whose platform delivers by HTTP has one Endpoint, whose Take parses
// the body and offers what it found to the channel's Receiver. The channel's
// Listen is the Receiver's.
//
// Where several processes stand behind one address, those that do not listen [Store]
// what is proven, and the one that listens takes it by [Redeliver]. What it says by
// checkpoints of how far it has heard, it says of what those have stored as well.
package hook
