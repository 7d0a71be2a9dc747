package sheet

import (
	"fmt"
	"strings"
)

// Date returns a day that is written as day.month.year, such as 1.11.2026, as
// year-month-day. Anything else is returned as it is: in 11/01/2026 day and month
// cannot be told apart, and 01.11.26 does not say which century.
func Date(text string) string {
	var day, month, year int
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(parts[2]) != 4 {
		return text
	}
	for i, into := range []*int{&day, &month, &year} {
		if parts[i] == "" || len(parts[i]) > 4 || strings.Trim(parts[i], "0123456789") != "" {
			return text
		}
		if _, err := fmt.Sscanf(parts[i], "%d", into); err != nil {
			return text
		}
	}
	if day > 99 || month > 99 {
		return text
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
}
