package result

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/svartid/svartid/probes/signature"
)

// source signs for a test's edition.
func source(t *testing.T) Source {
	t.Helper()
	key, err := signature.NewKey("00ff", "spring")
	if err != nil {
		t.Fatal(err)
	}
	return Source{Key: key}
}

// folder is a result as it lies in a folder.
func folder(files []File) fstest.MapFS {
	all := fstest.MapFS{}
	for _, f := range files {
		all[f.Name] = &fstest.MapFile{Data: f.Content}
	}
	return all
}

// TestCheck: each way in which a folder can differ from what was signed is named.
func TestCheck(t *testing.T) {
	s := source(t)
	files := s.signed([]File{{"standings.csv", []byte("a,b\r\n")}, {"pages/kraft.nb.html", []byte("<p>")}})
	for _, tt := range []struct {
		name   string
		change func(fstest.MapFS)
		want   string
	}{
		{"nothing", func(fstest.MapFS) {}, ""},
		{"a file", func(f fstest.MapFS) { f["standings.csv"].Data = []byte("a,c\r\n") }, "standings.csv was changed"},
		{"a file is gone", func(f fstest.MapFS) { delete(f, "pages/kraft.nb.html") }, "pages/kraft.nb.html is missing"},
		{"a file more", func(f fstest.MapFS) { f["pages/dal.nb.html"] = &fstest.MapFile{} }, "pages/dal.nb.html is not in SHA256SUMS"},
		{"an empty folder more", func(f fstest.MapFS) { f["other"] = &fstest.MapFile{Mode: fs.ModeDir | 0o755} }, "other/ is not in SHA256SUMS"},
		{"an empty folder in one", func(f fstest.MapFS) { f["pages/x/y"] = &fstest.MapFile{Mode: fs.ModeDir | 0o755} }, "pages/x/y/ is not in SHA256SUMS"},
		{"the sums", func(f fstest.MapFS) {
			f[sumsName].Data = []byte(strings.Replace(string(f[sumsName].Data), "standings", "standing", 1))
		}, "SHA256SUMS.sig: the signature does not hold: what was signed was changed; standings.csv is not in SHA256SUMS; standing.csv is missing"},
		{"no signature", func(f fstest.MapFS) { delete(f, sigName) }, "SHA256SUMS.sig: the signature does not hold: it is not in the form of ssh-keygen"},
		{"another's signature", func(f fstest.MapFS) {
			other, _ := signature.NewKey("00fe", "spring")
			f[sigName].Data = signature.Encode(other.Sign(f[sumsName].Data))
		}, "SHA256SUMS.sig: the signature does not hold: it is not of the key " + s.Key.Public().String()},
		{"the key beside it", func(f fstest.MapFS) { f["signers"].Data = []byte("svartid ssh-ed25519 AAAA\n") }, "signers was changed"},
	} {
		f := folder(files)
		tt.change(f)
		got, err := Check(f, s.Key.Public())
		if err != nil || strings.Join(got, "; ") != tt.want {
			t.Errorf("%s: got %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	again := s.signed([]File{{"pages/kraft.nb.html", []byte("<p>")}, {"standings.csv", []byte("a,b\r\n")}})
	if got, err := Against(folder(files), again); err != nil || len(got) > 0 || fmt.Sprint(files) != fmt.Sprint(again) {
		t.Errorf("made in another order: got %q, %v", got, err)
	}
}

// TestWrite: a result is written whole or not at all, and never over anything.
func TestWrite(t *testing.T) {
	s := source(t)
	files := s.signed([]File{{"standings.csv", []byte("a\r\n")}, {"pages/kraft.nb.html", []byte("<p>")}})
	parent := t.TempDir()
	dir := filepath.Join(parent, "final")
	for _, step := range []string{"none there", "the same there"} {
		if err := Write(dir, files); err != nil {
			t.Errorf("%s: %v", step, err)
		}
	}
	if faults, err := Check(os.DirFS(dir), s.Key.Public()); err != nil || len(faults) > 0 {
		t.Errorf("got %q, %v", faults, err)
	}
	other := s.signed([]File{{"standings.csv", []byte("b\r\n")}})
	if err := Write(dir, other); !errors.Is(err, ErrFrozen) {
		t.Errorf("another: got %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "standings.csv")); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, files); !errors.Is(err, ErrFrozen) || !strings.Contains(err.Error(), "lacks standings.csv") {
		t.Errorf("one that lacks a file: got %v", err)
	}
	empty := filepath.Join(parent, "empty")
	if err := errors.Join(os.Mkdir(empty, 0o700), Write(empty, files)); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	if err := Write(filepath.Join(parent, "no", "such", "folder"), files); err == nil {
		t.Error("a folder was made in one that is not there")
	}
	if left, _ := filepath.Glob(filepath.Join(parent, ".*")); len(left) > 0 {
		t.Errorf("left %q behind", left)
	}
}

// TestUnsettled: what is not settled has a name of its own, and is listed to an
// end.
func TestUnsettled(t *testing.T) {
	one := &Unsettled{[]Item{{"k1", Provisional}, {"k1", Letter}}}
	if want := "the season is not settled: provisional (1 contact): k1; letter (1 contact): k1"; one.Error() != want {
		t.Errorf("got %s", one)
	}
	seen := map[string]bool{}
	for _, u := range []*Unsettled{one, {[]Item{{"k1", Provisional}}}, {[]Item{{"k2", Provisional}}}, {[]Item{{"k1", Pending}}}, {[]Item{{"k1", Unconfirmed}}}} {
		seen[u.Digest()] = true
	}
	if len(seen) != 5 {
		t.Errorf("got %d digests of 5 lists", len(seen))
	}
	many := &Unsettled{}
	for i := range 100 {
		many.Items = append(many.Items, Item{fmt.Sprint("c", i), Pending})
	}
	if got := many.Error(); !strings.HasSuffix(got, "c19 and 80 more") {
		t.Errorf("got %s", got)
	}
}

// TestCheckFollowsNoLink: what lies elsewhere is not of the folder that was signed,
// though it says the same.
func TestCheckFollowsNoLink(t *testing.T) {
	s := source(t)
	dir := filepath.Join(t.TempDir(), "final")
	if err := Write(dir, s.signed([]File{{"standings.csv", []byte("a\r\n")}})); err != nil {
		t.Fatal(err)
	}
	file, elsewhere := filepath.Join(dir, "standings.csv"), filepath.Join(t.TempDir(), "elsewhere.csv")
	if err := errors.Join(os.Rename(file, elsewhere), os.Symlink(elsewhere, file)); err != nil {
		t.Fatal(err)
	}
	if got, err := Check(os.DirFS(dir), s.Key.Public()); err != nil || len(got) != 1 || got[0] != "standings.csv was changed" {
		t.Errorf("got %q, %v", got, err)
	}
}
