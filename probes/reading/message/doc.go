// Package message takes mail apart as it is found in the wild: it finds the letter that a person or a
// machine wrote, and what came with it.
//
// [Parse] never fails. Character sets are a library's work (go-message); headers, multiparts and
// transfer encodings are taken apart here, because libraries stop at the first fault, which a tenth
// of real mail has: a boundary that is never closed, a part whose header is no header, an unknown
// character set, one bad octet. Which part is the letter follows from the structure: one form of an
// alternative, every part of a mixed, the root of a related; containers that enclose a letter (opaque
// S/MIME, winmail.dat, uuencode, a message that is nothing but another) are opened. Sizes, depths and
// counts are bounded throughout, and so is the work for each of them.
package message
