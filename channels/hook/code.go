package hook

import "net/http"

// A Code says in one word what became of a request, or of one event in it. It
// is an error where something is refused, and a label of metrics.
type Code string

// What becomes of a request. Each is counted once.
const (
	Kept         Code = "ok"            // durable, and answered 200
	BadSignature Code = "bad_signature" // not by whom it should be
	Stale        Code = "stale"         // well signed, at another time than ours
	NoSecret     Code = "no_secret"     // we have nothing to verify it with
	BadMethod    Code = "bad_method"
	BadChallenge Code = "bad_challenge" // asks to be confirmed, and does not know our word
	TooLarge     Code = "too_large"
	TooSlow      Code = "too_slow"
	CutShort     Code = "cut_short" // the body ended before its end
	Malformed    Code = "malformed"
	NotListening Code = "not_listening"
	NotKept      Code = "not_kept" // the ledger did not take it
)

// What becomes of an event in a request that was kept, or of a request that
// is one event. What is ignored was looked at no further, and is stored
// nowhere.
const (
	UnknownEvent Code = "unknown_event"
	UnknownPlace Code = "unknown_place" // such as a page that is none of ours
	Stranger     Code = "stranger"      // between the company and a user who is none of our personas
	BeforeOpener Code = "before_opener" // an answer to what had not been asked
	ClockSkew    Code = "clock_skew"    // says that it happened when it cannot have
)

// codes is what each code is answered with, and how it is explained. What
// outsiders can bring about is answered alike, so that they do not learn
// which endpoints there are.
func codes() map[Code]struct {
	status int
	text   string
} {
	const same = http.StatusForbidden
	return map[Code]struct {
		status int
		text   string
	}{
		Kept:         {http.StatusOK, "kept"},
		BadSignature: {same, "the signature is not that of a live secret over this body"},
		Stale:        {same, "the signature is good and its time is not ours: a replay, or a clock that is wrong"},
		NoSecret:     {same, "no endpoint, or one whose secret cannot be read"},
		BadMethod:    {same, "only POST brings anything"},
		BadChallenge: {same, "the verify token is not the configured one"},
		TooLarge:     {http.StatusRequestEntityTooLarge, "the body is larger than an endpoint takes"},
		TooSlow:      {http.StatusRequestTimeout, "the body did not come in time"},
		CutShort:     {http.StatusBadRequest, "the body ended before its end"},
		Malformed:    {http.StatusBadRequest, "the body is not of the documented shape"},
		NotListening: {http.StatusServiceUnavailable, "not listening just now: send it again"},
		NotKept:      {http.StatusServiceUnavailable, "it could not be made durable: send it again"},
		UnknownEvent: {http.StatusUnprocessableEntity, "an event of a kind that was not asked for"},
		UnknownPlace: {http.StatusUnprocessableEntity, "an event of a place that is none of the configured"},
		Stranger:     {http.StatusUnprocessableEntity, "an event that concerns none of our personas"},
		BeforeOpener: {http.StatusUnprocessableEntity, "an answer that says to be older than its question"},
		ClockSkew:    {http.StatusUnprocessableEntity, "an event that says to come from the future"},
	}
}

// Error explains the code in a sentence without its end.
func (c Code) Error() string {
	if known, ok := codes()[c]; ok {
		return known.text
	}
	return "unknown code"
}

// Status returns the HTTP status that a request refused for c is answered with.
func (c Code) Status() int {
	if known, ok := codes()[c]; ok {
		return known.status
	}
	return http.StatusServiceUnavailable
}

// Open reports whether c may be told to who asks: it was brought about by one
// who holds the secret, or is the same for every sender.
func (c Code) Open() bool { return c.Status() != http.StatusForbidden }

// Codes returns every code, for those who count them from the start.
func Codes() []Code {
	return []Code{
		Kept, BadSignature, Stale, NoSecret, BadMethod, BadChallenge, TooLarge, TooSlow, CutShort, Malformed,
		NotListening, NotKept, UnknownEvent, UnknownPlace, Stranger, BeforeOpener, ClockSkew,
	}
}
