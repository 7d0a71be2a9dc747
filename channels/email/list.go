package email

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// optionalUIDs is the step of listing UIDs by FETCH, which can be left out.
const optionalUIDs = "uids"

// mostProbes is how many numbers are tried one by one where a server lists none.
const mostProbes = 500

// list returns the UIDs above floor that the folder holds, in order. It asks for
// nothing else of the messages, so that none of them can be in the way.
//
// It takes what either a search or a list by FETCH has: searches are known to
// lag behind, and lists to end at a message that the server cannot read. Where
// the server does neither, every number below its next one is tried.
//
// The set is n:*, which holds the last message even if that is below n (RFC 3501
// section 6.4.8), because some servers do not know numbers beyond 31 bits.
func (l *listener) list(floor imap.UID) ([]imap.UID, error) {
	if floor == math.MaxUint32 {
		return nil, fmt.Errorf("fetch %s: no UID is left", l.folder)
	}
	above := imap.UIDSet{{Start: floor + 1}}
	found, refused, err := l.search(above)
	if err != nil {
		return nil, err
	}
	found = beyond(floor, found)
	if len(found) > l.conn.Exists()+mostMissing {
		return l.listWithoutSearch(floor, found)
	}
	if refused == nil && l.suffices(found, floor) {
		return found, nil
	}
	listed, err := l.fetchUIDs(above)
	if errors.As(err, &refused) {
		err = nil
		if len(found) == 0 {
			listed = append(listed, l.candidates(floor)...)
		}
	}
	if l.history.record(optionalUIDs, err); err != nil {
		return nil, fmt.Errorf("list %s: %w", l.folder, err)
	}
	all := beyond(floor, append(found, listed...))
	if refused != nil && len(all) == 0 && l.uidNext == 0 {
		return nil, fmt.Errorf("list %s: %w", l.folder, refused)
	}
	return all, nil
}

// listWithoutSearch lists where a search has made up more numbers than the folder has
// messages. What it has found counts only where there is no list, and as far as the
// server has given numbers away.
func (l *listener) listWithoutSearch(floor imap.UID, found []imap.UID) ([]imap.UID, error) {
	if !l.history.skips(optionalUIDs) {
		listed, err := l.fetchUIDs(imap.UIDSet{{Start: floor + 1}})
		refused := (*imap.Error)(nil)
		if errors.As(err, &refused) {
			err = nil
		}
		if l.history.record(optionalUIDs, err); err != nil {
			return nil, fmt.Errorf("list %s: %w", l.folder, err)
		}
		if listed = beyond(floor, listed); len(listed) > 0 || refused == nil {
			return listed, nil
		}
	}
	found = slices.DeleteFunc(found, func(uid imap.UID) bool { return l.uidNext > 0 && uid >= l.uidNext })
	return found[:min(mostProbes, len(found))], nil
}

// fresh returns the UIDs above the position and those that have shown up late below it,
// in order, of which none is missing: those are asked for when they are due.
func (l *listener) fresh() ([]imap.UID, error) {
	late, err := l.late()
	if err != nil {
		return nil, err
	}
	l.listed, err = l.list(l.at.uid)
	all := slices.DeleteFunc(append(late, l.listed...), func(uid imap.UID) bool {
		_, lacks := l.at.find(uid)
		return lacks
	})
	l.accounted += len(all)
	return all, err
}

// late returns the UIDs that were not listed once and are by now, by search or by FETCH.
// What a search makes up counts only if it is listed by FETCH too.
func (l *listener) late() ([]imap.UID, error) {
	open := l.at.unlistedBelow(l.clock())
	if len(open) == 0 {
		return nil, nil
	}
	found, _, err := l.search(open)
	if err != nil {
		return nil, err
	}
	if len(found) > l.conn.Exists()+mostMissing {
		found = nil
	}
	if !l.history.skips(optionalUIDs) {
		listed, err := l.fetchUIDs(open)
		if refused := (*imap.Error)(nil); errors.As(err, &refused) {
			err = nil
		}
		if l.history.record(optionalUIDs, err); err != nil {
			return nil, fmt.Errorf("list %s: %w", l.folder, err)
		}
		found = append(found, listed...)
	}
	return slices.DeleteFunc(beyond(0, found), func(uid imap.UID) bool { return !open.Contains(uid) }), nil
}

