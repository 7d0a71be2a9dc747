// Package worklist arranges letters that wait for a person's word: those that say the
// same are judged together, a search and filters pick from them, and a page of them is
// shown at a time. It decides on values alone: what a letter says is read elsewhere.
package worklist
