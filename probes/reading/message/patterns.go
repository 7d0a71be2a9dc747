package message

import (
	"regexp"
	"strings"
	"sync"
)

// A patternTable holds the patterns by which the parts of a message are known. It never changes.
type patternTable struct {
	address   *regexp.Regexp    // an address wherever it stands: real mail breaks the grammar
	id        *regexp.Regexp    // a message id by its brackets alone: many have no @
	parameter *regexp.Regexp    // one parameter of a Content-Type
	enhanced  *regexp.Regexp    // an enhanced status code (RFC 3463)
	divider   *regexp.Regexp    // a line that sets off the quoted message
	older     *regexp.Regexp    // a line that names the older message below it
	wrote     *regexp.Regexp    // the words that introduce a quote
	clock     *regexp.Regexp    // a time of day
	day       *regexp.Regexp    // a day of a year
	byline    *regexp.Regexp    // the line above what a helpdesk agent wrote
	device    *regexp.Regexp    // the line that a telephone adds
	stencil   *regexp.Regexp    // a line that a helpdesk prints around every message
	stencils  map[string]bool   // the words that such a line begins with
	quoted    map[string]string // the field that a name in a quoted header stands for
}

// patterns compiles the table once.
//
//nolint:gochecknoglobals // it is set once and never changes
var patterns = sync.OnceValue(func() *patternTable {
	t := &patternTable{}
	t.address = regexp.MustCompile(`(?:"(?:[^"\\\s@]|\\[^\s]){1,64}"|[\pL\pN.!#$%&'*+/=?^_{|}~-]+)@[\pL\pN-]+(?:\.[\pL\pN-]+)*`)
	t.id = regexp.MustCompile(`<[^<>\s]+>`)
	t.parameter = regexp.MustCompile(`(?i)\b(boundary|charset|report-type|format|delsp)\s*=\s*("[^"]*"?|[^;\s]+)`)
	t.enhanced = regexp.MustCompile(`(?:^|[^\w.])([245]\.\d{1,3}\.\d{1,3})(?:$|[^\w.]|\.\s|\.$)`)
	t.divider = regexp.MustCompile(`(?i)^[-_=*]{2,}\s*(?:original|opprinneleg|opprinnelig|ursprungligt?|oprindelig|alkuperäinen|ursprüngliche|videresendt|vidaresendt|` +
		`vidarebefordrat|forwarded|välitetty|message d.origine|mensaje original|messaggio originale|oorspronkelijk|doorgestuurd|weitergeleitete|reply message)` +
		`[^\n]{0,40}[-_=*]{2,}$|^-{2,}.{0,120}(?:wrote|skrev|kirjoitti)\s*-{2,}$|^begin forwarded message:$|^(?:startet|start|begynnelse på|början på) videresendt melding:$`)
	t.older = regexp.MustCompile(`(?i)^(?:original message|(?:opprinnelig|opprinneleg|oprindelig) (?:melding|meddelelse|besked|henvendelse)|ursprungligt (?:meddelande|mejl)|alkuperäinen viesti)\s*:$|` +
		`^-{3,}\s*[^-].{0,80}\b(?:samtalen?|chatten|conversation|transcript|keskustelu\pL*)\b.{0,80}-{3,}$`)
	t.wrote = regexp.MustCompile(`(?i)(?:wrote|writes|skrev|skreiv|skriver|skrev følgende|skrev följande|kirjoitti|schrieb|geschrieben|a écrit|ha scritto|escribió|escreveu|` +
		`schreef|pisze|napisał\(?a?\)?|написала?|пише|пишет)(?:\s.{0,80})?\s*:$|^(?:on|den|le|am|il|el|em|op)\b.{6,}\b(?:wrote|skrev|écrit|schrieb)\b`)
	t.clock = regexp.MustCompile(`\d{1,2}[:.]\d{2}`)
	t.day = regexp.MustCompile(`\b\d{1,2}[./-]\d{1,2}[./-]20\d\d\b|\b20\d\d-\d\d-\d\d\b|\b\d{1,2}\.?\s\pL+\.?,?\s20\d\d\b|\b\pL+\.?\s\d{1,2},?\s20\d\d\b`)
	t.byline = regexp.MustCompile(`^\pL[^,@<>:]{1,60},\s.{0,20}\d{1,2}.{0,20}\d{1,2}[:.]\d{2}(?:\s?[APap][Mm])?(?:\s\(?[A-Z]{2,5}.{0,8}\)?)?$`)
	t.device = regexp.MustCompile(`(?i)^(?:sent from|sendt fra|sendt frå|von meinem|wysłane z|wysłano z|skickat från|skickat via|lähetetty|gesendet (?:von|mit)|envoyé (?:de|depuis)|sent with|sent via|` +
		`get outlook for|hent outlook|hämta outlook|få outlook|hanki outlook|enviado (?:desde|do)|verzonden (?:vanaf|met)|inviato da)(?:\s[^.,]*)?$`)
	t.stencil = regexp.MustCompile(`(?i)^[\s#*=_—–-]*(?:please\s+)?(?:type|write|skriv|reply|svar|svara)\b.{0,30}\b(?:above|over|ovenfor|ovanför)\s+(?:this|denne|denna|den här)\s+(?:line|linjen|linje|linja|raden)\b.{0,20}$|` +
		`^[\s#*=_—–-]*(?:kirjoita|vastaa)\b.{0,30}\brivin yläpuolelle\b.{0,20}$|` +
		`^\s*(?:this email is a service from|denne e-posten er en tjeneste fra|denne mail er en service fra|det här mejlet är en tjänst från|tämä sähköposti on palvelu)\b.{0,80}$|^\s*powered by \w+\s*$`)
	t.stencils = map[string]bool{}
	for _, w := range strings.Fields("please type write skriv reply svar svara kirjoita vastaa this denne det tämä powered") {
		t.stencils[w] = true
	}
	t.quoted = map[string]string{}
	for name, list := range quotedNames() {
		for _, w := range strings.Split(list, "|") {
			t.quoted[w] = name
		}
	}
	return t
})
