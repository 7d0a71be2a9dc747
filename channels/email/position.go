package email

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// A position is how far a folder has been read: the highest UID, and the
// UIDVALIDITY under which that number means anything (RFC 3501 section
// 2.3.1.1), and which messages below could not be had so far.
type position struct {
	validity uint32
	uid      imap.UID
	missing  []missing  // in the order of their UIDs
	unlisted []unlisted // in the order of their UIDs
}

// An unlisted is a range of UIDs that the server did not list when the position passed them.
// Most were deleted, and some show up late: on a server of several machines a message
// may be hidden for a while when one with a higher UID shows.
type unlisted struct {
	from, to imap.UID
	since    time.Time // when the position passed them, in whole seconds
}

const (
	// unlistedLife is how long unlisted UIDs are looked for.
	unlistedLife = 6 * time.Hour
	// mostUnlisted is how many ranges are looked for, those of the highest UIDs.
	mostUnlisted = 64
)

// A missing message is one that the server lists and does not give.
type missing struct {
	uid   imap.UID
	tries int       // 0: a session broke at it, which may have had another reason
	since time.Time // when it was first asked for, in whole seconds
	kept  bool      // a person was told that it is unreadable; it is asked for again all the same
}

// parsePosition reads what String wrote. Anything else is the beginning: to
// read a folder again costs time, and arrivals that were kept are kept once.
func parsePosition(s string) position {
	s, ranges, _ := strings.Cut(s, " unlisted ")
	numbers, lacks, _ := strings.Cut(s, " lacks ")
	validity, uid, _ := strings.Cut(numbers, ":")
	v, bad := strconv.ParseUint(validity, 10, 32)
	u, worse := strconv.ParseUint(uid, 10, 32)
	if bad != nil || worse != nil {
		return position{}
	}
	p := position{validity: uint32(v), uid: imap.UID(u)}
	for word := range strings.FieldsSeq(lacks) {
		var m missing
		var since int64
		word, m.kept = strings.CutSuffix(word, "/kept")
		if n, err := fmt.Sscanf(word, "%d/%d/%d", &m.uid, &m.tries, &since); err != nil || n != 3 {
			return position{}
		}
		m.since = time.Unix(since, 0)
		p.missing = append(p.missing, m)
	}
	for word := range strings.FieldsSeq(ranges) {
		var g unlisted
		var since int64
		if n, err := fmt.Sscanf(word, "%d:%d/%d", &g.from, &g.to, &since); err != nil || n != 3 {
			return position{}
		}
		g.since = time.Unix(since, 0)
		p.unlisted = append(p.unlisted, g)
	}
	return p
}

// String returns p as validity:uid, what is missing as uid/tries/since, with
// /kept behind it where a person was told, and unlisted UIDs as from:to/since.
func (p position) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:%d", p.validity, p.uid)
	for i, m := range p.missing {
		if i == 0 {
			b.WriteString(" lacks")
		}
		fmt.Fprintf(&b, " %d/%d/%d", m.uid, m.tries, m.since.Unix())
		if m.kept {
			b.WriteString("/kept")
		}
	}
	for i, g := range p.unlisted {
		if i == 0 {
			b.WriteString(" unlisted")
		}
		fmt.Fprintf(&b, " %d:%d/%d", g.from, g.to, g.since.Unix())
	}
	return b.String()
}

// retryDelays says how long after a message was first asked for it is asked for
// again. The first time is the next look: a connection that broke a few times in a
// row, whatever was asked for, costs no wait. After the second time it is kept as
// unreadable; after the last it is not asked for any more.
func retryDelays() []time.Duration {
	return []time.Duration{0, 10 * time.Minute, time.Hour, 4 * time.Hour}
}

// triesToKeep is after how many tries a message is kept as unreadable: those of
// the first ten minutes. Until then it holds up the proof of silence of the whole
// folder, and a server that is busy for a while may yet give it.
const triesToKeep = 3

// recordMissing notes that a message could not be had at the given time, and
// reports whether that was the last try.
func (p *position) recordMissing(uid imap.UID, now time.Time) (m missing, last bool) {
	i := p.suspect(uid, now)
	p.missing[i].tries++
	return p.missing[i], p.missing[i].tries > len(retryDelays())
}

