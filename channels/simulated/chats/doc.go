// Package chats is what simulated chat servers have in common: a [Host] that
// serves HTTP on a free port of the loopback and can be cut off, the [Mischief]
// that is done to those who must survive it, and the [Record] of what was truly
// said, and when.
//
// What a server says, and in which shapes, is its own package's.
package chats
