package simulated

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
)

//go:embed texts
var texts embed.FS

// A phrasebook is what companies write in one language: by section, the
// variants of a text. Words in braces are filled in by a letter.
type phrasebook map[string][]string

// phrasebooks returns the phrasebook of every language.
func phrasebooks() (map[string]phrasebook, error) {
	files, err := texts.ReadDir("texts")
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	books := make(map[string]phrasebook)
	for _, file := range files {
		b, err := texts.ReadFile(path.Join("texts", file.Name()))
		if err != nil {
			return nil, fmt.Errorf("read texts: %w", err)
		}
		books[strings.TrimSuffix(file.Name(), ".txt")] = parsePhrases(string(b))
	}
	return books, nil
}

// parsePhrases reads a file of sections. Each begins with a line "== name",
// and those of one name are variants.
func parsePhrases(file string) phrasebook {
	book := make(phrasebook)
	for section := range strings.SplitSeq("\n"+file, "\n== ") {
		name, text, _ := strings.Cut(section, "\n")
		if name != "" {
			book[name] = append(book[name], strings.Trim(text, "\n"))
		}
	}
	return book
}

// draw returns a variant of a section, or "" if it has none.
func (b phrasebook) draw(section string, r *rand.Rand) string {
	if len(b[section]) == 0 {
		return ""
	}
	return pick(r, b[section])
}
