package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
)

// Unfit is what the configuration names, and this machine has, but not as what
// it should be: a secret's file that is a pipe or holds several lines, a ledger
// that is a folder or whose folder is missing. These are faults to a check too,
// where [Config.Secrets] are warnings.
func (c *Config) Unfit() Faults {
	var faults Faults
	for _, s := range c.secrets {
		if text := s.unfit(); text != "" {
			faults = append(faults, c.places().at(s.path, s.file+": "+text))
		}
	}
	if text := c.Ledger.DSN.unfit(); text != "" {
		faults = append(faults, c.places().at("ledger.dsn", text))
	}
	return c.places().sorted(faults)
}

// whole lists the keys of files that are no single secret. They may have many
// lines, and all but a private key may be long.
func (s secretFile) whole() bool {
	return slices.Contains([]string{"ca_file", "config_file", "companies_file", "users_file", "evidence_key_file"}, lastKey(s.path))
}

// read returns what the file holds.
func (s secretFile) read() ([]byte, error) {
	if s.whole() {
		return channels.ReadFile(s.file, largest)
	}
	return channels.ReadFile(s.file, channels.LargestSecret)
}

// absent reports whether err says that a file cannot be had here, and nothing
// of the file itself.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)
}

// unfit says what is wrong with a file that is there, or returns "".
func (s secretFile) unfit() string {
	text, err := s.read()
	switch {
	case err != nil && absent(err):
		return ""
	case err != nil:
		return cause(err)
	case bytes.IndexByte(text, 0) >= 0:
		return "holds a NUL; want plain text"
	case lastKey(s.path) == "key_file":
		return unusable(string(text))
	case lastKey(s.path) == "evidence_key_file" && !bytes.Contains(text, []byte("AGE-SECRET-KEY-")):
		return "holds no age key; want one as age-keygen writes it"
	case s.whole():
		return ""
	}
	if text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r")); bytes.ContainsAny(text, "\r\n") {
		return "holds more than one line; want the secret alone"
	}
	return ""
}

// unusable says why a private key's text signs no letter, or returns "".
func unusable(key string) string {
	if err := email.CheckKey(key); err != nil {
		return err.Error()
	}
	return ""
}

// unfit says what is wrong with where a ledger's file lies, or is to lie, or
// returns "".
func (d DSN) unfit() string {
	file, ok := d.SQLite()
	if !ok || d.Memory() || file == "" {
		return ""
	}
	if about, err := os.Stat(file); err == nil && !about.Mode().IsRegular() {
		return file + ": is no regular file; want one, or none yet"
	}
	folder := filepath.Dir(file)
	switch about, err := os.Stat(folder); {
	case err != nil && !absent(err):
		return folder + ": " + cause(err)
	case errors.Is(err, fs.ErrNotExist):
		return folder + ": no such folder; the ledger's file is made, its folder is not"
	case err == nil && !about.IsDir():
		return folder + ": is no folder"
	}
	return ""
}

// Exposed is what other users of this machine may read or change and should not:
// secrets, the configuration if one stands in it, the ledger with what people have
// said. A file that the group may read is meant so.
func (c *Config) Exposed() Faults {
	var faults Faults
	note := func(path, file string) {
		if text := exposed(file); text != "" {
			faults = append(faults, c.places().at(path, file+": "+text))
		}
	}
	if len(c.inline) > 0 {
		note(c.inline[0], c.places().file)
	}
	for _, s := range c.secrets {
		if key := lastKey(s.path); key != "ca_file" && key != "companies_file" {
			note(s.path, s.file)
		}
	}
	note(secretPath, c.Edition.SecretFile)
	if file, ok := c.Ledger.DSN.SQLite(); ok && !c.Ledger.DSN.Memory() {
		note("ledger.dsn", file)
		note("ledger.dsn", file+"-wal")
		for _, name := range names(c.Channels) {
			note(below("channels", name), filepath.Join(filepath.Dir(file), name+".tokens"))
		}
	}
	return c.places().sorted(faults)
}

// exposed says what others may do with a file, or returns "": with one that is not
// there, or below a folder that others may not enter, they can do nothing.
func exposed(file string) string {
	about, err := os.Stat(file)
	if err != nil || runtime.GOOS == "windows" {
		return ""
	}
	mode := about.Mode().Perm()
	var what string
	switch {
	case mode&0o022 != 0:
		what = "may be changed by others"
	case mode&0o004 != 0:
		what = "may be read by every user of this machine"
	default:
		return ""
	}
	whole, err := filepath.Abs(file)
	for folder := filepath.Dir(whole); err == nil; folder = filepath.Dir(folder) {
		if about, err := os.Stat(folder); err == nil && about.Mode().Perm()&0o011 == 0 {
			return ""
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	return fmt.Sprintf("%s (mode %04o); want chmod %04o", what, mode, mode&0o740)
}
