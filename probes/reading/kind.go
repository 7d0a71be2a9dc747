package reading

// A Kind is what an arrival turned out to be.
type Kind string

// The kinds of arrival.
const (
	// Answer is a person who dealt with the matter, or asked the customer about it.
	Answer Kind = "answer"
	// Deflection only sends the customer elsewhere: to the phone, a page, a log-in.
	Deflection Kind = "deflection"
	// Bot is a machine that converses and says so.
	Bot Kind = "bot"
	// Acknowledgement says no more than that the message was received.
	Acknowledgement Kind = "acknowledgement"
	// Absence is an out-of-office, of a person or of a whole desk.
	Absence Kind = "absence"
	// Bounce is a final failure of delivery.
	Bounce Kind = "bounce"
	// Delay is a notice that delivery is still being tried.
	Delay Kind = "delay"
	// Other is none of these: receipts, abuse reports, surveys, newsletters.
	Other Kind = "other"
)

// Kinds returns every kind, in the order in which tables print them.
func Kinds() []Kind {
	return []Kind{Answer, Deflection, Bot, Acknowledgement, Absence, Bounce, Delay, Other}
}

// A Reading is the judgement of an arrival.
type Reading struct {
	Kind Kind `json:"kind"`
	// Permanent is true of a bounce when trying the same address again cannot help.
	Permanent bool `json:"permanent"`
	// Status is the enhanced status code (RFC 3463) of a bounce or delay, or empty.
	Status string `json:"status,omitempty"`
	// Doubtful marks a best guess, which a person should look at.
	Doubtful bool `json:"doubtful"`
	// Probability is how likely it is that Kind is right, from 0 to 1: of the letters that are read
	// with a probability, that share is what they were read as.
	Probability float64 `json:"probability"`
	// Language is nb, nn, da, sv, fi or en, or empty when too little was written or it is another.
	Language string `json:"language"`
	// Text is what the sender wrote, without quote and signature.
	Text string `json:"text"`
	// Because holds each signal that counted, strongest first.
	Because []Reason `json:"because"`
	// Delivery is what a bounce tells of the recipient that it gave up.
	Delivery Delivery `json:"-"`
}

// A Delivery is what a report on delivery says of a recipient. It holds the
// words of servers, who name people: it is not to be kept.
type Delivery struct {
	// Said is what the server said that would not take the message: the
	// diagnostics of RFC 3464 section 2.3.6, or empty.
	Said string
	// Text is what the report tells people, without the message that it returns.
	Text string
	// Remote is true if the report names another server than its maker (Remote-MTA).
	Remote bool
	// Taken is true if the report says that the message was delivered or, by the server
	// that it names, taken. Of such a report there is nothing else here but Recipients.
	Taken bool
	// Recipients are the addresses that the report is about, in lower case.
	Recipients []string
}

// written reports whether a reading says that the customer was answered, by a person it seems.
func (r Reading) written() bool { return r.Kind == Answer || r.Kind == Deflection }

// doubt makes a reading a best guess, and says why.
func (r *Reading) doubt(signal, saw string) {
	r.Doubtful = true
	r.Because = append(r.Because, Reason{signal, 0, saw})
}

// A Reason is one signal that counted towards a reading.
type Reason struct {
	// Signal names the rule.
	Signal string `json:"signal"`
	// Weight is how much it counted; negative where it spoke against the kind that was chosen.
	Weight int `json:"weight"`
	// Saw holds the words or the header that the rule met.
	Saw string `json:"saw"`
}
