package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// An evidenceStore is a view of a ledger that keeps evidence, and nothing else.
type evidenceStore struct {
	probes.Tx
	kept map[string][]byte
}

// put keeps some evidence under its digest.
func (s evidenceStore) put(words string) string {
	sum := sha256.Sum256([]byte(words))
	digest := hex.EncodeToString(sum[:])
	s.kept[digest] = []byte(words)
	return digest
}

// Evidence returns what is kept.
func (s evidenceStore) Evidence(_ context.Context, digest string) ([]byte, error) {
	words, ok := s.kept[digest]
	if !ok {
		return nil, fmt.Errorf("%s: %w", digest, probes.ErrNoEvidence)
	}
	return words, nil
}

// keep returns what is read of an arrival whose words are not kept apart.
func keep(t testing.TB, media, came string) Heard {
	t.Helper()
	s := evidenceStore{kept: map[string][]byte{}}
	heard, err := Arrival{Evidence: s.put(came), Media: media}.Read(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return heard
}

// picture is a picture that came over Messenger, as Meta delivers it.
const picture = `{"sender":{"id":"1122334455"},"recipient":{"id":"24683579"},"timestamp":1772442000000,` +
	`"message":{"mid":"m_x","attachments":[{"type":"image","payload":{"url":"https://scontent.example/t1.jpg?who=24683579"}}]}}`

// TestArrivalRead: what an arrival says follows from its media alone.
func TestArrivalRead(t *testing.T) {
	const letter = "From: Kraft <post@kraft.example>\r\nSubject: SV: Pris\r\n\r\nDet koster 499 kr.\r\n\r\n> Hva koster det?\r\n"
	for _, tt := range []struct {
		name, media, came, words string
		subject, text            string
	}{
		{"a mail", channels.Mail, letter, "", "SV: Pris", "Det koster 499 kr."},
		{"a chat line", channels.Plain, "Det koster 499 kr.", "", "", "Det koster 499 kr."},
		{"a chat line that begins as a mail does", channels.Plain, "Subject: 499 kr", "", "", "Subject: 499 kr"},
		{"one of two lines", channels.Plain, "Subject: 499 kr\n\nog frakt", "", "", "Subject: 499 kr\n\nog frakt"},
		{"a chat line that is JSON", channels.Plain, `{"content":"x"}`, "", "", `{"content":"x"}`},
		{"words beside JSON", channels.JSON, `{"sender":{"id":"24683579"}}`, "Subject: 499 kr", "", "Subject: 499 kr"},
		{"Messenger's words", channels.JSON, `{"sender":{"id":"24683579"},"message":{"text":"Ja, 499 kr"}}`, "", "", "Ja, 499 kr"},
		{"Messenger's picture", channels.JSON, picture, "", "", "[image]"},
		{"Messenger's words with a picture", channels.JSON, strings.Replace(picture, `"mid"`, `"text":"Se her","mid"`, 1), "", "", "Se her"},
		{"Chatwoot's words", channels.JSON, `{"id":7,"content":"Ja, 499 kr","sender":{"name":"Ola"}}`, "", "", "Ja, 499 kr"},
		{"Chatwoot's files", channels.JSON, `{"content":null,"attachments":[{"file_type":"image"},{"file_type":"file"}]}`, "", "", "[image] [file]"},
		{"a webhook's words", channels.JSON, `{"type":"svartid.reply","data":{"attempt":"a","text":"Ja, 499 kr"}}`, "", "", "Ja, 499 kr"},
		{"a webhook without words", channels.JSON, `{"type":"svartid.reply","data":{"attempt":"a","external_id":"24683579"}}`, "", "", ""},
		{"a sticker", channels.JSON, `{"sticker":1}`, "", "", ""},
		{"another shape", channels.JSON, `{"content":{"who":"24683579"},"message":"24683579","data":[]}`, "", "", ""},
		{"no JSON after all", channels.JSON, "oops 24683579", "", "", ""},
		{"media that is not known: a mail", "", letter, "", "SV: Pris", "Det koster 499 kr."},
		{"media that is not known: JSON", "", picture, "", "", "[image]"},
		{"media that is not known: text", "", "Det koster 499 kr.", "", "", "Det koster 499 kr."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := evidenceStore{kept: map[string][]byte{}}
			a := Arrival{Evidence: s.put(tt.came), Media: tt.media}
			if tt.words != "" {
				a.Words = s.put(tt.words)
			}
			heard, err := a.Read(t.Context(), s)
			if err != nil || !heard.Kept || string(heard.Raw) != tt.came {
				t.Fatalf("got %+v, %v", heard, err)
			}
			if got := heard.Message.Subject(); got != tt.subject {
				t.Errorf("got subject %q, want %q", got, tt.subject)
			}
			if got := strings.TrimSpace(heard.Text()); got != tt.text {
				t.Errorf("got %q, want %q", got, tt.text)
			}
			if strings.Contains(heard.Text(), "24683579") {
				t.Errorf("%q names a person", heard.Text())
			}
		})
	}
}

