// Package ledger keeps events, arrivals and evidence in SQLite or PostgreSQL.
//
// Events are the truth, one hash chain a contact. Contacts, the names they are
// known by, tallies and failure counts are made of the events in the same
// transaction that appends them, and [Ledger.Rebuild] makes them anew. Open
// does so by itself when the rules by which they are folded have changed, or the
// fold itself ([probes.FoldVersion]).
// Arrivals, evidence and marks are the truth about what was heard.
//
// Append takes out of an event what a person, a server or a platform has said,
// before the event is hashed, and keeps it as evidence that the event names by
// its digest ([probes.Detach]). Evidence can be erased, and every chain still
// holds. That evidence is salted, so that the digest alone does not tell which
// of a few likely words it was of. What an operator is called and why he corrects
// is taken out too: he is a person, and reasons tell of those who were asked.
// Chains that an earlier version recorded hold words; they stay as they are, and
// [Ledger.Worded] counts the contacts whose words cannot be erased.
//
// [Ledger.Erase] takes papers and what is personal in arrivals out of the file, its
// free pages and its log, and records that it has: what is missing without such a
// record is a fault. Where Options has a key, papers are encrypted for it, those too
// that were kept before; digests are of what was encrypted, so that they stay the
// same. Who sent an arrival and its subject are columns, and are not encrypted.
//
// In SQLite one connection writes, in WAL mode with full synchronisation: when Update
// returns nil, power may go. Views read on connections of their own, each from
// one snapshot, and wait for no writer. One process at a time may write: it holds
// a lock on FILE.lock, which the kernel drops when the process ends, however
// it ends. [OpenReader] looks without the lock.
//
// In PostgreSQL the process that writes has a lease, for which each of its
// transactions asks (package internal/postgres): [Open] returns an [InUseError] while
// another has it, and [Ledger.Lost] tells when it is gone. A person's corrections
// ([OpenBeside]) come between its transactions. An Update that fails at its commit may
// be durable all the same; what must not happen twice is found in the ledger by who
// tries again.
//
// A transaction in which a statement went wrong cannot be committed, even if
// the error was dropped on the way: SQLite may have undone its beginning.
//
// A ledger named sqlite::memory: lives in a temporary folder until it is
// closed, because SQLite's own memory databases make readers wait for the
// writer.
//
// # What Verify proves
//
// That no row was changed, removed, added or has changed places, as long as not
// all that depends on it was changed with it:
//
//   - each chain by its hashes, and its end by the contact that stands there;
//   - each contact, in all its columns, by folding its events; each name by an
//     event that claims it; each tally by following every contact anew, sums to
//     a billionth; each counter by counting again;
//   - each arrival of a contact by the event that has heard it, and each such
//     event by its arrival: attempt, rule, times, where it was put aside, centre,
//     digests, doubt, who the platform says has answered, and what a person has
//     said of it. Each copy of an opener by its event: attempt, source, time;
//   - each paper by its size and digest; that each is named by an event, an
//     arrival or a plan; and that none which is named is missing, unless an erasure
//     is recorded that took it;
//   - the records of erasures, and of who has read evidence, each by the one before it;
//   - each row of arrivals and marks by a digest of all its columns, and how many rows of
//     arrivals, marks and of who has read evidence were written and what their digests add
//     up to, so that one which is gone, was added or put back as it was before is missed;
//     and these sums by one total. A row that was changed before the program wrote it
//     again does not hold after that either;
//   - who has sent a mail, and its subject, by the mail itself, unless that names no
//     sender or has no subject, was erased, or is encrypted for a key that is not given;
//   - that each plan by which a contact was asked is marked and kept;
//   - that the database has the tables, columns, views and triggers that migrations make,
//     and no others: in SQLite by the texts of all of them, in PostgreSQL by their names and
//     without indexes.
//
// Rows that an earlier version wrote have got their digests in the migration that made the
// columns for them, and at no other time: [Ledger.DigestsMade] tells of it. What no event
// and no evidence tells of is held by those digests alone: how far sources have been
// heard, beyond what silence was proven by; of any arrival its voice, its media, its
// source and the names that the platform gave; of one that belongs to no contact where it
// was put aside, its times, and what a person said of it. When a figure last changed
// (version, changed) cannot be proven, but that it is not ahead of the ledger; nor, of a
// name that two attempts have learnt, that it is with one of them. ledgertest lists all
// columns that are not held, each with the reason. Other rules than the configuration's,
// in meta, are a fault, because the rest is then not known.
//
// The hashes are not signed: a writer of the whole file can make another that
// verifies. The proof against that is what others keep of it: the plan's
// digest from before the season, the heads that are published every day (package
// head), and the digests in exports.
package ledger
