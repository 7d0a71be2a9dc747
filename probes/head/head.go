package head

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/signature"
)

// form is how the first field of a line names its form, and oldForm that of lines
// which say nothing of arrivals.
const (
	form    = "svartid-head-2"
	oldForm = "svartid-head-1"
)

// none stands for the digest of the line before the first.
const none = "-"

// ErrLine says that a line is no head, or one whose form is not known.
var ErrLine = errors.New("it is no head of a ledger")

// A Head says where a ledger stood.
type Head struct {
	Edition  string
	Number   int // from 1
	At       time.Time
	Contacts int
	Events   int
	Arrivals int
	Digest   string // of the State and the arrivals
	Previous string // digest of the line before; empty: there is none

	old bool // it is of the old form, and covers no arrivals
}

// text is the line without its signature.
func (h Head) text() string {
	previous := h.Previous
	if previous == "" {
		previous = none
	}
	named, counts := form, fmt.Sprintf("%d %d %d", h.Contacts, h.Events, h.Arrivals)
	if h.old {
		named, counts = oldForm, fmt.Sprintf("%d %d", h.Contacts, h.Events)
	}
	return fmt.Sprintf("%s %s %d %s %s %s %s", named, url.QueryEscape(h.Edition), h.Number,
		h.At.UTC().Format(time.RFC3339), counts, h.Digest, previous)
}

// Line returns the signed line, without a line feed.
func (h Head) Line(key signature.Key) string {
	text := h.text()
	return text + " " + base64.StdEncoding.EncodeToString(key.Sign([]byte(text)))
}

// Name names a head for people.
func (h Head) Name() string {
	return fmt.Sprintf("head %d of %s", h.Number, h.At.UTC().Format("2006-01-02 15:04 MST"))
}

// Parse reads a line. The error wraps [ErrLine], or signature.ErrSignature if it
// is not signed by the key.
func Parse(line string, key signature.Public) (Head, error) {
	text, signed := cutLast(line)
	h, err := parse(text)
	if err != nil {
		return h, err
	}
	raw, err := base64.StdEncoding.DecodeString(signed)
	if err != nil {
		return h, fmt.Errorf("%s: %w", h.Name(), signature.ErrSignature)
	}
	if err := key.Verify([]byte(text), raw); err != nil {
		return h, fmt.Errorf("%s: %w", h.Name(), err)
	}
	return h, nil
}

// cutLast cuts a line before its last field.
func cutLast(line string) (before, last string) {
	i := strings.LastIndexByte(line, ' ')
	if i < 0 {
		return line, ""
	}
	return line[:i], line[i+1:]
}

// parse reads a line without its signature. What it reads is written the same.
func parse(text string) (h Head, err error) {
	fields := strings.Split(text, " ")
	const all = 9
	switch h.old = fields[0] == oldForm; {
	case h.old && len(fields) == all-1:
		fields = slices.Insert(fields, 6, "0")
	case fields[0] != form || len(fields) != all:
		return h, ErrLine
	}
	var errs [6]error
	h.Edition, errs[0] = url.QueryUnescape(fields[1])
	h.Number, errs[1] = strconv.Atoi(fields[2])
	h.At, errs[2] = time.Parse(time.RFC3339, fields[3])
	h.Contacts, errs[3] = strconv.Atoi(fields[4])
	h.Events, errs[4] = strconv.Atoi(fields[5])
	h.Arrivals, errs[5] = strconv.Atoi(fields[6])
	h.Digest = fields[7]
	if fields[8] != none {
		h.Previous = fields[8]
	}
	if errors.Join(errs[:]...) != nil || h.Number < 1 || h.text() != text {
		return h, ErrLine
	}
	return h, nil
}
