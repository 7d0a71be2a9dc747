package reading

import (
	"regexp"
	"strings"
	"sync"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// shortCover is the most words of a letter that is no more than the cover of what is
// attached to it.
const shortCover = 30

// attaches finds words for what is attached, in the languages of the Nordic countries, in
// English, German and French. It is compiled once.
//
//nolint:gochecknoglobals // it is set once and never changes
var attaches = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^\pL])(?:vedlegg\pL*|vedlag[td]\pL*|vedh[æe]ft\pL*|bifog\pL*|bilag\pL*|` +
		`attach(?:ed|ments?)|enclos(?:ed|ures?)|anhang|anlage|angehängt|beigefügt\pL*|liit[et]\pL*|viðheng\pL*|pi[èe]ces? jointes?|ci-joint\pL*)`)
})

// mayAnswerIn says why the answer may be in what is attached to a letter that is none
// itself; empty if it may not. Files are not opened: that the letter points to one, or
// sends the customer elsewhere beside a document, is for a person to look at.
func (r Reading) mayAnswerIn(m message.Message, own string) (why, saw string) {
	if !m.Mail || r.Doubtful {
		return "", ""
	}
	if r.Kind == Deflection && m.CarriesDocument() {
		return "a document is attached", ""
	}
	short := len(lexicon.Words(own)) <= shortCover && (r.Kind == Acknowledgement || r.Kind == Other)
	if cover := strings.TrimSpace(attaches().FindString(own)); cover != "" && (short || r.Kind == Deflection) {
		if m.CarriesFile() || m.Returned != nil {
			return "points to what is attached", cover
		}
	}
	return "", ""
}
