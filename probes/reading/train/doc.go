// Train learns what the reader knows beside its rules, from folders of labelled letters and of
// sentences, and writes the tables that are built into the reader.
//
// usage: go run ./probes/reading/train [-out FOLDER] FOLDER[=WEIGHT]...
//
// A folder has a manifest.csv (file, label) or a labels.csv (file, kind) beside its letters; one
// whose name ends in "sentences" has files of sentences, a line each, under headings "= kind". Each
// folder is one maker: what is said about letters that were never met is measured on folders that
// nothing was learnt from. A weight below one marks a folder that the rules were mended for, so
// that they look better on it than they are; such a folder teaches, and measures nothing.
//
// Equal folders in equal order give equal tables, byte for byte.
package main
