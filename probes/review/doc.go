// Package review says which letters wait for a person, in the order of how much hangs on them, and how
// far the reader and people agree.
//
// A letter waits if its reading is doubtful, if another company would win were its reading wrong, or if
// it is drawn: of the readings without doubt a share is drawn from the seed, so that the drawn letters
// say how often the reader is wrong where it is sure. Several people may judge the same letter; the
// first two of them say how far people agree with each other.
//
// Everything is derived from the ledger, and nothing is kept here.
package review
