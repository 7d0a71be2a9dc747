package privacy

import (
	"context"
	"log/slog"
	"time"

	"github.com/svartid/svartid/probes"
)

// A Ledger is one that can be erased from.
type Ledger interface {
	probes.Ledger
	Erase(ctx context.Context, e probes.Erasure) (probes.ErasureCount, error)
	ForgetAccesses(ctx context.Context, before time.Time) error
}

// A Keeper erases by age.
type Keeper struct {
	Ledger Ledger
	// Evidence and Personal are how long each is kept after its contact is over. 0
	// keeps it.
	Evidence, Personal time.Duration
	Log                *slog.Logger
	Clock              func() time.Time
	Every              time.Duration // between looks; 0 = six hours
}

// Run erases until ctx ends. What fails is logged and tried again at the next look.
func (k *Keeper) Run(ctx context.Context) {
	every := k.Every
	if every == 0 {
		every = 6 * time.Hour
	}
	for {
		if err := k.Once(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("what is too old was not erased", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

// Once erases what is too old now. Where both ages are the same it is one erasure.
func (k *Keeper) Once(ctx context.Context) error {
	parts := []part{{k.Evidence, "evidence older than ", true, false}, {k.Personal, "names and addresses older than ", false, true}}
	if k.Evidence == k.Personal {
		parts = []part{{k.Evidence, "all older than ", true, true}}
	}
	for _, p := range parts {
		if err := k.erase(ctx, p); err != nil {
			return err
		}
	}
	if k.Personal == 0 {
		return nil
	}
	return k.Ledger.ForgetAccesses(ctx, k.Clock().Add(-k.Personal))
}

// A part is what goes at one age; 0 keeps it.
type part struct {
	age                time.Duration
	scope              string
	evidence, personal bool
}

// erase takes out one part.
func (k *Keeper) erase(ctx context.Context, p part) error {
	if p.age == 0 {
		return nil
	}
	at := k.Clock().Add(-p.age)
	var e probes.Erasure
	err := k.Ledger.View(ctx, func(tx probes.Tx) (err error) {
		e, err = Before(ctx, tx, at)
		return err
	})
	if err != nil {
		return err
	}
	e.Scope, e.Evidence, e.Personal = p.scope+p.age.String(), p.evidence, p.personal
	n, err := k.Ledger.Erase(ctx, e)
	if n.Papers+n.Arrivals > 0 && err == nil {
		k.Log.Info("erased by age", "what", e.Scope, "contacts", n.Contacts, "arrivals", n.Arrivals, "papers", n.Papers, "shared", n.Shared)
	}
	return err
}
