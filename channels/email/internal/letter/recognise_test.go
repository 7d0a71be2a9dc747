package letter

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/marks"
)

// peoplesLetters returns letters that people have written, by the folder that they
// come from: of the reader's own, and of the collection beside the project where
// that is. Those of desks, whose programs write their own forms, are left out.
func peoplesLetters(t testing.TB) map[string][][]byte {
	t.Helper()
	all := map[string][][]byte{}
	const own, shared = "../../../../probes/reading/testdata/", "../../../../../shared/mail/"
	const counted = " before after fresh second third fourth fifth sixth seventh eighth ninth tenth eleventh "
	for _, pattern := range []string{own, shared} {
		file := map[string]string{own: "manifest.csv", shared: "labels.csv"}[pattern]
		for _, manifest := range require(filepath.Glob(pattern + "*/" + file)) {
			folder := filepath.Dir(manifest)
			rows := require(csv.NewReader(bytes.NewReader(require(os.ReadFile(manifest)))).ReadAll())
			for _, row := range rows {
				if row[1] == "answer" && (pattern != own || strings.Contains(counted, " "+filepath.Base(folder)+" ")) {
					all[folder] = append(all[folder], require(os.ReadFile(filepath.Join(folder, row[0]))))
				}
			}
		}
	}
	for _, file := range require(filepath.Glob(shared + "human-reply/*.eml")) {
		all[shared+"human-reply"] = append(all[shared+"human-reply"], require(os.ReadFile(file)))
	}
	for folder, letters := range all {
		all[folder] = slices.DeleteFunc(letters, ofADesk)
	}
	return all
}

// ofADesk reports whether a letter comes from a program that is no person's.
func ofADesk(message []byte) bool {
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil || m.Header.Get("From") == "" {
		return true
	}
	for _, name := range []string{"Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "X-Mailer", "User-Agent"} {
		if m.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// halves deals the sources out to two halves of about the same size.
func halves(letters map[string][][]byte) (all [2][][]byte) {
	folders := slices.Sorted(maps.Keys(letters))
	slices.SortStableFunc(folders, func(a, b string) int { return len(letters[b]) - len(letters[a]) })
	for _, folder := range folders {
		half := 0
		if len(all[1]) < len(all[0]) {
			half = 1
		}
		all[half] = append(all[half], letters[folder]...)
	}
	return all
}

// Shoppers are the personas of one half, and how their addresses are made unique.
type shoppers struct {
	half, seed int
	tag        string
}

// openers writes 150 letters, with what people have written in that half: the words
// are those of a scenario, and not the composing's.
func openers(t testing.TB, s shoppers, said [][]byte) (all [][]byte) {
	t.Helper()
	first := []string{
		"Kari", "Ola", "Bjørn", "Åse", "Ingrid", "Per", "Silje", "Mohammed", "Liv", "Jan Erik", "Ida", "Anne-Lise", "Tor", "Marit", "Emma",
	}
	last := []string{"Nordmann", "Hansen", "Ærlig", "Lie", "Solberg", "Nguyen", "Bakken", "Moen", "Haugen", "Dahl", "Aas", "Berg"}
	const count, personas = 150, 75
	for n := 0; len(all) < count; n++ {
		p := 2*(n%personas) + s.half
		name := first[p%len(first)] + " " + last[p%len(last)]
		words := nameWords(name, "")
		text, subject := marks.Said(said[(n*7)%len(said)])
		if strings.TrimSpace(text) == "" || strings.TrimSpace(subject) == "" {
			continue
		}
		o := require(Prepare(channels.Opening{
			Attempt: "a", Token: fmt.Sprintf("t%dx%d", s.half, n), Reach: "post@kraft.example", Subject: subject, Body: text,
			Persona: channels.Persona{Name: name, Tag: s.tag, Address: fmt.Sprintf("%s.%s@epost%d.example", words[0], words[len(words)-1], 100*s.seed+p)},
		}))
		at := time.Date(2026, 2, 10+n%18, 9+n%6, n%60, (n*13)%60, 0, time.FixedZone("CET", 3600))
		all = append(all, require(Compose(o, at)).Message)
	}
	return all
}

// A classifier is logistic regression on whether a letter has a mark.
type classifier struct {
	weights map[string]float64
	bias    float64
}

func (c classifier) score(marks []string) float64 {
	sum := c.bias
	for _, m := range marks {
		sum += c.weights[m]
	}
	return sum
}

// train fits a classifier that says more than 0 of openers. Each class weighs the
// same.
func train(openers, people [][]string) classifier {
	c := classifier{weights: map[string]float64{}}
	type sample struct {
		marks        []string
		want, weight float64
	}
	var all []sample
	for _, m := range openers {
		all = append(all, sample{m, 1, 1 / float64(len(openers))})
	}
	for _, m := range people {
		all = append(all, sample{m, 0, 1 / float64(len(people))})
	}
	const rounds, rate, decay = 150, 2.0, 0.002
	for range rounds {
		step := map[string]float64{}
		var shift float64
		for _, s := range all {
			off := s.weight * (s.want - 1/(1+math.Exp(-c.score(s.marks))))
			shift += off
			for _, m := range s.marks {
				step[m] += off
			}
		}
		c.bias += rate * shift / 10
		for m, d := range step {
			c.weights[m] += rate*d/10 - decay*c.weights[m]
		}
	}
	return c
}

// right returns the share of letters that a classifier tells rightly, each class
// weighing the same.
func (c classifier) right(openers, people [][]string) float64 {
	var found, spared float64
	for _, m := range openers {
		if c.score(m) > 0 {
			found++
		}
	}
	for _, m := range people {
		if c.score(m) <= 0 {
			spared++
		}
	}
	return (found/float64(len(openers)) + spared/float64(len(people))) / 2
}

// withAddress returns the marks of a person's letter with those of an address that a
// customer could have. The letters at hand are of firms' own people, whose
// addresses are of another kind. The shares are about those of addresses at free
// providers.
func withAddress(all []string, n int) []string {
	all = slices.DeleteFunc(all, func(mark string) bool {
		return strings.HasSuffix(mark, "in the address") || strings.HasSuffix(mark, "before the @")
	})
	token := fmt.Sprintf("n%d", n)
	for mark, percent := range map[string]uint64{"dot": 42, "digits": 22, "four digits": 5} {
		if Draw(mark, token)%100 < percent {
			all = append(all, "sender: "+mark+" in the address")
		}
	}
	length := pick("length", token, "5", "5", "10", "10", "10", "10", "10", "15", "15", "20")
	return append(all, "sender: "+length+" octets before the @")
}

func marksOf(letters [][]byte, drop ...string) (all [][]string) {
	for _, l := range letters {
		m := marks.Of(l)
		m = slices.DeleteFunc(m, func(mark string) bool {
			return slices.ContainsFunc(drop, func(prefix string) bool { return strings.HasPrefix(mark, prefix) })
		})
		all = append(all, m)
	}
	return all
}

// leaning returns the marks that a classifier leans on, the heaviest first.
func (c classifier) leaning(n int) (all []string) {
	names := slices.Sorted(maps.Keys(c.weights))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(math.Abs(c.weights[b]), math.Abs(c.weights[a])) })
	for _, name := range names[:min(n, len(names))] {
		all = append(all, fmt.Sprintf("%+.2f %s", c.weights[name], name))
	}
	return all
}

