package access

import (
	"slices"
	"strings"
)

// A Role says what a user may do.
type Role string

// The roles. The zero Role is of a visitor who is not logged in.
const (
	Viewer    Role = "viewer"    // reads everything
	Shopper   Role = "shopper"   // sees and taps the prompts of the own personas, and nothing else
	Judge     Role = "judge"     // reads everything, and says what arrivals are
	Organiser Role = "organiser" // may do everything
)

// Roles returns all of them.
func Roles() []Role { return []Role{Viewer, Shopper, Judge, Organiser} }

// strongest returns the role that may do most: an organiser, a judge, a viewer, a
// shopper. It is the zero Role of none.
func strongest(roles []Role) Role {
	for _, role := range []Role{Organiser, Judge, Viewer, Shopper} {
		if slices.Contains(roles, role) {
			return role
		}
	}
	return ""
}

// A Right is what a request needs.
type Right string

// The rights.
const (
	Public  Right = "public"  // nothing at all
	Queue   Right = "queue"   // to see what waits for a person, as far as it is the visitor's
	Read    Right = "read"    // to see everything
	Tap     Right = "tap"     // to report on a prompt
	Judging Right = "judge"   // to say what an arrival is
	Operate Right = "operate" // to have the program do something, and to look inside it
)

// May reports whether a role has a right.
func (r Role) May(right Right) bool {
	switch right {
	case Public:
		return true
	case Queue:
		return r != ""
	case Read:
		return r == Viewer || r == Judge || r == Organiser
	case Tap:
		return r == Shopper || r == Organiser
	case Judging:
		return r == Judge || r == Organiser
	}
	return r == Organiser
}

// rightOf returns what a request for a path needs. What is not known needs as much
// as what is, so that a refusal does not tell which paths there are.
func rightOf(method, path string) Right {
	if right, ok := map[string]Right{
		"/-/healthy": Public, "/-/ready": Public, "/login": Public,
		openIDPath: Public, CallbackPath: Public,
		"/style.css": Public, "/board.js": Public, "/queue.js": Public, "/worker.js": Public, "/manifest.webmanifest": Public,
		"/icon.svg": Public, "/icon-192.png": Public, "/icon-512.png": Public,
		"/queue": Queue, "/events": Queue, "/logout": Queue, "/queue/name": Queue,
		"/queue/taps": Tap, "/queue/taps/undo": Tap, "/queue/push": Tap,
		"/queue/judgements": Judging, "/queue/judgements/undo": Judging,
	}[path]; ok {
		return right
	}
	if !safe(method) || strings.HasPrefix(path, "/debug/") {
		return Operate
	}
	return Read
}

// safe reports whether a method changes nothing (RFC 9110, section 9.2.1).
func safe(method string) bool { return method == "GET" || method == "HEAD" || method == "OPTIONS" }