// count compares how many messages the folder is said to hold with how many of them
// are listed. It is called after a look that began with so many. All is counted only
// where something may be hidden: between the UIDs that were listed, or above them.
func (l *listener) count(exists int) error {
	mayHide := len(l.at.unlisted) > 0 || l.uidNext != l.at.uid+1
	if mayHide && (!l.counted || exists > l.accounted) {
		listed, err := l.countListed()
		if err != nil {
			return err
		}
		surplus := min(exists, l.conn.Exists()) - listed
		if listed >= 0 && l.history.hides(l.folder, surplus, l.clock()) {
			if !l.hides {
				l.hides, l.hidSince = true, l.looked
			}
			l.emptyAt = 0
			return nil
		}
	}
	l.hides, l.counted, l.accounted = false, true, exists
	return nil
}

// countListed returns how many messages the server lists, by search or by FETCH;
// -1 = it does neither.
func (l *listener) countListed() (int, error) {
	all := imap.UIDSet{{Start: 1}}
	found, refused, err := l.search(all)
	if err != nil {
		return 0, err
	}
	if refused == nil && len(found) >= l.conn.Exists() {
		return len(found), nil
	}
	if l.history.skips(optionalUIDs) {
		return -1, nil
	}
	listed, err := l.fetchUIDs(all)
	var unlisted *imap.Error
	if errors.As(err, &unlisted) {
		return -1, nil
	}
	if l.history.record(optionalUIDs, err); err != nil {
		return 0, fmt.Errorf("list %s: %w", l.folder, err)
	}
	return len(beyond(0, append(found, listed...))), nil
}

// suffices reports whether what a search has found needs no list beside it.
func (l *listener) suffices(found []imap.UID, floor imap.UID) bool {
	return len(found) == 0 && !l.expects(floor) || l.history.skips(optionalUIDs)
}

// search returns the UIDs of a set that a search finds, or the server's refusal
// to search. Where searches end the connection none is made.
func (l *listener) search(set imap.UIDSet) ([]imap.UID, *imap.Error, error) {
	if l.history.skips(optionalSearch) {
		return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Text: "searches end the connection"}, nil
	}
	found, err := l.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{set}}, nil).Wait()
	refused := (*imap.Error)(nil)
	if errors.As(err, &refused) {
		err = nil
	}
	switch l.history.record(optionalSearch, err); {
	case err != nil:
		return nil, nil, fmt.Errorf("search %s: %w", l.folder, err)
	case refused != nil:
		return nil, refused, nil
	}
	return found.AllUIDs(), nil, nil
}

// beyond returns those of uids above floor, each once and in order.
func beyond(floor imap.UID, uids []imap.UID) []imap.UID {
	uids = slices.DeleteFunc(uids, func(uid imap.UID) bool { return uid <= floor })
	slices.Sort(uids)
	return slices.Compact(uids)
}

// expects reports whether there may be something above floor: the server has
// given numbers away, and it was not found yet that they are gone.
func (l *listener) expects(floor imap.UID) bool {
	if l.uidNext <= floor+1 && l.emptyAt != 0 || l.emptyAt == l.uidNext && l.emptyAt != 0 {
		return false
	}
	l.emptyAt = max(1, l.uidNext)
	return true
}

// candidates returns the numbers between floor and the server's next one.
func (l *listener) candidates(floor imap.UID) []imap.UID {
	var all []imap.UID
	for uid := floor + 1; uid < l.uidNext && len(all) < mostProbes; uid++ {
		all = append(all, uid)
	}
	return all
}

// fetchUIDs returns the UIDs that the server has of a set, and its refusal, if
// it ends with one.
func (s *session) fetchUIDs(set imap.UIDSet) ([]imap.UID, error) {
	var uids []imap.UID
	cmd := s.Fetch(set, &imap.FetchOptions{UID: true})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		f, err := s.readMessage(msg)
		if err != nil {
			s.abandon(cmd)
			return uids, err
		}
		uids = append(uids, f.uid)
	}
	return uids, cmd.Close()
}
