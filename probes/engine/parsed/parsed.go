// Package parsed takes arrivals apart.
//
// Whoever matches, compares or reads an arrival asks for the same message, letter,
// fingerprints and reading: each is made once, and not at all where nothing asks
// for it, as of our own copies. [All] parses several at once.
package parsed

import (
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/message"
)

// An Arrival is what came, and what it says. It is used by one goroutine at a time.
type Arrival struct {
	probes.StoredArrival
	Message message.Message

	key    []byte              // of the fingerprints
	prints *fingerprint.Prints // nil: not made yet
	read   *opinion            // nil: not read yet
}

// An opinion is a reading, and what it was made of.
type opinion struct {
	asked   reading.Asked
	at      time.Time
	reading reading.Reading
}

// Of parses an arrival. The key is that of its fingerprints.
func Of(h probes.StoredArrival, key []byte) *Arrival {
	return &Arrival{StoredArrival: h, Message: probes.MessageOf(h.Arrival), key: key}
}

// All parses what a source has offered, in its order, on all processors.
func All(from probes.Source, offered []channels.Arrival, key []byte) []*Arrival {
	all := make([]*Arrival, len(offered))
	each(len(offered), func(i int) {
		all[i] = Of(probes.StoredArrival{Channel: from.Channel, Source: from.Name, Arrival: offered[i]}, key)
	})
	return all
}

// Key returns what the fingerprints are keyed by.
func (a *Arrival) Key() []byte { return a.key }

// Prints returns the fingerprints of what the sender wrote.
func (a *Arrival) Prints() fingerprint.Prints {
	if a.prints == nil {
		made := fingerprint.Take(a.Message, reading.Signer(a.Message), a.key)
		a.prints = &made
	}
	return *a.prints
}

// Read judges the arrival in the light of what it answers: see [reading.Read].
func (a *Arrival) Read(asked reading.Asked) reading.Reading {
	at := a.Arrival.Times.Arrived
	if a.read == nil || !a.read.at.Equal(at) || !reflect.DeepEqual(a.read.asked, asked) {
		a.read = &opinion{asked, at, reading.Read(a.Message, asked, at)}
	}
	got := a.read.reading
	got.Because = slices.Clone(got.Because) // who weighs it adds to them
	return got
}

// each calls work for each number below n, on all processors. It returns when all is done.
func each(n int, work func(int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			work(i)
		}
		return
	}
	var next atomic.Int64
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	done.Wait()
}
