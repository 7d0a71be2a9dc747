// Package report says what is known, once: to people on the command line, on
// the board and in exports alike.
//
// # Words
//
// An [Arrival] is read by its media, so that the same words come out wherever
// they are shown: a mail is taken apart, a chat line is a chat line whatever it
// begins with, and of a platform's JSON only the words are taken, or the kinds
// of the files that came without any. What was erased is said to be.
//
// A [Redactor] takes names, addresses and telephone numbers out of words. It
// knows a name from who sent a mail, from what a platform's JSON shows, and from
// how writers introduce themselves and sign.
//
// # Languages
//
// A [Printer] writes in one language. Everything that differs between languages
// is in one file of the folder language: phrases, by their English text, and how
// days, shares and waits are written. A further language is a further file; the
// tests say what it lacks.
//
// [Printer.Describe] tells a contact's history, with one sentence an event.
//
// # Figures
//
// An [Explanation] is one contact with every second of its wait and promise
// counted out. A [Season] is all that one company may know of its own. A [Curve]
// is how soon customers were answered, and a [Plot] draws it. [Standings] and
// [Summarise] add up an edition.
//
// Nothing here writes to a ledger or asks for the time: both are handed in.
package report