// TestArrivalErased: what is gone is said to be gone, and no error.
func TestArrivalErased(t *testing.T) {
	s := evidenceStore{kept: map[string][]byte{}}
	raw := s.put(`{"content":"Hei"}`)
	for _, tt := range []struct {
		name string
		Arrival
		kept bool
	}{
		{"all of it", Arrival{Evidence: "gone", Media: channels.Mail}, false},
		{"the words", Arrival{Evidence: raw, Words: "gone", Media: channels.JSON}, false},
		{"the JSON around them", Arrival{Evidence: "gone", Words: s.put("Hei"), Media: channels.JSON}, true},
		{"known by a tap", Arrival{}, false},
	} {
		heard, err := tt.Read(t.Context(), s)
		if err != nil || heard.Kept != tt.kept || heard.Text() != map[bool]string{true: "Hei"}[tt.kept] {
			t.Errorf("%s: got %+v, %v", tt.name, heard, err)
		}
	}
}

// TestOpening: an opener of an early version is shown as it was kept.
func TestOpening(t *testing.T) {
	s := evidenceStore{kept: map[string][]byte{}}
	for _, tt := range []struct {
		name, digest, body string
		kept               bool
	}{
		{"today's", s.put(`{"subject":"Pris","body":"Hva koster det?"}`), "Hva koster det?", true},
		{"an early one", s.put("Hva koster det?"), "Hva koster det?", true},
		{"an erased one", "gone", "", false},
		{"none", "", "", false},
	} {
		o, kept, err := Opening(t.Context(), s, tt.digest)
		if err != nil || kept != tt.kept || o.Body != tt.body {
			t.Errorf("%s: got %+v, %t, %v", tt.name, o, kept, err)
		}
	}
}

// TestPictureOf: what was on the screen is found beside an opener and in a first answer.
func TestPictureOf(t *testing.T) {
	s := evidenceStore{kept: map[string][]byte{}}
	at := time.Unix(0, 0)
	screen := s.put("RIFF WEBP")
	heard := func(picture, evidence string) probes.Event {
		return probes.NewEvent(probes.Heard, 1, at, probes.Classification{Picture: picture, Evidence: evidence})
	}
	for name, c := range map[string]struct {
		event        probes.Event
		digest, webp string
	}{
		"an opener that left":      {probes.WithPicture(probes.NewEvent(probes.Sent, 1, at, probes.Sending{}), screen), screen, "RIFF WEBP"},
		"one that was refused":     {probes.WithPicture(probes.NewEvent(probes.Refused, 1, at, probes.Failure{}), screen), screen, "RIFF WEBP"},
		"one without":              {probes.NewEvent(probes.Sent, 1, at, probes.Sending{}), "", ""},
		"one that was erased":      {probes.WithPicture(probes.NewEvent(probes.Unsure, 1, at, probes.Failure{}), "0123"), "0123", ""},
		"a first answer":           {heard(screen, ""), screen, "RIFF WEBP"},
		"an answer without":        {heard("", s.put("From: a@b.example\r\n\r\nHei")), "", ""},
		"what a company brings":    {heard("", s.put(`{"text":"Hei","picture":"UklGRg=="}`)), "", ""},
		"an answer that is erased": {heard("4567", ""), "4567", ""},
	} {
		got, err := PictureOf(t.Context(), s, c.event)
		if err != nil || got.Digest != c.digest || string(got.WebP) != c.webp {
			t.Errorf("%s: %q %q, %v; want %q %q", name, got.Digest, got.WebP, err, c.digest, c.webp)
		}
	}
}
