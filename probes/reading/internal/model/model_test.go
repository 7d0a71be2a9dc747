package model

import (
	"bytes"
	"math"
	"runtime"
	"slices"
	"testing"
)

// tiny returns a reader that knows one word of each class.
func tiny() *Ngrams {
	n := &Ngrams{Classes: []string{"answer", "other", "filler"}, Scale: 0.5, Bias: []float64{0, 0, 0.1}}
	weights := make([]byte, 3<<Bits)
	for class, word := range []string{"price", "survey", "hello"} {
		for _, f := range Sentence([]string{word}, nil) {
			weights[int(f)*3+class] = 40
		}
	}
	n.Weights = string(weights)
	return n
}

func TestSentence(t *testing.T) {
	a := Sentence([]string{"costs", "349"}, nil)
	if b := Sentence([]string{"costs", "12"}, nil); !slices.Equal(a, b) {
		t.Error("other digits are other features")
	}
	if b := Sentence([]string{"costs", "lots"}, nil); slices.Equal(a, b) {
		t.Error("other words are the same features")
	}
	if b := Sentence([]string{"costs", "349"}, map[string]bool{"number": true, "unit": true}); len(b) != len(a)+6 {
		t.Errorf("a shape of two adds %d features, want 6", len(b)-len(a))
	}
}

func TestTelling(t *testing.T) {
	n := tiny()
	told := n.Telling([]Example{Sentence([]string{"hello"}, nil), Sentence([]string{"price"}, nil)}, nil)
	if told["most answer"] <= told["most other"] || told["first answer"] < 0.5 || told["mean answer"] <= told["mean other"] {
		t.Errorf("got %v", told)
	}
	if told = n.Telling(nil, nil); len(told) != 0 {
		t.Errorf("of nothing: got %v", told)
	}
}

func TestSoftmax(t *testing.T) {
	p := Softmax([]float64{1000, 999, -1000})
	if sum := p[0] + p[1] + p[2]; math.Abs(sum-1) > 1e-12 || p[0] < 0.7 {
		t.Errorf("got %v", p)
	}
}

func TestTables(t *testing.T) {
	n := tiny()
	table, err := n.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := DecodeNgrams(string(table))
	if err != nil || back.Weights != n.Weights || back.Scale != n.Scale {
		t.Fatalf("got %v back", err)
	}
	for _, broken := range [][]byte{nil, table[:len(table)-1], bytes.Replace(table, []byte(`"bits":18`), []byte(`"bits":12`), 1), []byte(magic + "{\n")} {
		if _, err := DecodeNgrams(string(broken)); err == nil {
			t.Error("a broken table is read")
		}
	}
	r := &Regression{Classes: []string{"a"}, Features: []string{"f"}, Bias: []float64{1}, Weights: [][]float64{{2}}}
	readers := &Readers{Version: 1, Temperature: 1, First: r, Second: r, Both: r}
	if table, err = readers.Encode(); err != nil {
		t.Fatal(err)
	}
	got, err := DecodeReaders(table)
	if err != nil || got.Both.Scores(map[string]float64{"f": 3, "unknown": 9})[0] != 7 {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, broken := range []string{"", "{}", `{"first":{"classes":["a"],"bias":[1],"features":["f"],"weights":[[]]}}`} {
		if _, err := DecodeReaders([]byte(broken)); err == nil {
			t.Errorf("%q is read", broken)
		}
	}
}

// TestDecodeNgramsInPlace: the weights are not copied.
func TestDecodeNgramsInPlace(t *testing.T) {
	table, err := tiny().Encode()
	if err != nil {
		t.Fatal(err)
	}
	text := string(table)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := DecodeNgrams(text); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	held := after.TotalAlloc - before.TotalAlloc
	if held > 10_000 {
		t.Errorf("took %d bytes for a table of %d", held, len(text))
	}
}
