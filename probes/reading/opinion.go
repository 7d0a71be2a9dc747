package reading

import (
	"crypto/sha256"
	_ "embed" // of the tables
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/svartid/svartid/probes/reading/internal/model"
	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// ngramTable is read where it lies: its pages are the program's file, and no memory of their own.
//
//go:embed learnt/ngrams.bin
var ngramTable string

//go:embed learnt/readers.json
var readersTable string

// learntTables are what the readers have learnt.
type learntTables struct {
	ngrams  *model.Ngrams
	readers *model.Readers
}

// learnt loads the tables once. A fault in them is a fault of the program.
//
//nolint:gochecknoglobals // it is set once and never changes
var learnt = sync.OnceValue(func() learntTables {
	ngrams, err := model.DecodeNgrams(ngramTable)
	if err != nil {
		panic(err)
	}
	readers, err := model.DecodeReaders([]byte(readersTable))
	if err != nil {
		panic(err)
	}
	return learntTables{ngrams, readers}
})

// An opinion is what the readers hold a letter to be.
type opinion struct {
	kind          Kind
	probabilities map[Kind]float64
	first, second Kind
	doubts        float64 // how likely second holds its kind to be
	sure          bool    // whether the probability is high enough, and a reader agrees
	matter        bool    // whether a sentence reads like an answer by itself
	because       []Reason
}

// consult asks the readers of named signals and of n-grams, and the one that knows both.
func consult(o Observation) opinion {
	t := learnt()
	told := t.ngrams.Telling(o.Sentences, o.Beside)
	all := maps.Clone(o.Signals)
	maps.Copy(all, told)
	first, pFirst := likeliest(t.readers.First, shares(t.readers.First, o.Signals, 1))
	second, pSecond := likeliest(t.readers.Second, shares(t.readers.Second, told, 1))
	both := shares(t.readers.Both, all, t.readers.Temperature)
	kind, p := likeliest(t.readers.Both, both)
	vote := model.Vote{Answer: kind == Answer, P: p, Agrees: second == kind}
	if first != kind {
		vote.Against = pFirst
	}
	return opinion{
		kind: kind, probabilities: probabilities(t.readers.Both, both), first: first, second: second,
		doubts: pSecond,
		sure:   t.readers.Certain(vote),
		matter: told["most "+string(Answer)] > matterOdds || first == Answer && second == Answer && kind == Answer && p >= agreedOdds,
		because: []Reason{
			{"the reader of signals", 0, fmt.Sprintf("%s, %.2f", first, pFirst)},
			{"the reader of sentences", 0, fmt.Sprintf("%s, %.2f", second, pSecond)},
		},
	}
}

// matterOdds is how much must speak for an answer in one sentence, against one that says nothing,
// so that it deals with the matter: log odds of two, in the units of [model.Ngrams.Telling].
const matterOdds = 2.0 / 3

// agreedOdds is how likely an answer must be of which all readers say that it is one, so that it deals with the
// matter, whatever its words.
const agreedOdds = 0.90

// awayWeight is how much must say that somebody is away so that an answer is sure only where the reader of sentences
// says so, too.
const awayWeight = 5

// strangeOdds is how likely a kind must be to be sure in a short text of which hardly any word is known: a few words
// tell little of the language that they are of.
const strangeOdds = 0.97

// likeliest returns the kind to which a reader gives the greatest share, and that.
func likeliest(r *model.Regression, shares []float64) (best Kind, p float64) {
	for i, q := range shares {
		if q > p {
			best, p = Kind(r.Classes[i]), q
		}
	}
	return best, p
}

// probabilities returns how likely a reader holds each kind to be.
func probabilities(r *model.Regression, shares []float64) map[Kind]float64 {
	all := make(map[Kind]float64, len(shares))
	for i, q := range shares {
		all[Kind(r.Classes[i])] = math.Round(q*1e4) / 1e4
	}
	return all
}

// shares returns the probabilities of a reader's classes.
func shares(r *model.Regression, signals map[string]float64, temperature float64) []float64 {
	scores := r.Scores(signals)
	for i := range scores {
		scores[i] /= temperature
	}
	return model.Softmax(scores)
}

// disputes reports whether the reader of sentences is all but certain that a chat line is of another
// kind than the rules say.
func (o opinion) disputes(kind Kind) bool { return o.second != kind && o.doubts >= 0.9 }

// leaning is the probability below which the readers do not know, so that the rules have the better
// guess.
const leaning = 0.57

// weighOpinion turns what the readers hold into a verdict. An answer is sure only with something of
// the matter in it; nothing is in a language that is not known, or where the words came sooner than
// people write them, or came before.
func (e *evidence) weighOpinion(o opinion) verdict {
	v := verdict{o.kind, 0}
	known := o.probabilities[o.kind] >= leaning && e.runes > 0
	if o.kind == Bot && e.sum(discloses) <= 0 && !e.machines {
		known = false // it names no machine, however much it reads like one
	}
	if !known {
		v.kind = e.guess()
	}
	if known && o.sure {
		v.margin = 2
	}
	if kind := e.insists(v.kind); kind != v.kind {
		return verdict{kind, 0}
	}
	if e.neverSure(o) {
		v.margin = 0
	}
	return v
}

// insists returns what a letter is by what it says of itself, whatever the readers hold: that a machine made it, that the
// answers stand between the lines that it quotes, or that somebody is away and answers all the same.
func (e *evidence) insists(kind Kind) Kind {
	switch {
	case e.made:
		return Bot
	case e.below, kind == Absence && e.met("is away and goes on") > 0 && e.judge().kind == Answer:
		return Answer
	}
	return kind
}

// answersBelow reports whether a letter says no more than that its answers stand in or below what it quotes: "Se svar i
// rødt under."
func answersBelow(l message.Letter) bool {
	list := lexicon.Words(l.Own)
	if !l.Quoted || len(list) > longestPointer {
		return false
	}
	speaks, points := false, false
	for _, w := range list {
		switch w.Folded {
		case "svar", "svara", "svaret", "svarene", "svaren", "svarar", "answer", "answers", "replies", "comments", "kommentarer", "vastaus", "vastaukset", "vastaukseni":
			speaks = true
		case "under", "nedenfor", "nedan", "herunder", "inline", "below", "rodt", "rott", "raudt", "red", "blatt", "blue", "punaisella", "alla", "teksten", "texten":
			points = true
		}
	}
	return speaks && points
}

// longestPointer is how many words such a letter has at most.
const longestPointer = 12

// guess is the rules' best guess where the readers do not know: what has the words of mail about something else is
// hardly an answer, and what has none at all is none.
func (e *evidence) guess() Kind {
	kind := e.judge().kind
	if kind == Answer && (e.sum(unconcerns) >= 5 || !e.written) {
		return Other
	}
	return kind
}

// neverSure reports whether a person has to look, however sure the readers are. A newsletter sends its readers
// elsewhere, too.
func (e *evidence) neverSure(o opinion) bool {
	if o.kind == Answer && e.unsureAnswer(o) || o.kind == Deflection && e.sum(unconcerns) >= 5 {
		return true
	}
	if o.kind == Absence && e.met("subject-automatic") > 0 && e.sum(absent) == 0 && !e.ofMyself() {
		return true // a desk that says when it reads its mail has the same subject
	}
	plain := e.runes < shortestTyped && o.probabilities[o.kind] >= strangeOdds
	return e.foreign && o.kind != Absence && !plain
}

// ofMyself reports whether anybody says "I" in a letter.
func (e *evidence) ofMyself() bool {
	return slices.ContainsFunc(e.body.words, func(w lexicon.Word) bool {
		return slices.Contains(lexicon.Default().Roles[w.Folded], "self")
	})
}

// unsureAnswer reports whether an answer came too soon, holds nothing of the matter, or may be something else.
func (e *evidence) unsureAnswer(o opinion) bool {
	return e.hasty() || !e.matter() && !o.matter || e.otherwise() || e.sum(absent) >= awayWeight && o.second != Answer
}

// otherwise reports whether the words of a machine that discloses itself, or of mail about something
// else, were met: what the readers then hold to be an answer may be one, and a person decides.
func (e *evidence) otherwise() bool { return e.sum(discloses) >= 6 || e.sum(unconcerns) >= 5 }

// hasty reports whether how soon a letter came, and how often the same words came before, speak
// louder than what is in it.
func (e *evidence) hasty() bool {
	soon := e.met("sooner than people write") + e.met("the same voice before")
	return e.met(quickerThanTyped) > 0 || soon >= 3 && e.people()-e.sum(receipt)-e.sum(machine) < 2
}

// Digest names the rules and tables that readings follow from: equal mail is read alike under equal
// digests.
func Digest() string {
	h := sha256.New()
	add := func(name, text string) {
		fmt.Fprintln(h, name, len(text))
		_, _ = io.WriteString(h, text) // a digest is always written to
	}
	err := fs.WalkDir(lexicon.Sources(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(lexicon.Sources(), name)
		add(name, string(raw))
		return err
	})
	if err != nil {
		panic(err) // they are part of the program
	}
	add("learnt/ngrams.bin", ngramTable)
	add("learnt/readers.json", readersTable)
	return hex.EncodeToString(h.Sum(nil))
}
