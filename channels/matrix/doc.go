// Package matrix chats with companies in Matrix rooms, over the client-server
// API (v3). A bridge that an operator runs behind it is the operator's.
//
// # A room for every attempt
//
// Where a company is reached as a user, each attempt makes a room of its own and
// invites the user. The room's alias is derived from the attempt, so that a room
// whose creation was not answered is met again, not made twice. Where a company
// is reached as a room, that is joined; its attempts share it.
//
// # Sent, not sent, or unsure
//
// The opener is sent under a transaction id derived from the attempt. The same
// device sending the same id again gets the same event, as long as the server
// remembers: the specification does not say for how long, and Synapse forgets
// after a day. So a repeat is no way to settle, since it would send what had not
// left. [Channel.Reconcile] looks instead: our own events in the room carry the
// transaction id for the device that sent them, and in a room that is the
// attempt's own there is no other opener than its.
//
//	step                 M_LIMIT_EXCEEDED, 503  other 4xx           500, lost answer
//	who am I, room       again                  refused, ours       again
//	invitation, joining  again                  refused             again
//	message              again                  refused, ours       unsure
//
// Leave is asked within the last step, once its connection stands and before the
// first octet of the message. Killed before that, the company may have been
// invited to a room in which nothing is said yet: the next try goes on there.
//
// # Time
//
// Both times are origin_server_ts, in milliseconds: the clock of the server that
// the sender is at. Where the company is at another server than we are, that is
// the company's word. It is then kept as the sender's, no answer counts as later
// than we saw it, and how much later we did see it is its precision.
//
// The answer that takes our opener has no time in it, so the event is asked for. Where the
// server does not give it then, as when it limits us, the head of the answer serves, cut
// to the second; the next look into the room shows the event, and its time takes the place
// of that.
//
// # Who answers
//
// m.notice is a bot's by the specification's own convention; the users of
// further bots are declared. Encrypted messages cannot be read: somebody
// answered, and a person has to look. That a user leaves is heard as well.
//
// # Listening
//
// One long poll (/sync) hears all rooms. What it leaves out of a busy room is
// fetched before the checkpoint moves past it.
//
// That a sync tells nothing of a room proves nothing of the room. As long as a
// contact is undecided its room is read from its end back to our own message, and
// the checkpoint stands no later than that was done. What it shows instead:
//
//	we were put out by another          theirs: the company's clock runs on
//	our own account has left            ours: the attempt is broken off
//	not our message, after a minute     ours: the same
//	403 or 404, in the company's room   theirs: its clock runs on
//	403 or 404, in our own room         ours: the verdict waits; after an hour it is broken off
//	the room cannot be read otherwise   ours: the verdict waits
//
// A company may answer elsewhere: in a room to which it invites us, or in one that it
// puts in the place of ours (m.room.tombstone). We enter the first if we have asked who
// invites us, or met him in the conversation's own room, and the second always; what is
// said there answers what we asked. Where we have asked the same user more than once, it
// names every opener, and a person has to look.
//
// Where a room is withheld we ask how we came to be out of it: some servers show who
// was put out nothing more of the room, and that is the company's doing.
//
// Whether who was invited into a room of our own has come (m.room.member) is asked once and then told by syncs, so that
// an invitation which was never taken up is told from one who has come and is silent.
//
// # Homeservers of companies
//
// Where our homeserver does not lead to a company, we have an account on the company's. Its rooms are read one by one, side by
// side with those of other homeservers, as often as our own rooms are looked into: a sync would be a source on which the verdicts
// on all others depend. What it dates is the company's word, between the look that did not show it and the one that does; the
// opener is dated by our own clock. One that does not answer is told as not read, and holds up no other.
package matrix
