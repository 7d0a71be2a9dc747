package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

// An Arrival points at what is kept of something that was heard.
type Arrival struct {
	Evidence string // digest of what came
	Words    string // digest of the words, where they are kept apart; empty: they are in what came
	Media    string // of what came; empty: not known
}

// ArrivalOf returns what a heard event points at. Media is what each arrival of
// its contact is, as [Media] returns it.
func ArrivalOf(e probes.Event, media map[string]string) Arrival {
	j := probes.Payload[probes.Classification](e)
	return Arrival{j.Evidence, j.Words, media[j.Arrival]}
}

// A Heard is what is still kept of an arrival.
type Heard struct {
	Raw     []byte          // as it came; nil: erased
	Message message.Message // its words, as its media has them; empty if they were erased
	Kept    bool            // its words are still kept
}

// Read reads an arrival. What was erased is no error.
func (a Arrival) Read(ctx context.Context, from probes.EvidenceStore) (Heard, error) {
	raw, kept, err := evidence(ctx, from, a.Evidence)
	if err != nil {
		return Heard{}, err
	}
	h := Heard{Raw: raw, Kept: kept}
	came := channels.Arrival{Media: a.media(raw), Raw: raw}
	switch {
	case a.Words != "":
		var words []byte
		if words, h.Kept, err = evidence(ctx, from, a.Words); err != nil {
			return Heard{}, err
		}
		came = channels.Arrival{Media: channels.Plain, Raw: words}
	case came.Media == channels.JSON:
		came.Text = textOf(raw)
	}
	if h.Kept {
		h.Message = probes.MessageOf(came)
	}
	return h, nil
}

// media returns what an arrival is. Of one whose media is not known any more,
// its first bytes decide.
func (a Arrival) media(raw []byte) string {
	switch {
	case a.Media != "":
		return a.Media
	case bytes.HasPrefix(raw, []byte("{")) && json.Valid(raw):
		return channels.JSON
	}
	return channels.Mail
}

// Text returns what the company wrote, without what it quotes and without its
// signature.
func (h Heard) Text() string { return reading.Own(h.Message) }

// Media returns what each arrival of a contact is, by its key.
func Media(ctx context.Context, tx probes.Tx, contact string) (map[string]string, error) {
	heard, err := tx.Arrivals(ctx, probes.ArrivalQuery{Contact: contact})
	if err != nil {
		return nil, fmt.Errorf("arrivals of %s: %w", contact, err)
	}
	media := make(map[string]string, len(heard))
	for _, h := range heard {
		media[h.Arrival.Key] = h.Arrival.Media
	}
	return media, nil
}

// Opening returns the opener that is kept under a digest; false if it was
// erased, or none was ever kept. One that is not kept in today's form, as by an
// early version, is shown as it is.
func Opening(ctx context.Context, from probes.EvidenceStore, digest string) (o channels.Opening, kept bool, err error) {
	raw, kept, err := evidence(ctx, from, digest)
	if err != nil || !kept {
		return channels.Opening{}, false, err
	}
	if json.Unmarshal(raw, &o) != nil {
		o = channels.Opening{Body: string(raw)}
	}
	return o, true, nil
}

// evidence returns what is kept under a digest, and whether it still is.
func evidence(ctx context.Context, from probes.EvidenceStore, digest string) (raw []byte, kept bool, err error) {
	if digest == "" {
		return nil, false, nil
	}
	raw, err = from.Evidence(ctx, digest)
	if errors.Is(err, probes.ErrNoEvidence) {
		return nil, false, nil
	}
	return raw, err == nil, err
}

// A Picture is what was on the screen at an event, as WebP.
type Picture struct {
	Digest string // of the evidence that holds it; empty: no picture was kept
	WebP   []byte // nil: none was kept, or it was erased
}

// PictureOf returns what was on the screen at an event. What was erased is no error.
func PictureOf(ctx context.Context, from probes.EvidenceStore, e probes.Event) (p Picture, err error) {
	p.Digest = probes.PictureIn(e)
	p.WebP, _, err = evidence(ctx, from, p.Digest)
	return p, err
}

// A post is what the platforms' JSON says of words and files: Chatwoot at
// the top, Messenger under message, a webhook under data. Everything else in it
// is about persons and devices, and is never shown.
type post struct {
	Content     string       `json:"content"`
	Attachments []attachment `json:"attachments"`
	Message     struct {
		Text        string       `json:"text"`
		Attachments []attachment `json:"attachments"`
	} `json:"message"`
	Data struct {
		Text string `json:"text"`
	} `json:"data"`
}

// An attachment is a file that came with a message.
type attachment struct {
	Type     string `json:"type"`      // Messenger
	FileType string `json:"file_type"` // Chatwoot
}

// textOf returns the words of a platform's JSON. A file that came without a
// word is named for its kind; what is neither has no words.
func textOf(raw []byte) string {
	var m post
	_ = json.Unmarshal(raw, &m) // a field of another type than ours has no words
	for _, text := range []string{m.Content, m.Message.Text, m.Data.Text} {
		if text != "" {
			return text
		}
	}
	var kinds []string
	for _, a := range append(m.Attachments, m.Message.Attachments...) {
		if kind := a.Type + a.FileType; kind != "" {
			kinds = append(kinds, "["+kind+"]")
		}
	}
	return strings.Join(kinds, " ")
}
