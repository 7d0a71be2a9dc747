package result

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
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

// TestCheckRules: a result by other rules than those of the plan of its start, which lies
// beside it, is no whole result unless each of them stands in it as accepted.
func TestCheckRules(t *testing.T) {
	rules := plan.Season{
		Name: "spring", Seed: "x7", From: calendar.Date{Year: 2027, Month: 1, Day: 4}, To: calendar.Date{Year: 2027, Month: 1, Day: 29},
		Terms: []edition.Term{{Name: "score", Value: "capped-wait"}},
	}
	text := func(change func(*plan.Season)) string {
		other := rules
		change(&other)
		return plan.Plan{}.Canonical(other)
	}
	first := text(func(*plan.Season) {})
	late := text(func(s *plan.Season) {
		s.To, s.Terms = s.To.AddDays(-7), []edition.Term{{Name: "score", Value: "award"}}
	})
	before, after := rules.From.In(time.UTC).Add(-time.Hour), rules.From.In(time.UTC).Add(time.Hour)
	followed := func(text string, since time.Time) Plan {
		return Plan{plan.DigestOf(text), since, "plan-" + plan.DigestOf(text) + ".txt"}
	}
	const moved, ranked = "last day was 2027-01-29, and is 2027-01-22", "score was capped-wait, and is award"
	for _, tt := range []struct {
		name   string
		change func(*Summary)
		want   []string
	}{
		{"nothing", func(*Summary) {}, nil},
		{"the seed", func(s *Summary) { s.Seed = "other" }, []string{"the seed is another"}},
		{"the last day", func(s *Summary) { s.To = "2027-01-22" }, []string{moved}},
		{"the first day", func(s *Summary) { s.From = "" }, []string{"first day was 2027-01-04, and is not set"}},
		{"the policy", func(s *Summary) { s.Terms[0].Value = "award" }, []string{ranked}},
		{"a floor", func(s *Summary) { s.Terms = append(s.Terms, Term{"floor", "0.5"}) }, []string{"floor was not set, and is 0.5"}},
		{"by a plan from after the start", func(s *Summary) {
			s.Terms[0].Value, s.To, s.Plans = "award", "2027-01-22", append(s.Plans, followed(late, after))
		}, []string{moved, ranked}},
		{"by a plan from before the start", func(s *Summary) {
			s.Terms[0].Value, s.To, s.Plans = "award", "2027-01-22", append(s.Plans, followed(late, before.Add(time.Minute)))
		}, nil},
		{"one of two is accepted", func(s *Summary) {
			s.Terms[0].Value, s.To, s.Unsettled = "award", "2027-01-22", []Item{{ranked, Rules}}
		}, []string{moved}},
	} {
		sum := Summary{Edition: "spring", From: "2027-01-04", To: "2027-01-29", Seed: "x7", Terms: []Term{{"score", "capped-wait"}}, Plans: []Plan{followed(first, before)}}
		tt.change(&sum)
		written, err := indented(sum)
		if err != nil {
			t.Fatal(err)
		}
		s := source(t)
		f := folder(s.signed([]File{{summaryName, written}, {followed(first, before).File, []byte(first)}, {followed(late, after).File, []byte(late)}}))
		var want []string
		for _, w := range tt.want {
			want = append(want, "result.json: not by the rules of the plan: "+w)
		}
		if got, err := Check(f, s.Key.Public()); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", tt.name, got, err, want)
		}
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
