// Package model holds what the reader has learnt: a linear reader of n-grams in sentences, and
// regressions over named signals. It scores; the learning itself is in probes/reading/train.
package model
