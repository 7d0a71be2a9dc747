// Package flows walks the ways through companies' pages at night, as far as the company
// sees nothing of it, so that a page that has changed is known before an opener finds out.
//
// The places of a night are spread evenly over it, in the edition's zone, one at a time. A place waits
// while an opener is due that leaves by the same flow: that opener would have to wait for a window, and
// finds out by itself. What a look came to is kept in the ledger as a mark, so that metrics and the board
// of every process tell of it, and a program that is started again in the night looks no place over twice.
//
// A way counts as changed once two looks have found it so. That a chat is closed at night, that a page does
// not answer, or that it asks for a proof says nothing of the way: what was known of it stays.
package flows
