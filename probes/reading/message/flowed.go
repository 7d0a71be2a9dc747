package message

import "strings"

// unflowed joins the lines of a text with format=flowed (RFC 3676 section 4.2): one that ends in a
// space goes on in the next if that is as deep in the quote. With delSp the space is dropped. The
// mark of a signature is no line that goes on.
func unflowed(text string, delSp string) string {
	var out strings.Builder
	out.Grow(len(text))
	drop := strings.EqualFold(strings.Trim(delSp, `" `), "yes")
	open, depth := false, 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		content := strings.TrimLeft(line, ">")
		deep := len(line) - len(content)
		content = strings.TrimPrefix(content, " ")
		if open && (deep != depth || content == "-- ") {
			out.WriteByte('\n')
			open = false
		}
		if !open && deep > 0 {
			out.WriteString(strings.Repeat(">", deep) + " ")
		}
		goes := strings.HasSuffix(content, " ") && content != "-- "
		if goes && drop {
			content = content[:len(content)-1]
		}
		out.WriteString(content)
		if open, depth = goes, deep; !goes {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// unenriched takes the commands of text/enriched (RFC 1896) off: "<param>…</param>" and all else
// between "<" and ">", but "<<" stands for itself. Single line breaks are spaces.
func unenriched(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			out.WriteString(text)
			break
		}
		out.WriteString(text[:i])
		text = text[i:]
		switch {
		case strings.HasPrefix(text, "<<"):
			out.WriteByte('<')
			text = text[2:]
		case len(text) > 7 && strings.EqualFold(text[:7], "<param>"):
			_, after, _ := strings.Cut(text, "</param>")
			text = after
		default:
			_, after, ok := strings.Cut(text, ">")
			if !ok {
				after = ""
			}
			text = after
		}
	}
	lines := strings.Split(out.String(), "\n")
	var joined strings.Builder
	breaks := 0
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			breaks++
			continue
		}
		if joined.Len() > 0 {
			joined.WriteString(map[bool]string{true: " ", false: strings.Repeat("\n", min(breaks, 2))}[breaks == 0])
		}
		joined.WriteString(line)
		breaks = 0
	}
	return joined.String()
}
