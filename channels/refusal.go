package channels

import "fmt"

// A Step says where in the handing over of an opener a no was said, and by that
// who said it. Its zero value does not say.
type Step string

// The steps. Up to StepData it is our own submission server that speaks, for
// itself or of what it heard from the company's.
const (
	StepGreet  Step = "greet"  // before we have said who we are
	StepAuth   Step = "auth"   // to our name and password
	StepMail   Step = "mail"   // to the sender's address
	StepRcpt   Step = "rcpt"   // to the company's address
	StepCopy   Step = "copy"   // to the address of our own copy
	StepData   Step = "data"   // to the message itself
	StepReport Step = "report" // in a report on delivery, which tells of the company's side
	StepDoor   Step = "door"   // at the company's own server or page
)

// A Sign is what the company's server or page shows beside the status of its
// answer. Its zero value says nothing.
type Sign string

// The signs.
const (
	SignMissing     Sign = "missing"     // the inbox, room, user or page that was given does not exist
	SignOffline     Sign = "offline"     // a form in place of the chat, or no agent on duty
	SignClosed      Sign = "closed"      // the company admits no visitor, or has switched the inbox off
	SignUnreachable Sign = "unreachable" // no answer from the company's host, while other hosts answer
	SignBlind       Sign = "blind"       // no answer from any host: it is our own line that is down
	SignFlow        Sign = "flow"        // the way through the page has changed
	SignPuzzle      Sign = "puzzle"      // a CAPTCHA, or another proof that we are no machine
	SignKey         Sign = "key"         // the key that was shown is not accepted, whatever the status
)

// StatusFlow is the status of a refusal of [SignFlow], by which it is known in the ledger.
const StatusFlow = string(SignFlow)

// A Key says whose credential the request bore. Its zero value is none.
type Key string

// The keys.
const (
	KeyOurs  Key = "ours"  // of an account of our own
	KeyGiven Key = "given" // which the company gave us
)

// A Relay is what a report on delivery tells of a server of our own on the way to the
// company's, such as a smarthost. Its zero value is that it names none.
type Relay string

// What a relay did.
const (
	RelaySpoke Relay = "spoke" // it said no, for itself or for the company's side
	RelayLost  Relay = "lost"  // it was not reached
)

// A Refusal is a server's no, with all that tells whose fault it is. It wraps
// ErrRefused.
type Refusal struct {
	Step   Step
	Code   int    // of the reply, such as 550; 0 when the platform has none
	Status string // enhanced status code (RFC 3463), such as 5.7.1, or a platform's own word; may be empty
	Text   string // the server's words
	// Remote is true of a report that names another server than its maker as the
	// one that spoke (Remote-MTA of RFC 3464).
	Remote bool
	Relay  Relay // what a report tells of a server of ours between its maker and the company's
	Sign   Sign  // what the company's server or page shows
	Key    Key   // the credential of a request that was answered 401 or 403
	Worked bool  // that key, or this server without one, has let us in before
	// Rested is true of a door that wants us slower (429) although we have rested as
	// often as shows that it is not our pace, and that no unrelated door wants the same.
	Rested bool
	// Ours is true where the fault is on our side whatever was said: an opener
	// that is not prepared, our settings.
	Ours bool
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("refused: %d %s %s", r.Code, r.Status, r.Text)
}

// Unwrap makes errors.Is(r, ErrRefused) hold.
func (r *Refusal) Unwrap() error { return ErrRefused }

// A Deferral is a server's no that may pass: nothing has left, and a later try
// may do. It wraps Err, and never ErrRefused.
type Deferral struct {
	No  Refusal
	Err error
}

func (d *Deferral) Error() string { return d.Err.Error() }

// Unwrap returns the error as the channel met it.
func (d *Deferral) Unwrap() error { return d.Err }
