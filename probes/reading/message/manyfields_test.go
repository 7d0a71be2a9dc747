package message

import (
	"strings"
	"testing"
)

// TestManyFields: fields beyond those that are kept are no words of the letter.
func TestManyFields(t *testing.T) {
	head := "From: a@nordlys.example\r\nSubject: Pris\r\n"
	for _, n := range []int{0, maxFields - 2, maxFields, 50 * maxFields} {
		raw := head + strings.Repeat("X-Lang: og lenger\r\n", n) + "\r\nHei! Det koster 299 kr.\r\n"
		if got := strings.TrimSpace(Parse([]byte(raw)).Text); got != "Hei! Det koster 299 kr." {
			t.Errorf("%d fields: got text %.60q", n, got)
		}
	}
}
