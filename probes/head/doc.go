// Package head publishes where a ledger stands, so that a rewritten one shows.
//
// The hashes inside a ledger show what was changed by a person who could not
// change all of it. Who can write the whole file can make another that holds in
// itself. A [Head] is one line that says where every chain of events stood; once
// it lies with others, signed, nothing that it covers can be changed, cut off or
// put back to an older copy without being told from it.
//
// # The line
//
// Fields with one space between them:
//
//	svartid-head-2 EDITION NUMBER AT CONTACTS EVENTS ARRIVALS DIGEST PREVIOUS SIGNATURE
//
// EDITION is escaped as in a URL's query, AT is RFC 3339 in UTC. DIGEST is the
// SHA-256 of the [State]'s text, a line "CONTACT SEQ HASH" for each contact in the
// order of their ids as bytes, SEQ and HASH being those of the last event of its
// chain, with the chain of what people have decided of who is asked under the name
// "participation" among them, and of a line "arrival HASH" for each [Arrival] after it, in order. The marks
// from when which plan was followed, and of what was accepted, are among those lines as if
// they had come on the channels "marks drawn", "marks followed again" and "marks accepted", and the
// newest look at evidence as if it had come on "marks accesses", by the hash that its row has,
// and the making of the ledger's digests of rows as "made" on "marks digests", by a name that was drawn then;
// ARRIVALS does not count them. An
// arrival that belongs to no contact is in no chain, and may hold a verdict up all
// the same. Lines of the older form svartid-head-1 have no ARRIVALS, and cover none;
// they are read as before, and one chain of lines may hold both. PREVIOUS is the SHA-256 of the line before, without its LF, or "-".
// SIGNATURE is of all before it, without the space, in base64: the form of package
// signature, which ssh-keygen checks.
//
// # What the ledger keeps
//
// Under the name [probes.Heads] the ledger keeps, for each head, a paper with its
// line, how far each contact had come that had changed since the head before, and
// which arrivals were new. From these, the events and the arrivals [Maker.Compare]
// makes the digest once more. Which event
// was the last one then is known by its number, not by a clock, so that a clock
// that was set back makes no difference.
//
// # What it cannot show
//
// What was changed before the first head, or after the last. Of an arrival that
// belongs to no contact, whose address it came to and who sent it, where that is not
// in what came: those can be erased.
package head
