package email

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// closesAt has the connection end where the text of one of some messages would come,
// in whatever order a command's messages are given.
func closesAt(poisoned []uint32, backwards bool) edit {
	return func(q *quirkServer, c call, answer string) string {
		if c.verb != "UID FETCH" || !strings.Contains(c.args, "BODY") {
			return answer
		}
		given := slices.Clone(c.set)
		if backwards {
			slices.Reverse(given)
		}
		var b strings.Builder
		for _, uid := range given {
			if slices.Contains(poisoned, uid) {
				return b.String() + "* 9 FETCH (UID" + closes
			}
			b.WriteString(q.fetch(c, uid))
		}
		return b.String() + c.tag + " OK done\r\n"
	}
}

// TestSuspectsLast reads a hundred letters, at fourteen of which the connection ends.
// A login finds one of them, and no good letter waits for more: what may have ended a
// session is asked for when all others have been heard, and by itself.
func TestSuspectsLast(t *testing.T) {
	const letters, every = 100, 7
	for name, backwards := range map[string]bool{"in order": false, "backwards": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := newQuirkServer()
			good, poisoned := map[string]bool{}, []uint32{}
			for uid := uint32(1); uid <= letters; uid++ {
				if q.messages[uid] = quirkText(uid); uid%every == 3 {
					poisoned = append(poisoned, uid)
				} else {
					good[quirkText(uid)] = true
				}
			}
			q.edit = closesAt(poisoned, backwards)
			q.start(t)
			r := listenOn(t, q)
			r.recorder.await(t, fmt.Sprintf("%d letters", len(good)), func(*recorder) bool {
				texts, _ := r.texts()
				return len(texts) >= len(good)
			})
			q.mu.Lock()
			logins := len(q.logins)
			q.mu.Unlock()
			t.Logf("%d letters, %d of which end the connection: the others are heard after %d logins", letters, len(poisoned), logins)
			if most := len(poisoned) + 1; logins > most && !backwards || logins > 4*most {
				t.Errorf("%d logins, want at most one for each of %d", logins, len(poisoned))
			}
			r.recorder.await(t, "the others told to a person", func(*recorder) bool {
				_, unreadable := r.texts()
				return unreadable == len(poisoned)
			})
			q.mu.Lock()
			t.Logf("and those are told after %d", len(q.logins))
			q.mu.Unlock()
			r.mu.Lock()
			defer r.mu.Unlock()
			texts, _ := r.texts()
			for text := range texts {
				if !good[text] {
					t.Errorf("heard %q", text)
				}
			}
		})
	}
}

// TestSuspectThatIsDeleted: a message that could not be had, and is no more there, holds
// up nothing.
func TestSuspectThatIsDeleted(t *testing.T) {
	for name, edit := range map[string]edit{
		"the connection ends": closesAt([]uint32{7}, false),
		"it is left out":      of7(func(call, string) string { return "" }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := newQuirkServer()
			q.messages, q.edit = quirkFolder(), edit
			q.start(t)
			r := listenOn(t, q)
			r.recorder.await(t, "message 7 is missing", func(h *recorder) bool {
				return strings.Contains(h.mark.Position, " lacks 7/")
			})
			q.mu.Lock()
			delete(q.messages, 7)
			q.sorted = nil
			q.mu.Unlock()
			r.recorder.await(t, "nothing is missing", func(h *recorder) bool {
				return !strings.Contains(h.mark.Position, "lacks") && !h.mark.Until.IsZero()
			})
		})
	}
}
