package survival

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// A BandKind is the scale on which a confidence band is symmetric.
type BandKind string

// The scales of bands.
const (
	Plain  BandKind = "plain"
	Log    BandKind = "log"
	LogLog BandKind = "log-log"
)

// BandKinds returns the three scales.
func BandKinds() []BandKind { return []BandKind{Plain, Log, LogLog} }

// Bands are the confidence limits of a curve at one time, 95 % on each scale.
type Bands struct {
	Plain  Band `json:"plain"`
	Log    Band `json:"log"`
	LogLog Band `json:"log-log"` // undefined where nobody has ended, too
}

// A Band is a pair of limits. They are NaN where they are undefined.
type Band struct {
	Lower Number `json:"lower"`
	Upper Number `json:"upper"`
}

// Of returns the limits on one scale.
func (b Bands) Of(kind BandKind) Band {
	switch kind {
	case Plain:
		return b.Plain
	case LogLog:
		return b.LogLog
	}
	return b.Log
}

// bands returns the limits of a share s that has the error se on the scale of
// its logarithm.
func bands(s, se float64) Bands {
	undefined := Band{Number(math.NaN()), Number(math.NaN())}
	b := Bands{undefined, undefined, undefined}
	if s <= 0 || math.IsNaN(se) || math.IsInf(se, 0) {
		return b
	}
	z := z95()
	b.Plain = Band{Number(max(s-z*s*se, 0)), Number(min(s+z*s*se, 1))}
	b.Log = Band{Number(s * math.Exp(-z*se)), Number(min(s*math.Exp(z*se), 1))}
	if s < 1 {
		at, spread := math.Log(-math.Log(s)), z*se/math.Log(s)
		b.LogLog = Band{Number(math.Exp(-math.Exp(at - spread))), Number(math.Exp(-math.Exp(at + spread)))}
	}
	return b
}

// z95 is how many standard errors a limit of 95 % is away.
func z95() float64 { return mathext.NormalQuantile(0.975) }
