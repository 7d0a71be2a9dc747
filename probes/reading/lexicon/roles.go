package lexicon

import "strings"

// loadRoles loads what words do in a sentence, folded: the roles of each.
func loadRoles() map[string][]string {
	raw, err := ruleFiles.ReadFile("rules/shape/words.txt")
	if err != nil {
		panic(err)
	}
	roles, role := map[string][]string{}, ""
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "= "); ok {
			role = name
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		for _, w := range strings.Fields(line) {
			roles[Fold(w)] = append(roles[Fold(w)], role)
		}
	}
	return roles
}
