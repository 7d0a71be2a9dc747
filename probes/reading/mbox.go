package reading

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
	begun bool
}

// next returns the next message, with io.EOF if it is the last.
func (s *splitter) next() ([]byte, error) {
	var message bytes.Buffer
	empty, midway := !s.begun, false
	for {
		line, err := s.lines.ReadSlice('\n')
		long := errors.Is(err, bufio.ErrBufferFull)
		if !midway && empty && bytes.HasPrefix(line, []byte("From ")) && (s.mbox || !s.begun) {
			s.mbox = true
			if s.begun && message.Len() > 0 {
				return bytes.Clone(message.Bytes()), s.skipLine(long, err)
			}
			line = nil
		}
		blank := len(bytes.TrimRight(line, "\r\n")) == 0
		if s.begun = s.begun || !blank || s.mbox; s.mbox && !midway {
			line = unquoteFrom(line)
		}
		if message.Len()+len(line) <= maxMessage {
			message.Write(line)
		}
		if empty = blank && !midway; err != nil && !long {
			return message.Bytes(), err
		}
		midway = long
	}
}

// skipLine drops what is left of a separator line that did not fit the buffer.
func (s *splitter) skipLine(long bool, err error) error {
	for long {
		_, err = s.lines.ReadSlice('\n')
		long = errors.Is(err, bufio.ErrBufferFull)
	}
	return err
}

// unquoteFrom takes one mark off ">From ", ">>From " and so on.
func unquoteFrom(line []byte) []byte {
	if trimmed := bytes.TrimLeft(line, ">"); len(trimmed) < len(line) && bytes.HasPrefix(trimmed, []byte("From ")) {
		return line[1:]
	}
	return line
}
