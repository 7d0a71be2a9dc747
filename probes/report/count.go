package report

import "fmt"

// Counted writes a number with its noun in English, such as "1 contact".
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
