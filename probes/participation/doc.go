// Package participation keeps what people have decided, in mid-season and by name,
// about who is asked: that a company is paused, is asked again, has withdrawn its
// consent or has given it again.
//
// The configuration says the same of a season as it was set up. What is decided here
// comes on top, by the clock: a withdrawal wins over the file until a consent of a
// later day, in the file or here; a pause is one more; a resumption ends those that
// are in force, those of the file too.
//
// Each decision is an event of one chain, beside those of contacts, so that none can be
// changed or taken away unseen. It is kept as a mark of the ledger, which is never
// erased, and binds openers from the instant at which it is durable: who is about to
// send asks [Barred] in the transaction in which the opener gets leave. Who decided,
// and why, are words of a person: they are evidence, and can be erased with the chain
// intact.
package participation
