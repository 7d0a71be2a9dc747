// Package idle keeps in memory what an engine would otherwise ask of its ledger, or
// write to it, again and again while nothing happens: which looks found nothing to do
// ([Looks]), and how far sources were heard beyond what is written down
// ([Checkpoints]).
//
// Nothing rests on it that is not durable. A look that is left out is one that would
// find what the last one found. A checkpoint that is held is written in the
// transaction of the first decision that rests on it.
package idle
