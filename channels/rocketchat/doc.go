// Package rocketchat chats with companies through Rocket.Chat's Livechat, as a
// visitor does: over the REST interface that the widget itself uses, without a
// login.
//
// # Names of our own
//
// A visitor names itself by a token, and a message by its _id. [Channel.Prepare]
// derives both from the attempt, so they are known before anything leaves. They
// look like those of any widget; nothing in them says who asks. The token is
// also what lets a visitor read its conversation again.
//
// # Sent, not sent, or unsure
//
// Each step but the last leaves no opener behind and may be repeated: the same
// token gives the same visitor, and the visitor's open room.
//
//	step            no agent online     other 4xx      429, 503  500, lost answer
//	config          refused, offline    refused, ours  again     again
//	visitor         -                   refused, ours  again     again
//	room            refused, offline    refused, ours  again     again
//	message         -                   refused, ours  again     unsure
//
// Leave is asked within the last step, once its connection stands and before the
// first octet of the message. Killed before that, the agents have a visitor in
// an empty room at most, which the next try finds and uses.
//
// A message that the server keeps under our _id already is not taken twice. Its
// 400 then has no reason in it, and counts as unsure.
//
// An unsure opener is settled by reading: the server tells by the token which
// room the visitor had last, and the room's history holds our _id or does not.
//
// # Forms
//
// Where no agent is online the widget shows an offline form in place of the chat:
// that is refused, and the company's loss. Where a form comes before the chat,
// the persona's name fills it, and its address if one is asked for. Addresses
// are given nowhere else: the server takes two visitors with one address for
// the same person, and withdraws the first one's token.
//
// # Listening
//
// The history of each conversation is read again and again; a message is known
// by its _id. Its ts is the server's clock in milliseconds, as the opener's is.
// The server allows ten questions a minute of a kind, and five visitors, from one address
// unless it is told otherwise (Administration, Rate Limiter). An opener waits its turn, and
// those whose history has not been read for longest come first, so that each is read in
// time; the checkpoint stands at what the last of them was read to. One that waits for
// longer than a quarter of an hour, as the hundred and fiftieth would, is told as not read.
// What a company's own server limits is told as that server's no.
//
// A department of which a conversation could not be read is told as such, and
// keeps the others from nothing. Servers are read side by side: a company's own that is
// slow counts as not read after ten seconds, and what it has said by then is heard once it
// answers. Where the server that several share cannot be read, verdicts on all of them
// wait. If nothing could be read at all the checkpoint stays,
// and Listen ends unless the server wants us to wait.
//
// A message without token is an agent's. Who among the agents is a bot has to
// be declared; rocket.cat always is, and so is what carries a bot field. A
// message with a type t is the system's: that the conversation was closed or
// handed on is heard, the rest is not.
//
// The server's webhook is proven by a word that never changes, which says
// nothing of what it brings. So its body is not believed: it makes us read, and
// is answered once that has been heard.
package rocketchat
