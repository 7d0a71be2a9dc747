// Package export writes contacts, attempts, transcripts and standings as files,
// for those who score.
//
// # One table a schema
//
// Each column is one entry of a list in Go: its name, type, unit, what it says,
// what a null in it means, and the function that gives its value. The head of
// CSV, the keys of NDJSON, the schema of Parquet, schema.json and schema.md are
// all made of that list, so that none can say what another does not. A value
// that is not there is null and never zero.
//
// A caller that has rows of its own, such as standings, passes them as a [Sheet]
// with its columns.
//
// # What the rows are made of
//
// One [probes.Ledger] view is read in pages, contact by contact in the order of
// their ids; nothing is kept but the page, so that a million contacts take no
// more memory than a thousand. Each contact costs its story, because its words
// and the end of its hash chain are there. A contact is taken as the ledger has
// it where the ledger was folded by the rules in force
// ([probes.Snapshot.Rules]); else it is folded anew from that story. The rows
// are then right, but it is not known which of them changed since an earlier
// export: such an export takes no cursor and gives none.
//
// # Since
//
// A [Cursor] holds the version of the ledger up to which an export has read.
// The next one gives the contacts that have changed after it, each once, with
// all their rows. A reader that keeps the union replaces all rows of a contact by
// those that come: attempts and words are never exported in part.
//
// # Files
//
// All is written into a folder beside the one asked for, synced, and renamed
// when it is whole. Nothing in it comes from a clock: the same ledger gives the
// same bytes. manifest.json names every file with its rows, size and SHA-256.
//
// CSV is that of RFC 4180, in UTF-8. A null is an empty field, an empty text is
// "". Spreadsheets run a cell that begins with = + - @ as a formula, and the
// words are those of strangers: a text that begins with one of these, with a
// tab, a carriage return or an apostrophe has one apostrophe put in front.
// A program that reads the file takes one leading apostrophe off again. In
// NDJSON and Parquet texts are as they are.
//
// # Names
//
// Unless names are asked for, personal names, addresses and numbers are taken
// out of all words: those of our persona and of the person who signs, as far as
// rules can tell. See [Name].
package export
