package head

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/signature"
)

// A Copy is what others keep of the heads that were published.
type Copy struct {
	Name string // for people
	Text []byte // with one head a line among others; a mail as it came, too
	// Whole says that it has to hold every head that the ledger has published.
	Whole bool
}

// A published is a head that a copy holds.
type published struct {
	Head
	line, name string
}

// Compare holds a view of the ledger against copies of its heads, and returns
// what does not hold, in sentences. Each head is told once.
func (m Maker) Compare(ctx context.Context, tx probes.Tx, copies []Copy) (faults []string, err error) {
	history, err := History(ctx, tx)
	if err != nil {
		return nil, err
	}
	hashes := map[string][]string{}
	if err := eachStory(ctx, tx, func(contact string, story []probes.Event) {
		for _, e := range story {
			hashes[contact] = append(hashes[contact], e.Hash)
		}
	}); err != nil {
		return nil, err
	}
	arrivals, marks, err := covered(ctx, tx)
	if err != nil {
		return nil, err
	}
	all, faults := gather(copies, m.Key.Public())
	faults = append(faults, linked(all)...)
	faults = append(faults, unknown(all, history)...)
	faults = append(faults, forgotten(copies, history)...)
	faults = append(faults, rewritten(history, hashes, named(append(marks, arrivals...)))...)
	return faults, nil
}

// gather reads the copies, and returns each head once, by number.
func gather(copies []Copy, key signature.Public) (all []published, faults []string) {
	by := map[int]published{}
	for _, c := range copies {
		lines := Lines(c.Text)
		for _, line := range lines {
			h, err := Parse(line, key)
			if err != nil && torn(line, lines) {
				continue
			}
			if err != nil {
				faults = append(faults, fmt.Sprintf("%s: %v", c.Name, err))
				continue
			}
			if other, twice := by[h.Number]; twice && other.line != line {
				faults = append(faults, fmt.Sprintf("%s was published twice, and not the same: %s and %s differ", h.Name(), other.name, c.Name))
				continue
			}
			by[h.Number] = published{h, line, c.Name}
		}
	}
	all = slices.SortedFunc(maps.Values(by), func(a, b published) int { return cmp.Compare(a.Number, b.Number) })
	return all, faults
}

// torn reports whether a line was cut while it was written, as power fails, and
// was written whole after that.
func torn(line string, lines []string) bool {
	return slices.ContainsFunc(lines, func(whole string) bool { return len(whole) > len(line) && strings.HasPrefix(whole, line) })
}

// linked checks that each head names the one before it.
func linked(all []published) (faults []string) {
	for i := 1; i < len(all); i++ {
		if all[i].Number == all[i-1].Number+1 && all[i].Previous != digestOf(all[i-1].line) {
			faults = append(faults, fmt.Sprintf("%s follows on another %s than that of %s",
				all[i].Name(), all[i-1].Name(), all[i-1].name))
		}
	}
	return faults
}

// unknown names the heads that were published, and that the ledger does not keep.
func unknown(all []published, history []Kept) (faults []string) {
	kept := map[int]string{}
	for _, k := range history {
		kept[k.Number] = k.Line
	}
	for _, p := range all {
		switch line, known := kept[p.Number]; {
		case !known:
			faults = append(faults, fmt.Sprintf(
				"%s was published (%s), and this ledger does not know it: it is a copy from before, or was made anew", p.Name(), p.name))
		case line == "": // told of the ledger itself
		case line != p.line:
			faults = append(faults, fmt.Sprintf("%s was published (%s), and this ledger keeps another one of that number", p.Name(), p.name))
		}
	}
	return faults
}

// forgotten names the heads that a copy lacks which has to hold all.
func forgotten(copies []Copy, history []Kept) (faults []string) {
	for _, c := range copies {
		lines := Lines(c.Text)
		for _, k := range history {
			if c.Whole && k.Line != "" && !slices.Contains(lines, k.Line) {
				faults = append(faults, fmt.Sprintf("%s lacks head %d of this ledger", c.Name, k.Number))
			}
		}
	}
	return faults
}

// rewritten holds the events and arrivals against the heads that the ledger keeps, and
// tells of the first that they do not give any more. Hashes are of events, by contact;
// heard names arrivals, by hash.
func rewritten(history []Kept, hashes map[string][]string, heard map[string]string) []string {
	reached, arrived := map[string]int{}, map[string]string{}
	for _, k := range history {
		maps.Copy(reached, k.Reached)
		maps.Copy(arrived, k.Heard)
		text, _ := cutLast(k.Line)
		h, err := parse(text)
		if err != nil {
			return []string{fmt.Sprintf("head %d is not kept in the ledger as it was made: what had changed since then cannot be held against others", k.Number)}
		}
		state, cut := stateAt(h, reached, hashes)
		cut = append(cut, altered(h, arrived, heard)...)
		if len(cut) > 0 {
			return cut
		}
		whole := state.Text()
		if !h.old {
			whole += arrivalsText(arrived)
		}
		if digestOf(whole) != h.Digest {
			return []string{fmt.Sprintf("the events that %s had seen were rewritten: they give another digest than it says. "+
				"What had changed since the head before is of the contacts %s", h.Name(), some(k.Reached))}
		}
	}
	return nil
}

// stateAt returns the chains as a head had seen them: reached are the numbers of their
// last events. It tells of those that are shorter now.
func stateAt(h Head, reached map[string]int, hashes map[string][]string) (state State, cut []string) {
	for contact, seq := range reached {
		if have := len(hashes[contact]); have < seq {
			cut = append(cut, fmt.Sprintf("contact %s has %d events, and %s had seen %d: the ledger was cut", contact, have, h.Name(), seq))
			continue
		}
		state = append(state, Chain{contact, seq, hashes[contact][seq-1]})
	}
	slices.Sort(cut)
	return state, cut
}

// some lists the first contacts of many.
func some(reached map[string]int) string {
	const most = 20
	all := slices.Sorted(maps.Keys(reached))
	if len(all) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
	}
	return strings.Join(all, ", ")
}
