package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ErrFolder says that a folder cannot take an export: name another.
var ErrFolder = errors.New("folder")

// A folder is an export in the making, beside the place where it will be.
type folder struct {
	dir  string // where it will be
	temp string // where it is; empty once it is there, or gone
}

// begin makes a folder that will take the place of dir. What is there is left
// alone until commit, and must be an export, or empty.
func begin(dir string) (*folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	// The export takes the place of what a link points to, not of the link.
	if at, err := filepath.EvalSymlinks(dir); err == nil {
		dir = at
	}
	if _, err := replaceable(dir); err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".unfinished-")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return &folder{dir, temp}, nil
}

// replaceable reports whether there is anything at dir. The error wraps
// ErrFolder if it is something that an export did not make.
func replaceable(dir string) (there bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%w: %w", ErrFolder, err)
	case len(entries) == 0:
		return true, nil
	}
	var m Manifest
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil || json.Unmarshal(text, &m) != nil || m.Made != made {
		return false, fmt.Errorf("%w: %s holds something else than an export: want an empty one, or none", ErrFolder, dir)
	}
	for _, entry := range entries {
		listed := func(f Listed) bool { return f.Name == entry.Name() }
		if entry.Name() != manifestName && !slices.ContainsFunc(m.Files, listed) {
			return false, fmt.Errorf("%w: %s holds %s, which the export there did not make", ErrFolder, dir, entry.Name())
		}
	}
	return true, nil
}

// commit puts the folder in its place, whole and durable. What was there is
// renamed first and removed last, so that whatever happens one of the two is
// whole under one of the names.
func (f *folder) commit() error {
	there, err := replaceable(f.dir)
	if err != nil {
		return err
	}
	if err := syncFolder(f.temp); err != nil {
		return err
	}
	old := f.temp + ".old"
	if there {
		if err := os.Rename(f.dir, old); err != nil {
			return fmt.Errorf("move the earlier export away: %w", err)
		}
	}
	if err := os.Rename(f.temp, f.dir); err != nil {
		if there {
			err = errors.Join(err, os.Rename(old, f.dir))
		}
		return fmt.Errorf("put the export in its place: %w", err)
	}
	f.temp = ""
	if there {
		if err := os.RemoveAll(old); err != nil {
			return fmt.Errorf("remove the earlier export: %w", err)
		}
	}
	return syncFolder(filepath.Dir(f.dir))
}

// discard removes what was not committed.
func (f *folder) discard() error {
	if f.temp == "" {
		return nil
	}
	if err := os.RemoveAll(f.temp); err != nil {
		return fmt.Errorf("remove the unfinished export: %w", err)
	}
	return nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("sync folder %s: %w", path, err)
	}
	return nil
}
