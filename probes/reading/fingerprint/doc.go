// Package fingerprint compares texts without keeping their words. [Of] is a similarity hash of a whole
// text: texts that differ in names, numbers and dates have hashes that differ in few bits. [Line] is a
// keyed digest of one line, which is equal for equal lines, and tells nothing without the key.
package fingerprint
