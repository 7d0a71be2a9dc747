// Measure says how well the reader reads labelled letters: how many are right, how many wrong and sure,
// how many doubtful, each with Wilson's 95 % interval, by language and kind, and how far the probability
// is to be believed.
//
// usage: go run ./probes/reading/measure [-asked FILE] [-diagram FILE] FOLDER
//
// A folder has a manifest.csv (file, label, language and, where it is told what was asked, form and
// topic) beside its letters. With -asked, a CSV of topic, language, subject and text, the reader is told
// what the customer had asked. The tables are Markdown; the diagram is SVG.
package main
