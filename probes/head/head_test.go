package head

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"mime/quotedprintable"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/signature"
)

// maker signs for a test's edition.
func maker(t *testing.T) Maker {
	t.Helper()
	key, err := signature.NewKey("00ff", "spring 2027")
	if err != nil {
		t.Fatal(err)
	}
	return Maker{Edition: "spring 2027", Key: key}
}

// A book is a ledger that publishes its heads.
type book struct {
	*ledger.Ledger
	t         *testing.T
	maker     Maker
	published []string
	now       time.Time
}

// open opens an empty one.
func open(t *testing.T) *book {
	t.Helper()
	l, err := ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), ledgertest.Options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return &book{Ledger: l, t: t, maker: maker(t), now: ledgertest.Monday}
}

func (b *book) update(do func(tx probes.Tx) error) {
	b.t.Helper()
	if err := b.Update(b.t.Context(), do); err != nil {
		b.t.Fatal(err)
	}
}

// live writes down what happens.
func (b *book) live(all ...ledgertest.Happening) {
	b.t.Helper()
	b.update(func(tx probes.Tx) error {
		for _, h := range all {
			if err := ledgertest.Append(b.t.Context(), tx, h); err != nil {
				return err
			}
		}
		return nil
	})
}

// publish makes the head of a day.
func (b *book) publish() {
	b.t.Helper()
	b.now = b.now.Add(24 * time.Hour)
	last := ""
	if n := len(b.published); n > 0 {
		last = b.published[n-1]
	}
	b.update(func(tx probes.Tx) error {
		k, err := b.maker.Make(b.t.Context(), tx, b.now, last)
		b.published = append(b.published, k.Line)
		return err
	})
}

// keep writes heads into the ledger as another kept them.
func (b *book) keep(heads []Kept) {
	b.t.Helper()
	b.update(func(tx probes.Tx) error {
		for _, k := range heads {
			digest, err := tx.Keep(b.t.Context(), []byte(k.paper()))
			if err != nil {
				return err
			}
			mark := channels.Checkpoint{Source: fmt.Sprint(k.Number), Position: digest, Until: k.At}
			if err := tx.Advance(b.t.Context(), probes.Heads, mark); err != nil {
				return err
			}
		}
		return nil
	})
}

