package peers

import (
	"embed"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"text/template"
)

//go:embed config
var config embed.FS

// folder makes a temporary folder that daemons' users may enter. It is short,
// because the path of a socket is limited to some hundred bytes, and it is
// removed when the test ends.
func folder(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", name)
	if err != nil {
		t.Fatalf("make a folder for %s: %v", name, err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the folder of %s: %v", name, err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatalf("open the folder of %s: %v", name, err)
	}
	return dir
}

// render writes the template of that name to a file of the same name in dir.
func render(dir, name string, data any) error {
	parsed, err := template.New(name).
		Funcs(template.FuncMap{"port": port}).
		ParseFS(config, "config/"+name)
	if err != nil {
		return fmt.Errorf("read the template %s: %w", name, err)
	}
	file, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer file.Close()
	if err := parsed.Execute(file, data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return file.Close()
}

// journal makes an empty log at path to which every user may append: servers
// write as several.
func journal(path string) error {
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		return fmt.Errorf("make the log: %w", err)
	}
	// The umask took the others' right to write.
	if err := os.Chmod(path, 0o666); err != nil {
		return fmt.Errorf("make the log: %w", err)
	}
	return nil
}

// account is a user of this machine.
type account struct {
	Name, Group string
	UID, GID    int
}

// lookUp returns the first of the named accounts that exists.
func lookUp(names ...string) (account, error) {
	for _, name := range names {
		if found, err := user.Lookup(name); err == nil {
			return describe(found)
		}
	}
	return account{}, fmt.Errorf("no user is named any of %q", names)
}

// describe returns the account of u.
func describe(u *user.User) (account, error) {
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	group, err := user.LookupGroupId(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("group of user %s: %w", u.Username, err)
	}
	return account{Name: u.Username, Group: group.Name, UID: uid, GID: gid}, nil
}
