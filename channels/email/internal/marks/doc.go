// Package marks tells what a company could know our openers by: the form of the
// header, the addresses, the sizes, the typing and the words of a letter. It names
// those that are commoner or rarer among our openers than among letters that
// people write.
package marks
