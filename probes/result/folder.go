package result

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// ErrFrozen says that there is another result in the folder, or something else:
// what was frozen is not written over. Name another folder.
var ErrFrozen = errors.New("is not written over")

// Write writes the files into a folder, whole or not at all. A folder that holds
// the same files already is left alone; the error wraps [ErrFrozen] if it holds
// anything else.
func Write(dir string, files []File) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("result: %w", err)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("result: %w", err)
	case len(entries) > 0:
		return same(dir, files)
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".unfinished-")
	if err != nil {
		return fmt.Errorf("result: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	for _, f := range files {
		if err := put(filepath.Join(temp, filepath.FromSlash(f.Name)), f.Content); err != nil {
			return fmt.Errorf("result: %w", err)
		}
	}
	if err := os.Chmod(temp, 0o755); err != nil { //nolint:gosec // a result is for others to read
		return fmt.Errorf("result: %w", err)
	}
	if len(entries) == 0 {
		_ = os.Remove(dir) // an empty folder gives way; if it is none, the next step says so
	}
	if err := os.Rename(temp, dir); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	return nil
}

// put writes one file durably.
func put(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // a result is for others to read
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a result is for others to read
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// same reports whether a folder holds these files and no other.
func same(dir string, files []File) error {
	wanted := map[string][]byte{}
	for _, f := range files {
		wanted[f.Name] = f.Content
	}
	found, err := read(os.DirFS(dir))
	if err != nil {
		return fmt.Errorf("result: %w", err)
	}
	for name, content := range found {
		if want, ours := wanted[name]; !ours || !bytes.Equal(want, content) {
			return fmt.Errorf("result: %s holds another result, or something else (%s), and %w", dir, name, ErrFrozen)
		}
	}
	for name := range wanted {
		if _, there := found[name]; !there {
			return fmt.Errorf("result: %s lacks %s, and %w", dir, name, ErrFrozen)
		}
	}
	return nil
}

// read returns all files of a file system, by name; a folder that holds none is one without
// content, whose name ends in a slash.
func read(from fs.FS) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		delete(all, path.Dir(name)+"/")
		switch {
		case entry.IsDir():
			all[name+"/"] = nil
		case !entry.Type().IsRegular():
			all[name] = nil // what a link leads to is not in the folder
		default:
			all[name], err = fs.ReadFile(from, name)
		}
		return err
	})
	return all, err
}
