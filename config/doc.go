// Package config reads the configuration of an edition: one YAML file, and a
// table of companies beside it.
//
// [Load] is strict. The file is parsed into nodes by one function, and the
// nodes are read here, by reflection over the tags of [Config] and of the
// channels' own settings, so that every value keeps its line, an unknown
// key is never passed over, and one fault does not hide the next. The
// tags say the rest, and the JSON Schema for editors is made from the same
// ones:
//
//	yaml     the key; ",inline" for embedded settings, ",short" for the field
//	         that a bare text in place of the mapping stands for
//	need     the key must be there; its text says why, or is empty
//	default  what holds when the key is not there, as it would be written
//	enum     the words allowed, parted by |
//	form     what a text must look like: url, email, host, listen, id,
//	         language, country, policy (whose names and default are those of
//	         fairness), text (may have several lines)
//
// What tags cannot say is checked afterwards over the whole: references,
// dates that contradict each other, series that never tick.
//
// Anchors, aliases, merge keys and tags are refused: what is read should be
// what is written, and nothing can be made to grow. Plain text stays as it is
// written: NO is Norway, 0123 keeps its zero.
//
// Paths in keys that end in _file are relative to the file that names them.
// No fault, warning or description ever shows a secret: values of secret keys
// are not quoted, and the parser's own excerpts are not passed on.
//
// A new channel is a folder with Config and Reach, and one line in kinds.
package config
