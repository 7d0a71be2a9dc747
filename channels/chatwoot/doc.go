// Package chatwoot chats with companies through the visitor's side of Chatwoot's
// API inboxes (the public client API, and the websocket at /cable). The shapes
// are those of developers.chatwoot.com and of the server's own source; they are
// gathered, as files, beside the simulated server.
//
// # Names of our own
//
// A visitor is known to an inbox by its source_id. The server draws one where
// none is given and takes one that is, and creating a contact again under the
// same source_id returns the one that is there. So [Channel.Prepare] draws the
// source_id from the attempt's token: every attempt is a visitor of its own, and
// after a crash we know where to look. A server that answers with a source_id
// of its own making is not written to, because an opener there could never be
// settled. The echo_id that goes with a message is the attempt's id; the server
// repeats it over the websocket and keeps it nowhere, so it settles nothing.
//
// # Sent, not sent, or unsure
//
// [Channel.Open] takes three steps; only the last reaches the company:
//
//	step              404            other 4xx       429, 503     5xx    connection lost
//	create contact    refused        refused, ours   again        again  again
//	find or create
//	conversation      refused        refused, ours   again        again  again
//	send message      refused        refused, ours   again        unsure unsure
//
// A proof that is wrong or missing the server answers, in production, with a bare 500: as a
// visitor is shown that is taken as a sign of it, and whose fault it is hangs on whether
// the same has let us in before.
//
// Leave is asked within the last step, once its connection stands and before the
// first octet of the message. Killed before that, the agent's list holds a
// visitor with an empty conversation at most, which the next try finds and uses.
//
// The first two may be repeated: the contact stays the same, and a conversation
// that an earlier try left behind is looked for and used, so that no agent sees
// an empty one. If that conversation holds a message of ours, it is the opener,
// and nothing is sent.
//
// [Channel.Reconcile] reads the visitor's conversations. A message of the visitor's
// is the opener. A visitor whom the server does not know has said nothing; but
// an inbox that it does not know could not be looked into, and proves nothing.
//
// # Listening
//
// [Channel.Listen] reads the messages of every conversation that is followed, to
// the end, at each poll. A checkpoint covers what was before the poll's first question
// on the server's clock and on ours, cut to the second. Between two polls the
// websocket brings messages sooner, and a webhook may as well ([Channel.ServeHTTP]);
// neither moves the checkpoint, and both may break and be late without harm. A message
// is named by inbox, conversation and its own id, whichever way it came.
//
// An inbox of which a conversation could not be read is told as such, and keeps
// the others from nothing: what a company's own inbox does not show excuses no
// company. One that does not show what we said counts as not read, though what it
// shows is heard. Servers are read side by side: a company's own that is slow counts
// as not read after ten seconds, and what it has said by then is heard once it answers.
// Where the server that several share cannot be read, verdicts on all of them wait. If
// nothing could be read at all the checkpoint stays and Listen ends; it is for the engine to
// say whether that company failed, or the server, or we.
//
// # Who answered
//
// The server tells message types apart: 1 is what a sender wrote, 3 is a template
// (greeting, away, form), 2 an activity that the customer is not shown. What
// was written has a sender: a user is a person of the company's, or a program
// with a person's token, which look the same from here; an agent_bot or a
// captain_assistant is a bot. A message that an automation rule sent is an
// acknowledgement. A sender that is missing or of another kind is unknown.
//
// # Time
//
// The server counts in whole seconds (created_at), for openers and for answers
// alike, so that a wait is right to within a second and both ends are on one
// clock. Webhooks have milliseconds, which are cut: the same message has the
// same time whichever way it came.
package chatwoot
