package model

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Readers is all that was learnt beside the n-grams, and how sure is sure.
type Readers struct {
	// Version is raised when the tables are learnt in another way.
	Version int `json:"version"`
	// Letters and Sentences say how many it was learnt from.
	Letters   int `json:"letters"`
	Sentences int `json:"sentences"`
	// Temperature divides the log odds of Both, so that of the letters that are held to be of a kind
	// with a probability, that share is.
	Temperature float64 `json:"temperature"`
	// Limits say from which probability a reading is sure.
	Limits
	// First reads the named signals, Second the n-grams of the sentences, Both reads both.
	First  *Regression `json:"first"`
	Second *Regression `json:"second"`
	Both   *Regression `json:"both"`
}

// Limits are the probabilities from which a reading is sure. That a letter is an answer takes more: nearly all that was
// surely misread was read as one.
type Limits struct {
	// Sure is that of any kind but an answer, and Agreed that where Second says the same and First does not
	// hold it to be of another kind with Against or more.
	Sure    float64 `json:"sure"`
	Agreed  float64 `json:"agreed"`
	Against float64 `json:"against"`
	// SureAnswer and AgreedAnswer are the same of an answer.
	SureAnswer   float64 `json:"sureAnswer"`
	AgreedAnswer float64 `json:"agreedAnswer"`
}

// A Vote is what the readers say of the kind that Both holds a letter to be of.
type Vote struct {
	// Answer is true of a letter that is held to be an answer.
	Answer bool
	// P is how likely Both holds it to be.
	P float64
	// Agrees is true where Second says the same.
	Agrees bool
	// Against is how likely First holds another kind to be, where it says another; 0 where it
	// says the same.
	Against float64
}

// Certain reports whether a reading is sure. Measured on letters of four makers that nothing had been learnt from, the
// agreement of the other two readers no longer tells more than the probability does, so that the limits in use do not
// ask for it; tables may.
func (l Limits) Certain(v Vote) bool {
	sure, agreed := l.Sure, l.Agreed
	if v.Answer {
		sure, agreed = l.SureAnswer, l.AgreedAnswer
	}
	return v.P >= sure || v.P >= agreed && v.Agrees && v.Against < l.Against
}

// magic begins the table of n-grams.
const magic = "svartid n-grams 1\n"

// ngramHead stands before the weights.
type ngramHead struct {
	Bits    int       `json:"bits"`
	Classes []string  `json:"classes"`
	Scale   float64   `json:"scale"`
	Bias    []float64 `json:"bias"`
}

// Encode writes n as a table.
func (n *Ngrams) Encode() ([]byte, error) {
	head, err := json.Marshal(ngramHead{Bits, n.Classes, n.Scale, n.Bias})
	if err != nil {
		return nil, fmt.Errorf("encode the head of the n-grams: %w", err)
	}
	return slices.Concat([]byte(magic), head, []byte("\n"), []byte(n.Weights)), nil
}

// DecodeNgrams reads what Encode wrote. The weights stay where they lie in the table.
func DecodeNgrams(table string) (*Ngrams, error) {
	rest, ok := strings.CutPrefix(table, magic)
	if !ok {
		return nil, fmt.Errorf("no table of n-grams")
	}
	line, weights, _ := strings.Cut(rest, "\n")
	var head ngramHead
	if err := json.Unmarshal([]byte(line), &head); err != nil {
		return nil, fmt.Errorf("decode the head of the n-grams: %w", err)
	}
	if head.Bits != Bits || len(weights) != len(head.Classes)<<Bits || len(head.Bias) != len(head.Classes) {
		return nil, fmt.Errorf("the table of n-grams has %d weights of %d bits", len(weights), head.Bits)
	}
	return &Ngrams{Classes: head.Classes, Scale: head.Scale, Bias: head.Bias, Weights: weights}, nil
}

// Encode writes r as JSON that is the same for the same readers.
func (r *Readers) Encode() ([]byte, error) {
	out, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode readers: %w", err)
	}
	return append(out, '\n'), nil
}

// DecodeReaders reads what Encode wrote.
func DecodeReaders(table []byte) (*Readers, error) {
	r := &Readers{}
	if err := json.Unmarshal(table, r); err != nil {
		return nil, fmt.Errorf("decode readers: %w", err)
	}
	for _, reader := range []*Regression{r.First, r.Second, r.Both} {
		if reader == nil || len(reader.Weights) != len(reader.Classes) || len(reader.Bias) != len(reader.Classes) {
			return nil, fmt.Errorf("a reader is missing or has no weights")
		}
		for _, row := range reader.Weights {
			if len(row) != len(reader.Features) {
				return nil, fmt.Errorf("a reader has %d weights for %d signals", len(row), len(reader.Features))
			}
		}
		reader.index()
	}
	return r, nil
}
