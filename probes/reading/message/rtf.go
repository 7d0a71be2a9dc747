package message

import (
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// rtfDictionary is what the window of compressed RTF begins with ([MS-OXRTFCP] section 2.1.2.1).
const rtfDictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor " +
	"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// maxRTF bounds what compressed RTF may become, in octets.
const maxRTF = 4 << 20

// decompressRTF undoes the compression of RTF ([MS-OXRTFCP] section 3.1). What is cut short is
// read as far as it goes; what is none is the empty string.
func decompressRTF(value []byte) string {
	c := cursor{value}
	c.take(4)
	size, magic := int(min(c.uint32(), maxRTF)), c.uint32()
	c.take(4)
	switch magic {
	case 0x414c454d:
		return string(c.take(size))
	case 0x75465a4c:
		return inflateRTF(c.rest, size)
	}
	return ""
}

// inflateRTF copies what stood before out of a window of 4,096 octets.
func inflateRTF(in []byte, size int) string {
	var window [4096]byte
	at := copy(window[:], rtfDictionary)
	var out strings.Builder
	put := func(b byte) {
		window[at] = b
		at = (at + 1) & 4095
		out.WriteByte(b)
	}
	for i := 0; i < len(in) && out.Len() < size; {
		control := in[i]
		i++
		for bit := 0; bit < 8 && i < len(in) && out.Len() < size; bit++ {
			if control>>bit&1 == 0 {
				put(in[i])
				i++
				continue
			}
			if i+1 >= len(in) {
				return out.String()
			}
			reference := int(in[i])<<8 | int(in[i+1])
			i += 2
			offset, length := reference>>4, reference&15+2
			if offset == at {
				return out.String()
			}
			for k := range length {
				put(window[(offset+k)&4095])
			}
		}
	}
	return out.String()
}

// textOfRTF returns the words of RTF, and of the page that Outlook wraps in it, without its tags.
func textOfRTF(rtf string) string {
	r := rtfReader{rest: rtf}
	for len(r.rest) > 0 {
		r.step()
	}
	return r.out.String()
}

// An rtfReader goes through RTF.
type rtfReader struct {
	rest  string
	out   strings.Builder
	depth int
	mute  int  // the depth of the group that is not read, 0 for none
	rtf   bool // within what only readers of RTF want
}

// step reads one character or one control.
func (r *rtfReader) step() {
	c := r.rest[0]
	switch c {
	case '{':
		r.depth++
		r.rest = r.rest[1:]
		if strings.HasPrefix(r.rest, "\\*") {
			r.silence()
		}
	case '}':
		if r.depth--; r.depth < r.mute {
			r.mute = 0
		}
		r.rest = r.rest[1:]
	case '\\':
		r.control()
	case '\n', '\r':
		r.rest = r.rest[1:]
	default:
		end := strings.IndexAny(r.rest, "{}\\\n\r")
		if end < 0 {
			end = len(r.rest)
		}
		r.say(r.rest[:end])
		r.rest = r.rest[end:]
	}
}

// silence leaves out the rest of the group.
func (r *rtfReader) silence() {
	if r.mute == 0 {
		r.mute = r.depth
	}
}

// say writes text that is to be read.
func (r *rtfReader) say(text string) {
	if r.mute == 0 && !r.rtf {
		r.out.WriteString(text)
	}
}

// control reads a control word or a control symbol.
func (r *rtfReader) control() {
	if len(r.rest) >= 4 && r.rest[1] == '\'' && isHex(r.rest[2]) && isHex(r.rest[3]) {
		r.say(string(charmap.Windows1252.DecodeByte(unhex(r.rest[2])<<4 | unhex(r.rest[3]))))
		r.rest = r.rest[4:]
		return
	}
	end := 1
	for end < len(r.rest) && isLetter(r.rest[end]) {
		end++
	}
	if end == 1 {
		r.say(strings.Trim(r.rest[1:min(2, len(r.rest))], "*~-_"))
		r.rest = r.rest[min(2, len(r.rest)):]
		return
	}
	word, number := r.rest[1:end], end
	for number < len(r.rest) && (isDigit(r.rest[number]) || r.rest[number] == '-' && number == end) {
		number++
	}
	value := r.rest[end:number]
	r.rest = strings.TrimPrefix(r.rest[number:], " ")
	r.word(word, value)
}

// isLetter and isDigit know those of ASCII.
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// word acts on a control word.
func (r *rtfReader) word(word, value string) {
	switch word {
	case "par", "line", "row":
		r.say("\n")
	case "tab", "cell":
		r.say("\t")
	case "u":
		n, err := strconv.Atoi(value)
		if err != nil {
			return
		}
		r.say(string(rune(uint16(n)))) //nolint:gosec // RTF writes the upper half as negative numbers
		if strings.HasPrefix(r.rest, "\\'") {
			r.rest = r.rest[min(4, len(r.rest)):]
		} else if len(r.rest) > 0 && r.rest[0] == '?' {
			r.rest = r.rest[1:]
		}
	case "htmlrtf":
		r.rtf = value != "0"
	case "fonttbl", "colortbl", "stylesheet", "info", "pict", "header", "footer":
		r.silence()
	}
}
