// Package lexicon knows words: how to fold the many spellings of one word into one, where sentences
// end, which phrases mean what, and which language a text is in.
//
// The rules lie in rules/*.txt, by class and weight, and are matched on folded words (see the heads of
// those files). Those in rules/chat are what chat windows say; rules/words holds word lists,
// rules/languages the words that tell languages apart, and rules/shape what words do in a sentence.
// All of it is part of the program and is read once. It is safe for use by several goroutines.
package lexicon
