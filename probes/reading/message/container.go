package message

// signed returns the letter within a signed message whose signature encloses it (RFC 8551 section
// 3.5.2). What is encrypted stays closed.
func (w *walker) signed(h Header, body []byte, depth int) letterParts {
	octets := transferEncoding(h).decoded(body[:min(len(body), maxContainer)])
	inner, ok := signedContent(octets)
	if !ok {
		w.sealed = true
		return nil
	}
	ih, rest := splitHeader(unixLines(inner))
	return w.walk(ih, rest, depth+1)
}

// maxContainer bounds what is taken apart of one container, in octets.
const maxContainer = 8 << 20

// The tags of BER (X.690 section 8.1.2) that a signed message is made of.
const (
	tagOctets   = 0x04
	tagObject   = 0x06
	tagSequence = 0x30
	tagSet      = 0x31
	tagExplicit = 0xa0
	tagOctetsIn = 0x24 // octets in pieces
)

// An element of BER is a tag with what it encloses.
type berElement struct {
	tag     byte
	content []byte
}

// signedContent returns what a CMS SignedData encloses (RFC 5652 sections 3 and 5.1). Lengths may
// be indefinite, as programs write them that do not know the size of what they sign.
func signedContent(octets []byte) ([]byte, bool) {
	content, ok := berPath(octets, tagSequence, tagExplicit, tagSequence, tagSequence, tagExplicit)
	if !ok {
		return nil, false
	}
	e, _, ok := ber(content, 0)
	if !ok {
		return nil, false
	}
	switch e.tag {
	case tagOctets:
		return e.content, true
	case tagOctetsIn:
		var whole []byte
		for rest := e.content; len(rest) > 0; {
			var piece berElement
			if piece, rest, ok = ber(rest, 0); !ok || piece.tag != tagOctets {
				break
			}
			whole = append(whole, piece.content...)
		}
		return whole, len(whole) > 0
	}
	return nil, false
}

// berPath goes into the first element of each tag in turn.
func berPath(octets []byte, tags ...byte) ([]byte, bool) {
	for _, tag := range tags {
		found := false
		for rest := octets; len(rest) > 0; {
			e, after, ok := ber(rest, 0)
			if !ok {
				return nil, false
			}
			if e.tag == tag {
				octets, found = e.content, true
				break
			}
			rest = after
		}
		if !found {
			return nil, false
		}
	}
	return octets, true
}

// ber reads one element and returns what follows it.
func ber(octets []byte, depth int) (e berElement, rest []byte, ok bool) {
	if len(octets) < 2 || depth > 20 {
		return e, nil, false
	}
	e.tag = octets[0]
	length, at := int(octets[1]), 2
	switch {
	case length == 0x80:
		return berOpenEnded(e.tag, octets[2:], depth)
	case length > 0x84:
		return e, nil, false
	case length > 0x80:
		n := length - 0x80
		if len(octets) < 2+n {
			return e, nil, false
		}
		length = 0
		for _, b := range octets[2 : 2+n] {
			length = length<<8 | int(b)
		}
		at += n
	}
	end := min(at+length, len(octets)) // a message that was cut short is read as far as it goes
	if length < 0 || end < at {
		return e, nil, false
	}
	e.content = octets[at:end]
	return e, octets[end:], true
}

// berOpenEnded reads an element whose end is marked by two zero octets.
func berOpenEnded(tag byte, content []byte, depth int) (berElement, []byte, bool) {
	rest := content
	for len(rest) >= 2 {
		if rest[0] == 0 && rest[1] == 0 {
			return berElement{tag, content[:len(content)-len(rest)]}, rest[2:], true
		}
		_, after, ok := ber(rest, depth+1)
		if !ok || len(after) >= len(rest) {
			return berElement{}, nil, false
		}
		rest = after
	}
	return berElement{tag, content}, nil, true
}
