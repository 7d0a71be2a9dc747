package probes

import (
	"net/http"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

// A State says where an attempt's opener is.
type State string

// The states of an attempt's opener. Only AttemptPlanned may be sent.
const (
	AttemptPlanned State = "planned" // waits for its slot, is being made ready, or waits for another try
	AttemptSending State = "sending" // intended: it may be leaving now
	AttemptSent    State = "sent"
	AttemptUnsure  State = "unsure"  // may have left; to be settled by looking
	AttemptUnsent  State = "unsent"  // known not to have left, and over
	AttemptRefused State = "refused" // known not to have left: refused for good
	AttemptBroken  State = "broken"  // sent, but listening was lost for good
	AttemptPrompt  State = "prompt"  // a person has been asked to open, and has not said so
)

// An Attempt is one opener, and all that was heard because of it.
type Attempt struct {
	Number   int       `json:"number"` // 1, 2 …
	State    State     `json:"state"`
	Due      time.Time `json:"due"`
	Tries    int       `json:"tries,omitempty"`   // how often it was to be opened: intents, and failures before one
	Intended time.Time `json:"intended,omitzero"` // when it was about to leave; zero: it never got so far
	Intent   Intent    `json:"intent,omitzero"`
	Sent     time.Time `json:"sent,omitzero"` // when the channel's server took the opener
	Receipt  Sending   `json:"receipt,omitzero"`
	Failure  Failure   `json:"failure,omitzero"`
	Prompt   Prompting `json:"prompt,omitzero"`  // of an opener that a person sends
	Failed   time.Time `json:"failed,omitzero"`  // when listening was lost
	Seen     time.Time `json:"seen,omitzero"`    // when our own opener was where the answer would be
	Gap      bool      `json:"gap,omitempty"`    // listening was lost for a while, in which an answer may have come
	Knocked  time.Time `json:"knocked,omitzero"` // the first try that the company's side turned away
	Barred   time.Time `json:"barred,omitzero"`  // the last one
	Slowed   Slowing   `json:"slowed,omitzero"`  // of a door that wants us slower

	Corroborated bool `json:"corroborated,omitempty"` // we know ourselves why we were refused for policy
	Cut          bool `json:"cut,omitempty"`          // our own line or name server failed: others were not reached either

	Deadline time.Time `json:"deadline,omitzero"`
	Readings []Reply   `json:"readings,omitempty"` // by arrival, earliest first
}

// A Reply is what an attempt keeps of one arrival.
type Reply struct {
	At       time.Time    `json:"at"`
	Kind     reading.Kind `json:"kind"`
	Final    bool         `json:"final,omitempty"`
	Doubtful bool         `json:"doubtful,omitempty"`
	Status   string       `json:"status,omitempty"`
	Centre   string       `json:"centre,omitempty"`
	Arrival  string       `json:"arrival,omitempty"` // its key
	Language string       `json:"language,omitempty"`
	Prints   string       `json:"prints,omitempty"` // digest of the fingerprints of its lines
	// Probability is how likely Kind is right, as the reader has it; 0 where it says nothing of
	// it, or a person has said what it is.
	Probability float64     `json:"probability,omitempty"`
	Manual      bool        `json:"tapped,omitempty"` // known by a person's tap alone
	Self        bool        `json:"self,omitempty"`   // reported by the company itself
	Fault       fault.Fault `json:"fault,omitempty"`  // of a bounce
	// Submission is true of what our own submission server made.
	Submission bool `json:"submission,omitempty"`
	Taken      bool `json:"taken,omitempty"` // it says that the company's server took the opener
	// Offset is how far the clock that dated it was ahead of ours, taken out of At.
	Offset time.Duration `json:"offset,omitempty"`
	// Precision is how far At may be off.
	Precision time.Duration `json:"precision,omitempty"`
	// Human is true where the platform says that a person wrote it.
	Human bool `json:"human,omitempty"`
	// Discloses is true of a machine's that says of itself what it is (Regulation (EU) 2024/1689, article 50).
	Discloses bool `json:"discloses,omitempty"`
}

// discloses reports whether a reading is of a machine that says in its words what it is, besides what the
// platform says of it.
func discloses(j Classification) bool {
	return j.Kind == reading.Bot && slices.ContainsFunc(j.Because, func(r reading.Reason) bool { return r.Signal == "bot" && r.Weight > 0 })
}

// Person returns when a person of the company first wrote in the attempt, whether or not that dealt with the matter; false:
// none has. A person is whoever answers or sends elsewhere, and who the platform says is one, but for what is sent by itself.
func (a Attempt) Person() (at time.Time, ok bool) {
	for _, t := range a.Readings {
		wrote := t.Kind == reading.Answer || t.Kind == reading.Deflection || t.Human && t.Kind != reading.Bot && t.Kind != reading.Absence
		if wrote && !t.Self && (!ok || t.At.Before(at)) {
			at, ok = t.At, true
		}
	}
	return at, ok
}

// Decisive returns the first reply of the kind that says most of what became of the attempt: an
// answer, else a deflection, a bot, a confirmation, an absence, a bounce or whatever came; false if
// nothing did.
func (a Attempt) Decisive() (Reply, bool) {
	for _, kind := range reading.Kinds() {
		for _, t := range a.Readings {
			if t.Kind == kind {
				return t, true
			}
		}
	}
	return Reply{}, false
}

// Decisive returns the reply that says most of what became of the contact, and in
// which attempt: the first answer, else that of the last attempt to which anything
// came; false if nothing did.
func (c Contact) Decisive() (attempt int, decisive Reply, ok bool) {
	for _, a := range c.Attempts {
		t, came := a.Decisive()
		if !came || ok && decisive.Kind == reading.Answer {
			continue
		}
		attempt, decisive, ok = a.Number, t, true
	}
	return attempt, decisive, ok
}

// ManualOnly reports whether all that is known of the attempt's answer is what
// a person taps.
func (a Attempt) ManualOnly() bool { return a.Prompt.How != "" && !a.Prompt.Heard }

// Bothers reports whether the company has, or may have, heard of the attempt.
func (a Attempt) Bothers() bool {
	switch a.State {
	case AttemptSending, AttemptPrompt, AttemptSent, AttemptUnsure, AttemptBroken:
		return true
	}
	return false
}

// hear takes an arrival into the attempt. It may prove that the opener left, at
// the latest when it was intended.
func (a *Attempt) hear(e Event) {
	j := Payload[Classification](e)
	a.Readings = append(a.Readings, Reply{
		At: j.Times.Arrived, Kind: j.Kind, Final: j.Final,
		Doubtful: j.Doubtful, Probability: j.Probability, Status: j.Status, Centre: j.Centre, Arrival: j.Arrival,
		Language: j.Language, Prints: j.Prints,
		Manual: j.Reported != nil, Self: j.SelfReported, Precision: j.Times.Precision,
		Fault: j.Fault, Submission: j.Submission, Taken: j.Taken, Offset: j.Times.Offset,
		Human: j.Responder == channels.Human, Discloses: discloses(j),
	})
	if a.Sent.IsZero() && !a.Intended.IsZero() && !a.untraced() {
		a.leave(a.Intended)
	}
}

// reread takes in what an arrival of the attempt is in the light of what came later.
func (a *Attempt) reread(e Event) {
	j := Payload[Classification](e)
	for i, t := range a.Readings {
		if t.Arrival == j.Arrival && t.Arrival != "" && !t.Manual {
			t.Kind, t.Final, t.Doubtful, t.Status, t.Language, t.Fault = j.Kind, j.Final, j.Doubtful, j.Status, j.Language, j.Fault
			t.Probability, t.Discloses = j.Probability, discloses(j)
			a.Readings[i] = t
		}
	}
}

// corroborated takes in what we know ourselves of why the attempt failed.
func (a *Attempt) corroborated(by Corroboration) {
	if by.By == ByLine {
		a.Cut = true
		return
	}
	a.Corroborated = true
}

// A Slowing is how often in a row a door has wanted us slower (429), and since when. Its
// zero value is that it has not.
type Slowing struct {
	Times int       `json:"times,omitempty"`
	Since time.Time `json:"since,omitzero"` // when that try began
}

// RestsEnough is how often in a row a door may want us slower before we have shown that
// it is not our pace: we have rested twice, the second time for twice as long.
const RestsEnough = 2

// slowed takes in whether a failure is that a door wants us slower. Where that turns out
// not to be our pace, the customer has waited since it was first said.
func (a *Attempt) slowed(at time.Time) {
	if a.Failure.Step != channels.StepDoor || a.Failure.Code != http.StatusTooManyRequests {
		a.Slowed = Slowing{}
		return
	}
	if a.Slowed.Times++; a.Slowed.Times == 1 {
		a.Slowed.Since = a.tryBegan(at)
	}
	if a.Failure.Fault == fault.Theirs && (a.Knocked.IsZero() || a.Slowed.Since.Before(a.Knocked)) {
		a.Knocked = a.Slowed.Since
	}
}

// tryBegan returns when the try began that failed at an instant.
func (a *Attempt) tryBegan(at time.Time) time.Time {
	if a.State == AttemptSending && a.Intended.Before(at) {
		return a.Intended
	}
	return at
}

// turned takes in that the company's side turned the opener away. The customer
// has waited since the try began.
func (a *Attempt) turned(at time.Time) {
	if a.Knocked.IsZero() {
		a.Knocked = a.tryBegan(at)
	}
	a.Barred = calendar.Later(a.Barred, at)
}

// untraced reports whether only a trace of our own (a copy, a transcript, a
// receipt) can say that the opener left. An answer must not, although it could:
// an opener that is unsure and has no trace is void and asked anew, and if an
// answer kept it from that, only those who are silent would be asked again. One
// that failed at the company's own door is neither void nor asked anew, and there
// an answer counts.
func (a *Attempt) untraced() bool {
	over := a.State == AttemptUnsure || a.State == AttemptUnsent
	return (a.State == AttemptSending || over && !a.Failure.Fault.Turns()) && a.Prompt.How == ""
}

// copied takes in our own opener as the channel shows it. It proves that an unsure
// opener left, and its time replaces that of a person's report.
// If it came before it was sent, the channel's clock is not ours: then it is
// the time to count from, because answers come by that clock.
func (a *Attempt) copied(e Event) {
	const tolerance = 2 * time.Second
	if a.Seen.IsZero() || e.At.Before(a.Seen) {
		a.Seen = e.At
	}
	switch {
	case a.Sent.IsZero() || a.Receipt.Reported != nil:
		a.leave(calendar.Later(e.At, a.Intended))
		a.Receipt = Payload[Sending](e)
	case e.At.Before(a.Sent.Add(-tolerance)):
		a.leave(e.At)
	case a.refines(e):
		a.leave(calendar.Later(e.At, a.Intended))
		a.Receipt.Precision = Payload[Sending](e).Precision
	}
}

// refines reports whether our own opener, as the channel shows it, says more exactly when
// it left than its receipt does, and does not contradict it.
func (a *Attempt) refines(copied Event) bool {
	shown, known := Payload[Sending](copied), a.Receipt.Precision
	return shown.Dated && shown.Precision < known && copied.At.Sub(a.Sent).Abs() <= known+shown.Precision
}

// leave takes it that the opener left at an instant, as an arrival proves.
func (a *Attempt) leave(at time.Time) {
	a.Sent = at
	if a.State != AttemptBroken {
		a.State = AttemptSent
	}
}

// deflected reports whether the customer was sent elsewhere in time.
func (a Attempt) deflected() bool {
	return slices.ContainsFunc(a.Readings, func(t Reply) bool {
		return t.Kind == reading.Deflection && !t.At.After(a.Deadline)
	})
}

// Began returns when the customer began to wait: when the opener left or, if
// the company's side had turned it away before, when it first did; zero if
// neither has been.
func (a Attempt) Began() time.Time {
	if a.Knocked.IsZero() {
		return a.Sent
	}
	return a.Knocked
}

// Start returns when the customer began to wait or, as long as that has not
// been, when the opener is due.
func (a Attempt) Start() time.Time {
	if began := a.Began(); !began.IsZero() {
		return began
	}
	return a.Due
}

// KnownAs reports whether a name is one of those by which an arrival may point
// at the attempt.
func (a Attempt) KnownAs(name string) bool {
	ours := func(own string) bool { return message.Same(own, name) }
	return name != "" && (slices.ContainsFunc([]string{a.Intent.Address, a.Intent.ID, a.Intent.Token}, ours) || a.Receipt.Gave(name))
}
