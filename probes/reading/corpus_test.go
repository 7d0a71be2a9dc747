package reading

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// A sample is one labelled file of a corpus.
type sample struct {
	file  string
	label Kind
	// hard is true of a bounce that is labelled permanent; soft where it is labelled otherwise.
	hard, soft bool
	language   string
}

// corpus reads the manifest of a folder: file, label and more.
func corpus(t testing.TB, dir string) []sample {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "manifest.csv"))
	if err != nil {
		t.Skipf("no corpus there: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]Kind{
		"bounce-hard": Bounce, "bounce-soft": Bounce, "bounce-delayed": Delay, "auto-ack": Acknowledgement,
		"out-of-office": Absence, "human-reply": Answer, "human-reply-body": Answer,
	}
	var samples []sample
	for _, row := range rows[1:] {
		s := sample{file: filepath.Join(dir, row[0]), label: Kind(row[1]), hard: row[1] == "bounce-hard", soft: row[1] == "bounce-soft"}
		if kind, ok := kinds[row[1]]; ok {
			s.label = kind
		}
		if len(row[2]) == 2 {
			s.language = row[2]
		}
		samples = append(samples, s)
	}
	return samples
}

// message reads a sample: a mail, or a text where the name ends in .txt.
func (s sample) message(t testing.TB) message.Message {
	t.Helper()
	raw, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(s.file, ".txt") {
		return message.Plain(string(raw))
	}
	return message.Parse(raw)
}

// A confusion counts what was read against what was labelled.
type confusion struct {
	read           map[[2]Kind]int
	doubtful, firm int          // readings that were wrong
	unsure         map[Kind]int // doubtful readings by label, right ones too
	languages      [2]int
	permanence     [2]int // right, of how many
	wrong          []string
}

// confuse reads every sample of a corpus.
func confuse(t *testing.T, dir string) *confusion {
	c := &confusion{read: map[[2]Kind]int{}, unsure: map[Kind]int{}}
	asked := askedInFixtures()
	if base := filepath.Base(dir); base != "before" && base != "after" {
		asked = nil // those companies were asked something else, each its own
	}
	for _, s := range corpus(t, dir) {
		m := s.message(t)
		r := Read(m, asked[s.language], time.Time{})
		c.read[[2]Kind{s.label, r.Kind}]++
		if r.Doubtful {
			c.unsure[s.label]++
		}
		if s.label != r.Kind {
			c.note(s, r)
		}
		if s.label == Bounce && (s.hard || s.soft) {
			c.permanence[1]++
			if r.Permanent == s.hard {
				c.permanence[0]++
			} else if testing.Verbose() && os.Getenv("PERMANENCE") != "" {
				c.wrong = append(c.wrong, fmt.Sprintf("  permanence %s: %v %s", s.file, r.Permanent, r.Status))
			}
		}
		if s.language != "" && r.Kind != Bounce && r.Kind != Delay && s.label != Other {
			c.languages[1]++
			if r.Language == s.language {
				c.languages[0]++
			} else {
				c.wrong = append(c.wrong, fmt.Sprintf("  language %s: %q", s.file, r.Language))
			}
		}
	}
	return c
}

// note keeps a reading that is not the label.
func (c *confusion) note(s sample, r Reading) {
	if c.firm++; r.Doubtful {
		c.firm, c.doubtful = c.firm-1, c.doubtful+1
	}
	c.wrong = append(c.wrong, fmt.Sprintf("  %s: %s read as %s, doubtful %v\n    %v", s.file, s.label, r.Kind, r.Doubtful, r.Because))
}

// String prints the table, labels down, readings across.
func (c *confusion) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "\n%-16s", "")
	for _, k := range Kinds() {
		fmt.Fprintf(&out, "%7.6s", k)
	}
	for _, label := range Kinds() {
		fmt.Fprintf(&out, "\n%-16s", label)
		for _, k := range Kinds() {
			fmt.Fprintf(&out, "%7d", c.read[[2]Kind{label, k}])
		}
	}
	fmt.Fprintf(&out, "\ndoubtful: %v", c.unsure)
	fmt.Fprintf(&out, "\nwrong: %d firm, %d doubtful; language %v; permanence %v\n", c.firm, c.doubtful, c.languages, c.permanence)
	return out.String() + strings.Join(c.wrong, "\n")
}

// sum adds up the cells whose label and reading both satisfy their test.
func (c *confusion) sum(label, read func(Kind) bool) int {
	n := 0
	for cell, count := range c.read {
		if label(cell[0]) && read(cell[1]) {
			n += count
		}
	}
	return n
}