// notCompared are marks that say nothing here: those who made up people's letters
// made up their Message-IDs and boundaries, and answers write the customer's name
// beside the address.
func notCompared() []string { return []string{"message-id", "boundary", "recipient"} }

// A corpus is letters of a half of the sources, and openers of a half of the
// personas.
type corpus struct{ people, sent [][]string }

// corpora returns the two halves, with openers that write makes.
func corpora(t testing.TB, write func(half int, said [][]byte) [][]byte) (all [2]corpus) {
	t.Helper()
	for half, people := range halves(peoplesLetters(t)) {
		all[half] = corpus{marksOf(people, notCompared()...), marksOf(write(half, people), notCompared()...)}
		for n, m := range all[half].people {
			all[half].people[n] = withAddress(m, 1000*half+n)
		}
	}
	return all
}

// recognised returns the share that a classifier which knows one half tells rightly
// of the other, the mean of both ways, and what it leans on.
func recognised(all [2]corpus) (share float64, leans []string) {
	for known := range 2 {
		c := train(all[known].sent, all[known].people)
		share += c.right(all[1-known].sent, all[1-known].people) / 2
		leans = append(leans, c.leaning(8)...)
	}
	return share, leans
}

// mostRecognised is the most that a classifier may tell rightly of letters that it
// does not know, where a coin tells a half.
const mostRecognised = 0.65

// TestOpenersAreNotRecognised trains a plain classifier on headers, addresses, sizes
// and words: it must hardly tell openers from people's letters. That it can tell is
// shown by letters of one form, as openers had it at first.
//
// Letters of programs that name themselves are left out, because no opener may claim
// to be of one; webmail names none.
func TestOpenersAreNotRecognised(t *testing.T) {
	const draws = 3
	var mean float64
	for seed := range draws {
		all := corpora(t, func(half int, said [][]byte) [][]byte { return openers(t, shoppers{half, seed, "catchall"}, said) })
		share, leans := recognised(all)
		t.Logf("personas %d: %.1f %% of unseen letters are told rightly, by\n%s", seed, 100*share, strings.Join(leans, "\n"))
		mean += share / draws
	}
	if mean > mostRecognised {
		t.Errorf("%.1f %% of unseen letters are told rightly", 100*mean)
	}
	for name, write := range map[string]func(half int, said [][]byte) [][]byte{
		"plus tags": func(half int, said [][]byte) [][]byte { return openers(t, shoppers{half, 0, "plus"}, said) },
		"one form": func(half int, said [][]byte) [][]byte {
			return uniform(openers(t, shoppers{half, 0, "plus"}, said))
		},
	} {
		share, leans := recognised(corpora(t, write))
		t.Logf("%s: %.1f %% of unseen letters are told rightly, by\n%s", name, 100*share, strings.Join(leans, "\n"))
		if share < 0.9 {
			t.Errorf("%s: %.1f %% are told rightly: the classifier sees nothing", name, 100*share)
		}
	}
}

// uniform gives letters the form that openers had at first: one order of fields, one
// charset, one encoding.
func uniform(letters [][]byte) (all [][]byte) {
	for _, l := range letters {
		m := require(mail.ReadMessage(bytes.NewReader(l)))
		text, subject := marks.Said(l)
		body, _ := Style{}.encode(text)
		all = append(all, fmt.Appendf(nil, "Message-ID: <x@example.no>\r\nDate: %s\r\nMIME-Version: 1.0\r\nFrom: %s\r\nTo: %s\r\nSubject: %s\r\n"+
			"Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: %s\r\n\r\n%s",
			m.Header.Get("Date"), m.Header.Get("From"), m.Header.Get("To"), mime.QEncoding.Encode("UTF-8", subject), body, text))
	}
	return all
}
