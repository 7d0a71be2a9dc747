package message

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Outlook packs a letter into one file, winmail.dat, where it believes that an Outlook reads it
// ([MS-OXTNEF] and [MS-OXRTFCP]).
const (
	tnefSignature = 0x223e9f78
	tnefBody      = 0x0002800c // attBody
	tnefCodepage  = 0x00069007 // attOemCodepage
	tnefProps     = 0x00069003 // attMsgProps

	mapiBody = 0x1000 // PidTagBody
	mapiRTF  = 0x1009 // PidTagRtfCompressed
	mapiHTML = 0x1013 // PidTagHtml

	maxTNEFProps = 2000
)

// winmail returns the letter within Outlook's own container.
func (w *walker) winmail(h Header, body []byte) letterParts {
	octets := transferEncoding(h).decoded(body[:min(len(body), maxContainer)])
	t := tnef{charset: "windows-1252"}
	if !t.read(octets) {
		return nil
	}
	limit := func(text string) string {
		text = text[:min(len(text), w.budget)]
		w.budget -= len(text)
		return string(unixLines([]byte(text)))
	}
	switch {
	case strings.TrimSpace(t.body) != "":
		return letterParts{{limit(t.body), false}}
	case t.page != "":
		return letterParts{{limit(t.page), true}}
	case t.rtf != "":
		return letterParts{{limit(textOfRTF(t.rtf)), false}}
	}
	return nil
}

// A tnef holds the forms in which a letter stands in the container.
type tnef struct {
	charset         string
	body, page, rtf string
}

// read goes through the attributes of the container, and reports whether it is one.
func (t *tnef) read(octets []byte) bool {
	c := cursor{octets}
	if c.uint32() != tnefSignature {
		return false
	}
	c.take(2)
	for len(c.rest) > 9 {
		c.take(1)
		id, data := c.uint32(), c.take(int(c.uint32()))
		c.take(2)
		switch id {
		case tnefCodepage:
			inner := cursor{data}
			t.charset = fmt.Sprintf("windows-%d", inner.uint32())
		case tnefBody:
			t.body = inUTF8([]byte(strings.TrimRight(string(data), "\x00")), t.charset)
		case tnefProps:
			t.properties(cursor{data})
		}
	}
	return true
}

// properties reads the MAPI properties of the letter ([MS-OXTNEF] section 2.1.3.4).
func (t *tnef) properties(c cursor) {
	count := int(c.uint32())
	for range min(count, maxTNEFProps) {
		if len(c.rest) < 8 {
			return
		}
		kind, id := c.uint16(), c.uint16()
		if id >= 0x8000 {
			c.skipName()
		}
		values := 1
		if kind&0x1000 != 0 || variable(kind) {
			values = int(c.uint32())
		}
		for range min(values, maxTNEFProps) {
			t.property(id, kind, c.value(kind))
		}
	}
}

// property keeps a property that is a form of the letter.
func (t *tnef) property(id, kind uint16, value []byte) {
	text := func() string {
		if kind&0xfff == 0x1f {
			return utf16Text(value)
		}
		return inUTF8([]byte(strings.TrimRight(string(value), "\x00")), t.charset)
	}
	switch id {
	case mapiBody:
		t.body = text()
	case mapiHTML:
		t.page = text()
	case mapiRTF:
		t.rtf = decompressRTF(value)
	}
}

// variable reports whether values of a kind say how long they are: text, octets, objects.
func variable(kind uint16) bool {
	switch kind & 0xfff {
	case 0x0d, 0x1e, 0x1f, 0x102:
		return true
	}
	return false
}

// utf16Text decodes little-endian UTF-16.
func utf16Text(value []byte) string {
	units := make([]uint16, len(value)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(value[2*i:])
	}
	return strings.TrimRight(string(utf16.Decode(units)), "\x00")
}

// A cursor reads little-endian numbers; past the end it reads zeros.
type cursor struct{ rest []byte }

// take returns the next n octets, or as many as there are.
func (c *cursor) take(n int) []byte {
	n = max(0, min(n, len(c.rest)))
	taken := c.rest[:n]
	c.rest = c.rest[n:]
	return taken
}

func (c *cursor) uint32() uint32 {
	var four [4]byte
	copy(four[:], c.take(4))
	return binary.LittleEndian.Uint32(four[:])
}

func (c *cursor) uint16() uint16 {
	var two [2]byte
	copy(two[:], c.take(2))
	return binary.LittleEndian.Uint16(two[:])
}

// skipName goes over what names a property that has no fixed number.
func (c *cursor) skipName() {
	c.take(16)
	if c.uint32() == 0 {
		c.take(4)
		return
	}
	c.take(padded(int(c.uint32())))
}

// value returns one value of a kind of property.
func (c *cursor) value(kind uint16) []byte {
	switch kind & 0xfff {
	case 0x05, 0x06, 0x07, 0x14, 0x40:
		return c.take(8)
	case 0x48:
		return c.take(16)
	}
	if !variable(kind) {
		return c.take(4)
	}
	n := int(c.uint32())
	value := c.take(n)
	c.take(padded(n) - n)
	return value
}

// padded is n, or what is more and a multiple of four.
func padded(n int) int { return (n + 3) &^ 3 }