// askedInFixtures is what the customer wrote in our own fixtures, by language.
func askedInFixtures() map[string]Asked {
	return map[string]Asked{
		"nb": {Subject: "Spørsmål om abonnement", Text: "Hei! Jeg lurer på hva det koster å si opp abonnementet mitt, og hvor lang oppsigelsestid det er.\n\nHilsen Kari Holm"},
		"nn": {Subject: "Spørsmål om abonnement", Text: "Hei! Eg lurer på kva det kostar å seie opp abonnementet mitt, og kor lang oppseiingstid det er.\n\nHelsing Kari Holm"},
		"da": {Subject: "Spørgsmål om abonnement", Text: "Hej! Jeg vil gerne vide, hvad det koster at opsige mit abonnement, og hvor lang opsigelsesfrist der er.\n\nHilsen Kari Holm"},
		"sv": {Subject: "Fråga om abonnemang", Text: "Hej! Jag undrar vad det kostar att säga upp mitt abonnemang och hur lång uppsägningstid det är.\n\nHälsningar Kari Holm"},
		"fi": {Subject: "Kysymys tilauksesta", Text: "Hei! Paljonko tilauksen irtisanominen maksaa ja kuinka pitkä irtisanomisaika on?\n\nTerveisin Kari Holm"},
		"en": {Subject: "Question about my subscription", Text: "Hi! What does it cost to cancel my subscription, and how long is the notice period?\n\nRegards Kari Holm"},
	}
}

func TestConfusion(t *testing.T) {
	for _, dir := range []string{"testdata/before", "testdata/after", "testdata/fresh", "testdata/second", "testdata/third", "testdata/fourth", "testdata/fifth", "testdata/simulated", "testdata/tenth", "../../../shared/mail"} {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			c := confuse(t, dir)
			t.Log(c)
			c.assertAims(t)
		})
	}
}

// TestUnseenLetters reads letters from which nothing has learnt: hardly any may be wrong and sure.
func TestUnseenLetters(t *testing.T) {
	c := confuse(t, "testdata/eleventh")
	t.Log(c)
	if n := len(corpus(t, "testdata/eleventh")); n < 50 || c.firm*50 > n {
		t.Errorf("%d of %d wrong and sure, want at most 2 %%", c.firm, n)
	}
}

// assertAims fails where the aims for the reader are missed.
func (c *confusion) assertAims(t *testing.T) {
	t.Helper()
	is := func(kinds ...Kind) func(Kind) bool {
		return func(k Kind) bool { return slices.Contains(kinds, k) }
	}
	any := func(Kind) bool { return true }
	machine := is(Bot, Acknowledgement, Absence, Bounce, Delay)
	failed, right := c.sum(is(Bounce, Delay), any), c.read[[2]Kind{Bounce, Bounce}]+c.read[[2]Kind{Delay, Delay}]
	if right*100 < failed*99 {
		t.Errorf("bounces and delays: %d of %d read right, want 99 %%", right, failed)
	}
	if n := c.sum(is(Bounce), is(Answer)); n > 0 {
		t.Errorf("%d bounces read as answers, want none", n)
	}
	if n, of := c.sum(machine, is(Answer)), c.sum(machine, any); n*100 >= of && n > 0 {
		t.Errorf("%d of %d automatic read as answers, want under 1 %%", n, of)
	}
	// Who says that he has passed a letter on deflects by the older labels, and acknowledges by the newer.
	taken := c.sum(is(Answer), machine) + c.sum(is(Deflection), is(Bot, Absence, Bounce, Delay))
	if n, of := taken, c.sum(is(Answer, Deflection), any); n*100 >= of && n > 0 {
		t.Errorf("%d of %d people read as machines, want under 1 %%", n, of)
	}
}

// TestOwnIsText: the words alone are those that the whole reading gives, of letters,
// reports and what cannot be read.
func TestOwnIsText(t *testing.T) {
	var files []string
	err := filepath.WalkDir("testdata", func(path string, d os.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(path, ".eml") || strings.HasSuffix(path, ".txt")) && len(files) < 600 {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 50 {
		t.Fatalf("got %d letters, %v", len(files), err)
	}
	check := func(name string, m message.Message) {
		if got, want := Own(m), Read(m, Asked{}, time.Time{}).Text; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, file := range files {
		check(file, sample{file: file}.message(t))
	}
	for name, raw := range map[string]string{
		"nothing": "\r\n", "a file alone": "Content-Type: application/pdf\r\n\r\n%PDF", "encrypted": "Content-Type: multipart/encrypted\r\n\r\nx",
		"parts without a mark": "Content-Type: multipart/mixed\r\n\r\nHei",
	} {
		check(name, message.Parse([]byte(raw)))
	}
	check("failed", message.Message{Failed: "no memory", Text: "Hei"})
}
