// Package result freezes a season: what it came to, what that follows from, and
// the statements by which others compute it once more, in a folder that is signed.
//
// # What is in it
//
//   - result.json: the edition, its seed, rules and plans, where the ledger stood,
//     who wins by which rules, what people have corrected, when companies were
//     paused, and what was left unsettled by name;
//   - standings.json: standings as `svartid standings --json` prints them;
//   - standings, scores, channels, constants and grades as Parquet and CSV, and
//     scoring.md, whose statements compute the first from the others;
//   - plan-DIGEST.txt: each plan that was followed, whose SHA-256 is that digest;
//   - chains.txt: where the chain of events of each contact ends, whose SHA-256 is
//     the digest of a head (package head);
//   - pages/COMPANY.LANGUAGE.html: what each participant gets;
//   - SHA256SUMS, which sha256sum checks, and SHA256SUMS.sig, which ssh-keygen
//     checks by the key in signers; VERIFY.txt says how.
//
// Nothing in it comes from a clock or is drawn: the same ledger and configuration
// give the same bytes, the signature's too. What was written is not written over.
package result