// suspect notes that a message is to be asked for last and by itself, and returns
// where it stands.
func (p *position) suspect(uid imap.UID, now time.Time) int {
	i, found := p.find(uid)
	p.missing = slices.Clone(p.missing) // earlier positions share it
	p.noteListed(uid)
	if !found {
		p.missing = slices.Insert(p.missing, i, missing{uid: uid, since: now.Truncate(time.Second)})
	}
	return i
}

// keep notes that a person was told of a missing message.
func (p *position) keep(uid imap.UID) {
	if i, found := p.find(uid); found {
		p.missing = slices.Clone(p.missing)
		p.missing[i].kept = true
	}
}

// unkept returns the missing messages of which no person was told yet.
func (p position) unkept() (all []imap.UID) {
	for _, m := range p.missing {
		if !m.kept {
			all = append(all, m.uid)
		}
	}
	return all
}

// resolved notes that a message is missing no more.
func (p *position) resolved(uid imap.UID) {
	if i, found := p.find(uid); found {
		p.missing = slices.Delete(slices.Clone(p.missing), i, i+1)
	}
}

func (p *position) find(uid imap.UID) (int, bool) {
	return slices.BinarySearchFunc(p.missing, uid, func(m missing, uid imap.UID) int { return int(int64(m.uid) - int64(uid)) })
}

// due returns the missing messages that it is time to ask for again, those that were
// asked for least often first: one that ends the connection must not keep the others
// from their turn.
func (p position) due(now time.Time) []imap.UID {
	asked := slices.Clone(p.missing)
	slices.SortStableFunc(asked, func(a, b missing) int { return a.tries - b.tries })
	var all []imap.UID
	for _, m := range asked {
		if m.tries < 1 || m.tries > len(retryDelays()) || !now.Before(m.since.Add(retryDelays()[m.tries-1])) {
			all = append(all, m.uid)
		}
	}
	return all
}

// noteUnlisted notes that none of the UIDs from one to another was listed.
func (p *position) noteUnlisted(from, to imap.UID, now time.Time) {
	within := func(g unlisted) bool { return g.from <= from && to <= g.to }
	if from > to || slices.ContainsFunc(p.unlisted, within) {
		return
	}
	i, _ := slices.BinarySearchFunc(p.unlisted, from, func(g unlisted, uid imap.UID) int { return cmp.Compare(g.from, uid) })
	p.unlisted = slices.Insert(slices.Clone(p.unlisted), i, unlisted{from, to, now.Truncate(time.Second)})
	p.unlisted = p.unlisted[max(0, len(p.unlisted)-mostUnlisted):]
}

// noteListed notes that a UID was listed.
func (p *position) noteListed(uid imap.UID) {
	if !p.isUnlisted(uid) {
		return
	}
	var left []unlisted
	for _, g := range p.unlisted {
		if uid < g.from || uid > g.to {
			left = append(left, g)
			continue
		}
		if g.from < uid {
			left = append(left, unlisted{g.from, uid - 1, g.since})
		}
		if uid < g.to {
			left = append(left, unlisted{uid + 1, g.to, g.since})
		}
	}
	p.unlisted = left
}

// isUnlisted reports whether a UID was not listed.
func (p position) isUnlisted(uid imap.UID) bool {
	return slices.ContainsFunc(p.unlisted, func(g unlisted) bool { return g.from <= uid && uid <= g.to })
}

// unlistedBelow returns the UIDs up to the position that were not listed and are looked for
// at an instant, and forgets the others.
func (p *position) unlistedBelow(now time.Time) (open imap.UIDSet) {
	p.unlisted = slices.DeleteFunc(slices.Clone(p.unlisted), func(g unlisted) bool { return !now.Before(g.since.Add(unlistedLife)) })
	for _, g := range p.unlisted {
		if g.from <= p.uid {
			open = append(open, imap.UIDRange{Start: g.from, Stop: min(g.to, p.uid)})
		}
	}
	return open
}

// pass moves the position to a UID, all of listed up to which are settled. What lies
// between and is not listed is unlisted.
func (p *position) pass(uid imap.UID, listed []imap.UID, now time.Time) {
	if uid <= p.uid {
		return
	}
	from := p.uid + 1
	i, _ := slices.BinarySearch(listed, from)
	for _, next := range listed[i:] {
		if next > uid {
			break
		}
		p.noteUnlisted(from, next-1, now)
		from = next + 1
	}
	p.noteUnlisted(from, uid, now)
	p.uid = uid
}
