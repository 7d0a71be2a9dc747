package message

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// maxMessage is how much of one message of an mbox file is kept; the rest is skipped.
const maxMessage = maxRaw

// Mbox splits r into raw messages. A message begins at a line "From " that stands first or
// after an empty line (RFC 4155); ">From " lines lose their mark, as mboxrd has it. A file
// that does not begin so is one message. The error, if any, comes last with no message.
func Mbox(r io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s := splitter{lines: bufio.NewReaderSize(r, 64<<10)}
		for {
			message, err := s.next()
			if len(bytes.TrimSpace(message)) > 0 && !yield(message, nil) {
				return
			}
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(nil, fmt.Errorf("read mbox: %w", err))
				return
			}
		}
	}
}

// IsMbox reports whether raw begins as an mbox file does.
func IsMbox(raw []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(raw, "\r\n"), []byte("From ")) }

// A splitter reads messages off an mbox file.
type splitter struct {
	lines *bufio.Reader
	mbox  bool // whether the file has separator lines
	begun bool // whether anything but empty lines has been read
}

// next returns the next message, with io.EOF if it is the last.
func (s *splitter) next() ([]byte, error) {
	var message bytes.Buffer
	for empty := true; ; {
		line, err := s.lines.ReadSlice('\n')
		if empty && separates(line) && (s.mbox || !s.begun) {
			again := s.begun
			s.mbox, s.begun = true, true
			if err = s.rest(io.Discard, err); again || err != nil {
				return message.Bytes(), err
			}
			continue
		}
		empty = len(bytes.TrimRight(line, "\r\n")) == 0
		s.begun = s.begun || !empty
		if s.mbox {
			line = unquoteFrom(line)
		}
		kept := limited{&message}
		_, _ = kept.Write(line) // a buffer takes all
		if err = s.rest(kept, err); err != nil {
			return message.Bytes(), err
		}
	}
}

// rest writes what is left of a line that did not fit the buffer, and returns the error that
// ended it, if any.
func (s *splitter) rest(w io.Writer, err error) error {
	for errors.Is(err, bufio.ErrBufferFull) {
		var more []byte
		more, err = s.lines.ReadSlice('\n')
		_, _ = w.Write(more) // a buffer takes all
	}
	return err
}

// A limited buffer keeps no more than maxMessage bytes.
type limited struct{ *bytes.Buffer }

func (l limited) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:max(0, min(len(p), maxMessage-l.Len()))])
	return len(p), nil
}

// separates reports whether a line begins a message. A file whose lines end in CR alone is one
// line to the splitter, and one message, not a separator.
func separates(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) && bytes.IndexByte(bytes.TrimRight(line, "\r\n"), '\r') < 0
}

// unquoteFrom takes one mark off ">From ", ">>From " and so on.
func unquoteFrom(line []byte) []byte {
	if trimmed := bytes.TrimLeft(line, ">"); len(trimmed) < len(line) && bytes.HasPrefix(trimmed, []byte("From ")) {
		return line[1:]
	}
	return line
}
