package table

import (
	"errors"
	"io"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// Observations names the columns of observations; those that are optional may be
// empty.
type Observations struct{ Time, Cause, Group, Stratum, Cluster string }

// Read reads observations from a file (- is in). A cause is a whole number
// from 0, censored, to causes.
func (o Observations) Read(file string, in io.Reader, causes int) ([]survival.Observation, error) {
	t, err := Read(file, in)
	if err != nil {
		return nil, err
	}
	found, err := t.Find(o.Time, o.Cause, o.Group, o.Stratum, o.Cluster)
	if err != nil {
		return nil, err
	}
	obs := make([]survival.Observation, len(t.rows))
	for i := range t.rows {
		var faults [5]error
		obs[i].Time, faults[0] = found[0].Number(i)
		obs[i].Cause, faults[1] = found[1].Whole(i, causes)
		obs[i].Group, faults[2] = found[2].label(i)
		obs[i].Stratum, faults[3] = found[3].label(i)
		obs[i].Cluster, faults[4] = found[4].label(i)
		if err := errors.Join(faults[:]...); err != nil {
			return nil, err
		}
	}
	return obs, nil
}
