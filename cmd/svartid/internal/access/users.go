package access

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/svartid/svartid/probes/naming"
)

// Bounds of what a password may cost to check: less is too cheap to try out, more
// lets guesses keep the machine busy.
const (
	leastCost = 10
	mostCost  = 14
)

// longestPassword is how much of a password bcrypt looks at, in octets.
const longestPassword = 72

// A User is one who may log in.
type User struct {
	Name     string
	Role     Role
	Personas []string // of a shopper, whose prompts are the user's; none: the persona of the same name
	hash     string   // "" = only a proxy or a provider of OpenID Connect logs this user in
	proof    string   // of one who has logged in at a provider: which provider, and as whom
}

// Users are those who may log in. The zero Users are none.
type Users struct {
	byName map[string]User
	folded map[string]string // the name of each, by its fold
	dummy  string            // a hash that no password has, of the highest cost
}

// ParseUsers reads users from text: name:role:hash on a line, hash being bcrypt's
// or *, and then :persona,persona for a shopper. Empty lines and those that begin
// with # are left out. The error names lines and fields and quotes none: where these are in another
// order, a name may be a password.
func ParseUsers(text []byte) (Users, error) {
	users := Users{byName: map[string]User{}, folded: map[string]string{}}
	lines := map[string]int{} // of each name
	var faults []error
	cost, number := leastCost, 0
	for line := range bytes.Lines(text) {
		number++
		user, err := parseUser(strings.TrimSpace(string(line)))
		switch _, twice := users.byName[user.Name]; {
		case err != nil:
			faults = append(faults, fmt.Errorf("line %d: %w", number, err))
		case user.Name == "":
		case twice:
			faults = append(faults, fmt.Errorf("line %d: the name is that of line %d too", number, lines[user.Name]))
		case users.another(user.Name) != "":
			faults = append(faults, fmt.Errorf("line %d: the name is that of line %d but for letters that look alike", number, lines[users.another(user.Name)]))
		default:
			users.folded[naming.Fold(user.Name)] = user.Name
			users.byName[user.Name], lines[user.Name] = user, number
			if own, err := bcrypt.Cost([]byte(user.hash)); err == nil {
				cost = max(cost, own)
			}
		}
	}
	if len(users.byName) == 0 && len(faults) == 0 {
		faults = append(faults, errors.New("names no user"))
	}
	if err := errors.Join(faults...); err != nil {
		return Users{}, err
	}
	dummy, err := bcrypt.GenerateFromPassword([]byte(rand.Text()), cost)
	users.dummy = string(dummy)
	return users, err
}

// parseUser reads one line; the zero User if it holds none.
func parseUser(line string) (User, error) {
	if line == "" || strings.HasPrefix(line, "#") {
		return User{}, nil
	}
	parts := strings.Split(line, ":")
	if len(parts) < 3 || len(parts) > 4 || parts[0] == "" {
		return User{}, errors.New("want name:role:hash, and :personas for a shopper")
	}
	user := User{Name: parts[0], Role: Role(parts[1]), hash: parts[2]}
	if !slices.Contains(Roles(), user.Role) {
		return User{}, fmt.Errorf("field 2 is no role; want name:role:hash, and one of %v", Roles())
	}
	if naming.Check(user.Name) != nil {
		return User{}, fmt.Errorf("field 1: %w", naming.ErrScripts)
	}
	if user.Role == Shopper {
		user.Personas = []string{user.Name}
	}
	if len(parts) == 4 {
		if user.Role != Shopper {
			return User{}, fmt.Errorf("only a shopper has personas, and field 2 is %s", user.Role)
		}
		user.Personas = strings.Split(parts[3], ",")
	}
	err := user.checkHash()
	return user, err
}

// checkHash wants a hash that is worth its while; * stands for none.
func (u *User) checkHash() error {
	if u.hash == "*" {
		u.hash = ""
		return nil
	}
	cost, err := bcrypt.Cost([]byte(u.hash))
	if err != nil || cost < leastCost || cost > mostCost {
		return fmt.Errorf("field 3: want bcrypt of cost %d to %d, as htpasswd -nB -C %d prints it", leastCost, mostCost, leastCost)
	}
	return nil
}

// another returns the user whose name is another than this and looks the same; empty if
// there is none.
func (u Users) another(name string) string {
	if other := u.folded[naming.Fold(name)]; other != name {
		return other
	}
	return ""
}

// Prompts reports whether one who has logged in by a name may still see prompts. Who has
// logged in at a provider alone is not known here, and may.
func (r Rules) Prompts(name string) bool {
	if user, known := r.Users.byName[name]; known {
		return user.Role.May(Tap)
	}
	return r.OpenID.any() || !r.Users.any()
}

// any reports whether there are users.
func (u Users) any() bool { return len(u.byName) > 0 }

// passwords reports whether any of them has a password.
func (u Users) passwords() bool {
	for _, user := range u.byName {
		if user.hash != "" {
			return true
		}
	}
	return false
}

// verify returns the user of a name and a password. It takes as long for a name
// that is not there.
func (u Users) verify(name, password string) (User, bool) {
	user, known := u.byName[name]
	hash := user.hash
	if hash == "" {
		hash, known = u.dummy, false
	}
	err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password[:min(len(password), longestPassword)]))
	return user, known && err == nil && len(password) <= longestPassword
}

// stamp tells one state of a user from another: sessions end with a change of
// password or role.
func (u User) stamp() string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{u.Name, string(u.Role), u.hash, u.proof}, u.Personas...), "\x00")))
	return hex.EncodeToString(sum[:])
}
