// Package webhook speaks with any other chat, or with a company's own system,
// in signed JSON over HTTP: Standard Webhooks 1.0.0.
//
// # Out
//
// [Channel.Open] posts to the configured URL, signed with every live secret:
//
//	{"type": "svartid.opener", "timestamp": "2027-01-11T09:30:00Z",
//	 "data": {"attempt": "…", "token": "…", "reach": "…",
//	          "persona": {"name": "…"}, "subject": "…", "text": "…"}}
//
// The webhook-id belongs to the attempt: whatever is sent again for it has the
// same one, and the other end must take it once. An answer of 2xx takes the
// opener. If its body is JSON with accepted_at, that is when, by the clock
// that the replies will be timed by; else it is when the answer came, good to
// the time that it took. What other answers mean:
//
//	4xx                                      refused; ours: 401, 403
//	3xx                                      again: the URL has moved
//	408, 425, 429, 503, no connection        again: nothing was taken
//	other 5xx, silence after the last octet  unsure
//
// Leave is asked once the connection stands, before the first octet of the body:
// the other end has then seen the head of a request, with the webhook-id and a
// signature, and nothing of what is asked.
//
// Nothing can be asked about an unsure opener. The other end may say of itself
// that it has one (svartid.opened), and an answer says so too. Where neither comes
// the door was closed as we knocked, as long as other hosts answered us: what
// fails at the other end excuses no company.
//
// # In
//
// What comes in is proven by the scheme of the endpoint, and is
//
//	{"type": "svartid.reply", "timestamp": "2027-01-11T09:34:10Z",
//	 "data": {"attempt": "…", "occurred_at": "2027-01-11T09:34:07.250Z",
//	          "responder": "human|bot|acknowledgement|unknown",
//	          "external_id": "…", "text": "…"}}
//
// or svartid.opened with attempt and occurred_at alone. It is answered 200
// once it is durable. A reply's webhook-id is its key: it is kept once, however
// often and in whatever order it comes. Where the scheme has no id, the key is
// the external_id, else the digest of the body.
//
// The time of a reply is its occurred_at, by the other end's clock, like
// accepted_at. One that lies more than five minutes ahead of our clock, or
// before the opener left, is refused, with the reason. Without one the reply's
// time is when it came to us, which is an upper bound. Whatever the other end
// says is its claim: the engine believes it no further than our own looks allow.
//
// # Beats
//
// With beats: signed the other end says once a minute, signed as everything else,
//
//	{"type": "svartid.beat", "timestamp": "2027-01-11T09:35:00Z",
//	 "data": {"occurred_at": "2027-01-11T09:35:00Z", "attempts": ["…", "…"]}}
//
// All that was said before occurred_at, for the attempts it names, has been brought
// to us; without occurred_at, all that was said before the beat came. The list may be empty.
// The mark stands no later than the newest beat. An attempt that was taken and is
// not named the other end has lost: the company's clock runs on. A beat that names
// none of several companies', and five minutes without any, are a failure of the
// other end as a whole: a company's own, if it has that end for itself, else
// verdicts wait.
//
// # Silence
//
// Without beats all that is known is that our endpoint was there. It keeps no state. While the program is down the other end has to
// try again, and svartid assumes that it does so for the configured patience.
// If the endpoint was down for longer, that time is reported as a gap: attempts
// that were open in it are aborted, and no company is charged for it.
package webhook
