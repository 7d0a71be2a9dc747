package review_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/review"
)

// papers hold no evidence: what was detached is erased.
type papers struct{}

func (papers) Evidence(context.Context, string) ([]byte, error) { return nil, probes.ErrNoEvidence }

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func heard(arrival string, kind reading.Kind, p float64) probes.Event {
	return probes.NewEvent(probes.Heard, 1, monday, probes.Classification{
		Arrival: arrival, Kind: kind, Probability: p, Doubtful: p < 0.9, Times: channels.Times{Arrived: monday},
	})
}

func said(seq int, arrival string, kind reading.Kind, by string) probes.Event {
	e := probes.NewEvent(probes.Amended, 0, monday, probes.Amendment{Arrival: arrival, Kind: kind, Reason: "read", By: by})
	e.Seq = seq
	return e
}

// TestLetters: of each letter the latest reading counts, and of each person the
// first word.
func TestLetters(t *testing.T) {
	again := heard("a", reading.Acknowledgement, 0.97)
	again.Kind = probes.Reread
	tapped := probes.NewEvent(probes.Heard, 1, monday, probes.Classification{Kind: reading.Answer, Reported: &probes.Reported{}})
	linked := probes.NewEvent(probes.Heard, 1, monday, probes.Classification{Arrival: "l", Kind: reading.Answer, Rule: probes.RulePerson})
	story := []probes.Event{
		heard("a", reading.Answer, 0.7), heard("b", reading.Bounce, 0.99), heard("c", reading.Bot, 0.99), tapped, linked, again,
		said(7, "a", reading.Answer, "kari"), said(8, "a", reading.Bot, "ola"), said(9, "a", reading.Other, "kari"), said(10, "b", reading.Other, "kari"),
	}
	got, err := review.Letters(t.Context(), papers{}, probes.Contact{ID: "k", Plan: probes.Plan{Company: "kraft", Class: "power"}}, story)
	if err != nil || len(got) != 2 {
		t.Fatalf("got %+v, %v; want two letters", got, err)
	}
	a := got[0]
	if a.Arrival != "a" || a.Read != reading.Acknowledgement || a.Doubtful || a.Company != "kraft" || a.Attempt != 1 {
		t.Errorf("got %+v, want it read again", a)
	}
	if want := "[{kari answer} {ola bot}]"; fmt.Sprint(a.Said) != want {
		t.Errorf("got %v, want %s", a.Said, want)
	}
	if !a.SaidBy("ola") || a.SaidBy("per") || got[1].Arrival != "c" || len(got[1].Said) != 0 {
		t.Errorf("got %+v", got)
	}
}

// TestErasedPeople: whose name was erased is taken for another person each time,
// and what was said stays.
func TestErasedPeople(t *testing.T) {
	var story []probes.Event
	for _, e := range []probes.Event{heard("a", reading.Answer, 0.7), said(2, "a", reading.Answer, "kari"), said(3, "a", reading.Answer, "kari")} {
		bare, _, err := probes.Detach(e, func() string { return "salt" })
		if err != nil {
			t.Fatal(err)
		}
		bare.Seq = e.Seq
		story = append(story, bare)
	}
	got, err := review.Letters(t.Context(), papers{}, probes.Contact{}, story)
	if err != nil || len(got) != 1 || len(got[0].Said) != 2 {
		t.Errorf("got %+v, %v; want two words on one letter", got, err)
	}
}

// TestDrawn: a sample has its share, is the same each time, and is in a larger one.
func TestDrawn(t *testing.T) {
	const many = 20_000
	drawn := 0
	for i := range many {
		name := fmt.Sprint("letter ", i)
		small, large := review.Drawn("seed", name, 0.03), review.Drawn("seed", name, 0.1)
		if small && !large || small != review.Drawn("seed", name, 0.03) {
			t.Fatalf("%s: drawn %v of 3 %%, %v of 10 %%", name, small, large)
		}
		if small {
			drawn++
		}
		if review.Drawn("seed", name, 0) || !review.Drawn("seed", name, 1) {
			t.Fatalf("%s is drawn of nothing, or not of all", name)
		}
	}
	if share := float64(drawn) / many; math.Abs(share-0.03) > 0.005 {
		t.Errorf("got a share of %v, want 0.03", share)
	}
	if review.Drawn("seed", "letter 1", 0.5) == review.Drawn("other", "letter 1", 0.5) &&
		review.Drawn("seed", "letter 2", 0.5) == review.Drawn("other", "letter 2", 0.5) &&
		review.Drawn("seed", "letter 3", 0.5) == review.Drawn("other", "letter 3", 0.5) &&
		review.Drawn("seed", "letter 5", 0.5) == review.Drawn("other", "letter 5", 0.5) &&
		review.Drawn("seed", "letter 6", 0.5) == review.Drawn("other", "letter 6", 0.5) {
		t.Error("another seed draws the same")
	}
}

// TestFigures: only drawn letters say how often the reader is wrong where it is
// sure, and only those that two people have judged how far people agree.
func TestFigures(t *testing.T) {
	letter := func(name string, doubtful bool, said ...reading.Kind) review.Letter {
		l := review.Letter{Arrival: name, Read: reading.Answer, Doubtful: doubtful}
		for i, kind := range said {
			l.Said = append(l.Said, review.Said{By: fmt.Sprint(i), Kind: kind})
		}
		return l
	}
	letters := []review.Letter{
		letter("1", true), letter("2", true, reading.Bot), letter("3", false), letter("4", false, reading.Answer),
		letter("5", false, reading.Bot, reading.Bot), letter("6", false, reading.Answer, reading.Deflection),
	}
	all := &edition.Edition{Seed: "s", Review: edition.Review{Sample: 1}}
	got := review.FiguresOf(all, letters)
	if got.Letters != 6 || got.Doubtful != 1 || got.Alone != 1 || got.Drawn != 4 || got.Judged != 3 || got.Misread != 1 || got.Twice != 2 || got.Agreed != 1 {
		t.Errorf("got %+v", got)
	}
	var said strings.Builder
	if got.Print(&said); !strings.Contains(said.String(), "one person alone has settled 1") {
		t.Errorf("does not say what rests on one person's look: %s", said.String())
	}
	if got.MisreadLower < 0.06 || got.MisreadLower > 0.07 || got.MisreadUpper < 0.79 || got.MisreadUpper > 0.80 {
		t.Errorf("got the interval %v to %v, want Wilson's of 1 of 3", got.MisreadLower, got.MisreadUpper)
	}
	none := review.FiguresOf(&edition.Edition{Seed: "s"}, letters)
	if none.Drawn != 0 || none.Judged != 0 || none.MisreadUpper != 1 || none.Twice != 2 {
		t.Errorf("without a sample: got %+v", none)
	}
}
