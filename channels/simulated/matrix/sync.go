package matrix

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// token names a place between events: how many there were by then.
func token(n int) string { return "s" + strconv.Itoa(n) }

// place reads a token; anything else is the beginning.
func place(s string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "s"))
	if err != nil {
		return 0
	}
	return n
}

// sync tells what has happened since, and waits for something to.
func (s *Server) sync(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	ms, _ := strconv.Atoi(q.Get("timeout")) // none = no waiting
	late := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer late.Stop()
	since := place(q.Get("since"))
	for waiting := q.Get("since") != ""; ; {
		s.mu.Lock()
		news, rooms := s.news, s.since(since, q)
		next := token(len(s.events))
		s.mu.Unlock()
		if !waiting || len(rooms["join"])+len(rooms["leave"])+len(rooms["invite"]) > 0 {
			answer(w, http.StatusOK, map[string]any{"next_batch": next, "rooms": rooms})
			return
		}
		select {
		case <-news:
		case <-late.C:
			waiting = false
		case <-r.Context().Done():
			return
		}
	}
}

// A filter is what of a filter is played.
type filter struct {
	types, senders []string
	limit          int
}

// timelineFilter reads a sync's filter.
func timelineFilter(q url.Values) filter {
	var f struct {
		Room struct {
			Timeline struct {
				Types []string
				Limit int
			}
		}
	}
	_ = json.Unmarshal([]byte(q.Get("filter")), &f) // none = everything
	if f.Room.Timeline.Limit == 0 {
		f.Room.Timeline.Limit = 10
	}
	return filter{types: f.Room.Timeline.Types, limit: f.Room.Timeline.Limit}
}

// takes reports whether a filter lets an event through.
func (f filter) takes(e event) bool {
	return (f.types == nil || slices.Contains(f.types, e.Type)) && (f.senders == nil || slices.Contains(f.senders, e.Sender))
}

// since returns the rooms in which something has happened. The caller holds the
// lock.
func (s *Server) since(n int, q url.Values) map[string]map[string]any {
	f := timelineFilter(q)
	rooms := map[string]map[string]any{"join": {}, "leave": {}, "invite": {}}
	for id, r := range s.rooms {
		if r.members[s.User()] == "invite" || r.members[s.User()] == "" {
			s.invited(rooms["invite"], r, n)
			continue
		}
		var told []event
		first := 0
		limited := false
		for i := len(s.events) - 1; i >= n; i-- {
			e := s.events[i]
			if e.Room != id || !f.takes(e) {
				continue
			}
			if len(told) == f.limit {
				limited = true
				break
			}
			e.Room, first = "", i
			e.Unsigned = s.unsigned(e)
			told = append(told, e)
		}
		if len(told) == 0 {
			continue
		}
		slices.Reverse(told)
		kind := "leave"
		if r.members[s.User()] == "join" {
			kind = "join"
		}
		rooms[kind][id] = map[string]any{"timeline": map[string]any{
			"events": told, "limited": limited, "prev_batch": token(first),
		}}
	}
	return rooms
}

// invited tells of an invitation since a place. The caller holds the lock.
func (s *Server) invited(rooms map[string]any, r *room, n int) {
	for _, e := range s.events[min(n, len(s.events)):] {
		if e.Room == r.id && e.Type == "m.room.member" && *e.StateKey == s.User() {
			e.Room = ""
			rooms[r.id] = map[string]any{"invite_state": map[string]any{"events": []event{e}}}
		}
	}
}

// unsigned is what the server adds to an event as it tells it.
func (s *Server) unsigned(e event) map[string]any {
	added := map[string]any{"age": s.age(e)}
	if t, ok := e.Unsigned["transaction_id"]; ok {
		added["transaction_id"] = t
	}
	return added
}

// messages tells what was said in a room, from a place backwards.
func (s *Server) messages(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.in(w, r); !ok {
		return
	}
	q := r.URL.Query()
	var asked struct{ Types, Senders []string }
	_ = json.Unmarshal([]byte(q.Get("filter")), &asked) // none = everything
	f := filter{types: asked.Types, senders: asked.Senders, limit: 10}
	if n, err := strconv.Atoi(q.Get("limit")); err == nil {
		f.limit = n
	}
	from := len(s.events)
	if q.Get("from") != "" {
		from = min(from, place(q.Get("from")))
	}
	chunk, end := []event{}, 0
	for i := from - 1; i >= place(q.Get("to")); i-- {
		e := s.events[i]
		if e.Room != r.PathValue("room") || !f.takes(e) {
			continue
		}
		if len(chunk) == f.limit {
			end = i + 1
			break
		}
		e.Unsigned = s.unsigned(e)
		chunk = append(chunk, e)
	}
	said := map[string]any{"chunk": chunk, "start": token(from)}
	if end > 0 {
		said["end"] = token(end)
	}
	answer(w, http.StatusOK, said)
}
