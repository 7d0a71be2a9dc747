// Package person finds the names of people in what companies write to customers, in
// Norwegian, Danish, Swedish, Finnish and English: in greetings, signatures and in
// mid-sentence, whoever is named. It is a decision on words alone, by lists of given
// and family names, by how family names end, by what stands before a name, and by the
// rule of these languages that only names have capital letters inside a sentence.
//
// given.txt and family.txt are names as they are common in the countries that centres
// answer from; ambiguous.txt are those of them that are words too, such as Dag and
// Liv, and count only where a word would not have a capital letter.
package person