// history reads its heads.
func (b *book) history() (all []Kept) {
	b.t.Helper()
	err := b.View(b.t.Context(), func(tx probes.Tx) (err error) {
		all, err = History(b.t.Context(), tx)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// against compares the ledger with lines that were published.
func (b *book) against(lines []string) string {
	b.t.Helper()
	var faults []string
	err := b.View(b.t.Context(), func(tx probes.Tx) (err error) {
		faults, err = b.maker.Compare(b.t.Context(), tx, []Copy{{Name: "heads.txt", Text: []byte(strings.Join(lines, "\n") + "\n"), Whole: true}})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(faults, "\n")
}

// days are the happenings of three days.
func days() [3][]ledgertest.Happening {
	r := rand.New(rand.NewPCG(1, 2))
	all := ledgertest.Shuffle(r, ledgertest.Lives(r, 12))
	third := len(all) / 3
	return [3][]ledgertest.Happening{all[:third], all[third : 2*third], all[2*third:]}
}

// season is a ledger of three days, with the head of each.
func season(t *testing.T) *book {
	t.Helper()
	b := open(t)
	for _, day := range days() {
		b.live(day...)
		b.publish()
	}
	return b
}

// TestCompare: a ledger that is what it was holds; one that was rewritten, cut or
// restored is told from it, whoever did it and with whichever key.
func TestCompare(t *testing.T) {
	true3 := season(t)
	if got := true3.against(true3.published); got != "" {
		t.Fatalf("the ledger itself: got %s", got)
	}
	all := days()
	changed := func(h ledgertest.Happening) ledgertest.Happening {
		h.Events = slices.Clone(h.Events)
		h.Events[0].At = h.Events[0].At.Add(time.Minute)
		return h
	}
	for _, tt := range []struct {
		name string
		make func(b *book)
		want []string // each once
	}{
		{"one event another, the heads as they were", func(b *book) {
			day := slices.Clone(all[1])
			last := len(day) - 1
			day[last] = changed(day[last])
			b.live(slices.Concat(all[0], day, all[2])...)
			b.keep(true3.history())
		}, []string{"the events that head 2 of 2026-03-04 09:00 UTC had seen were rewritten"}},
		{"one event another, and the heads made anew", func(b *book) {
			day := slices.Clone(all[1])
			day[0] = changed(day[0])
			for _, d := range [][]ledgertest.Happening{all[0], day, all[2]} {
				b.live(d...)
				b.publish()
			}
		}, []string{
			"head 2 of 2026-03-04 09:00 UTC was published (heads.txt), and this ledger keeps another one",
			"head 3 of 2026-03-05 09:00 UTC was published (heads.txt), and this ledger keeps another one",
			"heads.txt lacks head 2 of this ledger", "heads.txt lacks head 3 of this ledger",
		}},
		{"the last events cut off", func(b *book) {
			b.live(slices.Concat(all[0], all[1], all[2][:len(all[2])-1])...)
			b.keep(true3.history())
		}, []string{": the ledger was cut"}},
		{"a copy from before the last head", func(b *book) {
			b.live(slices.Concat(all[0], all[1])...)
			b.keep(true3.history()[:2])
		}, []string{"head 3 of 2026-03-05 09:00 UTC was published (heads.txt), and this ledger does not know it: it is a copy from before"}},
		{"a copy that went on", func(b *book) {
			b.live(slices.Concat(all[0], all[1])...)
			b.keep(true3.history()[:2])
			b.published, b.now = slices.Clone(true3.published), true3.now
			b.live(all[2]...)
			b.publish()
		}, []string{"head 3 of 2026-03-05 09:00 UTC was published (heads.txt), and this ledger does not know it", "heads.txt lacks head 4 of this ledger"}},
		{"an empty one", func(*book) {}, []string{
			"head 1 of", "head 2 of", "head 3 of",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := open(t)
			tt.make(b)
			got := b.against(true3.published)
			if len(strings.Split(got, "\n")) != len(tt.want) {
				t.Errorf("got\n%s\nwant %d faults", got, len(tt.want))
			}
			for _, want := range tt.want {
				if strings.Count(got, want) != 1 {
					t.Errorf("got\n%s\nwant once %q", got, want)
				}
			}
		})
	}
}

// TestPublishedAfterACopy: a ledger that was restored goes on from what was
// published, so that the copies stay one chain.
func TestPublishedAfterACopy(t *testing.T) {
	true3, all := season(t), days()
	b := open(t)
	b.live(slices.Concat(all[0], all[1])...)
	b.keep(true3.history()[:2])
	b.published, b.now = slices.Clone(true3.published), true3.now
	b.publish()
	got := b.against(b.published)
	if strings.Count(got, "\n") != 0 || !strings.HasPrefix(got, "head 3 of 2026-03-05 09:00 UTC was published (heads.txt), and this ledger does not know it") {
		t.Errorf("got %s", got)
	}
}

// TestCopies: what others keep is held against itself as well.
func TestCopies(t *testing.T) {
	b := season(t)
	stranger := maker(t)
	stranger.Key, _ = signature.NewKey("00aa", "spring 2027")
	h, err := Parse(b.published[1], b.maker.Key.Public())
	if err != nil || h.Edition != "spring 2027" || h.Number != 2 || h.Previous != digestOf(b.published[0]) {
		t.Fatalf("got %+v, %v", h, err)
	}
	other := h
	other.Digest = strings.Repeat("0", 64)
	for _, tt := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"a line is missing", []string{b.published[0], b.published[2]}, "heads.txt lacks head 2 of this ledger"},
		{"the last is missing", b.published[:2], "heads.txt lacks head 3 of this ledger"},
		{"another's key", []string{b.published[0], h.Line(stranger.Key), b.published[2]}, "heads.txt: head 2 of 2026-03-04 09:00 UTC: the signature does not hold"},
		{"a field changed", []string{b.published[0], strings.Replace(b.published[1], " 2 ", " 22 ", 1), b.published[2]}, "heads.txt: head 22 of 2026-03-04 09:00 UTC: the signature does not hold"},
		{"two of one number", append(slices.Clone(b.published), other.Line(b.maker.Key)), "head 2 of 2026-03-04 09:00 UTC was published twice, and not the same"},
		{"another in between", []string{b.published[0], other.Line(b.maker.Key), b.published[2]}, "head 3 of 2026-03-05 09:00 UTC follows on another head 2"},
	} {
		if got := b.against(tt.lines); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	for _, line := range []string{"", "svartid-head-1", "svartid-head-2 a 1 2027-01-01T00:00:00Z 1 1 x - y", "svartid-head-1 a 1 2027-01-01T00:00:00Z 1 1 0 x - y", "svartid-head-3 a 1 2027-01-01T00:00:00Z 1 1 0 x - y", strings.Replace(b.published[0], " 1 ", " 0 ", 1), strings.Replace(b.published[0], " 1 ", " +1 ", 1)} {
		if _, err := Parse(line, b.maker.Key.Public()); !errors.Is(err, ErrLine) {
			t.Errorf("%q: got %v", line, err)
		}
	}
}

// folded breaks a text into lines of so many characters.
func folded(text string, width int, with string) string {
	var rows []string
	for ; len(text) > width; text = text[width:] {
		rows = append(rows, text[:width])
	}
	return strings.Join(append(rows, text), with)
}

// TestLines: heads are found in whatever a mailbox or an editor has made of them.
func TestLines(t *testing.T) {
	b := season(t)
	one, two := b.published[0], b.published[1]
	printed := func(text string) string {
		var out strings.Builder
		w := quotedprintable.NewWriter(&out)
		_, err := w.Write([]byte(text))
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	both := "The heads:\r\n\r\n" + one + "\r\n" + two + "\r\n"
	encoded := "Subject: heads\r\nContent-Transfer-Encoding: base64\r\n\r\n" + folded(base64.StdEncoding.EncodeToString([]byte(both)), 76, "\r\n")
	words := func(line string) string { // broken at spaces, and in the signature, as flowed text is
		before, signed := cutLast(line)
		return strings.ReplaceAll(before, " ", "\n") + "\n" + folded(signed, 70, "\n")
	}
	escaped := strings.NewReplacer("+", "&#43;", "=", "&#x3D;", "/", "&#47;").Replace
	var utf16le strings.Builder
	utf16le.WriteString("\xff\xfe")
	for _, r := range both {
		utf16le.WriteString(string([]byte{byte(r), 0}))
	}
	for _, tt := range []struct{ name, text string }{
		{"a mail in quoted-printable", "Subject: x\r\n\r\n" + printed(both)},
		{"a mail in base64", encoded},
		{"a part of a mail in base64", "--b\r\n" + encoded + "\r\n--b--\r\n"},
		{"HTML with breaks", "<html><body>The heads:<br>" + escaped(one) + "<br/>" + escaped(two) + "</body></html>"},
		{"HTML, preformatted and quoted", "<blockquote type=\"cite\"><pre class=\"moz-quote-pre\" wrap=\"\">\r\n&gt; " + escaped(one) + "\r\n&gt; " + escaped(two) + "\r\n</pre></blockquote>"},
		{"HTML in paragraphs, folded, with its spaces kept", "<P style='margin:0'>" + strings.ReplaceAll(escaped(words(one)), "\n", "&nbsp;\n") + "</P><DIV><SPAN>" + words(two) + "</SPAN></DIV>"},
		{"HTML in quoted-printable", "Content-Type: text/html\r\n\r\n" + printed("<div>"+escaped(one)+"</div>\r\n<div>"+escaped(two)+"</div>")},
		{"HTML in base64", "Content-Type: text/html\r\n\r\n" + folded(base64.StdEncoding.EncodeToString([]byte("<p>"+escaped(one)+"</p><p>"+escaped(two)+"</p>")), 76, "\r\n")},
		{"HTML with breaks where words may", "<td>" + strings.ReplaceAll(one, "/", "/<wbr>") + "</td><td>" + two + "</td>"},
		{"a file", one + "\n" + two + "\n"},
		{"a file with a byte order mark and carriage returns", "\ufeff" + one + "\r\n" + two + "\r\n"},
		{"a file in UTF-16", utf16le.String()},
		{"a file with carriage returns alone", one + "\r" + two},
		{"indents", "  " + one + "\r\nnothing\r\n\t" + two},
		{"quoted", "> " + one + "\n> " + two + "\n"},
		{"quoted twice", ">> " + one + "\n> > " + two + "\n"},
		{"quoted in quoted-printable", printed("> " + one + "\r\n> " + two + "\r\n")},
		{"folded", folded(one, 76, "\n") + "\n" + folded(two, 76, "\n") + "\n\n-- \nsvartid"},
		{"folded and quoted", "> " + folded(one, 72, "\n> ") + "\n>\n> " + folded(two, 72, "\n> ") + "\n"},
		{"broken at spaces", words(one) + "\n\n" + words(two)},
		{"folded with indents", folded(one, 60, "\r\n\t") + "\r\n" + folded(two, 60, "\r\n ")},
	} {
		if got := Lines([]byte(tt.text)); !slices.Equal(got, b.published[:2]) {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
	short := one[:len(one)-40]
	for _, text := range []string{short, short + "\n\n" + one[len(one)-40:], short + "\n" + two} {
		if got := Lines([]byte(text)); len(got) == 0 || got[0] == one {
			t.Errorf("%q: got %q", text, got)
		}
	}
	changed := strings.Replace(one, one[len(one)-20:], strings.Repeat("A", 20), 1)
	if got := Lines([]byte("> " + folded(changed, 76, "\n> "))); len(got) != 1 || got[0] != changed {
		t.Errorf("a signature that was changed: got %q", got)
	}
	if got := Lines([]byte("nothing\nsvartid-head-3 x\n")); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}

// TestVerified: the ledger's own audit knows the papers of heads, and misses one
// that is gone.
func TestVerified(t *testing.T) {
	b := season(t)
	if err := b.Verify(context.Background()); err != nil {
		t.Error(err)
	}
	b.update(func(tx probes.Tx) error {
		return tx.Advance(t.Context(), probes.Heads, channels.Checkpoint{Source: "4", Position: strings.Repeat("0", 64), Until: b.now})
	})
	if err := b.Verify(context.Background()); err == nil || !strings.Contains(err.Error(), "head 4 that was published names it") {
		t.Errorf("got %v", err)
	}
	if got := b.against(b.published); got != "head 4 is not kept in the ledger as it was made: what had changed since then cannot be held against others" {
		t.Errorf("got %s", got)
	}
}
