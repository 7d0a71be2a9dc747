package header

import (
	"strings"
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	want := time.Date(2027, 1, 11, 9, 0, 1, 0, time.UTC)
	for _, s := range []string{
		"Mon, 11 Jan 2027 10:00:01 +0100", "11 Jan 2027 10:00:01 +0100", "Mon, 11 Jan 2027 10:00:01 +0100 (CET)",
		"Mon,  11 Jan 2027\t10:00:01 +0100", "Mon, 11 Jan 2027 (it (was) cold) 09:00:01 GMT", "Mon, 11 Jan 2027 09:00:01 Z",
		"Mon, 11 Jan 27 10:00:01 +0100", "Mon Jan 11 10:00:01 +0100 2027", "Mon Jan 11 09:00:01 UTC 2027",
		"2027-01-11T10:00:01+01:00", "2027-01-11 10:00:01 +0100", "Mon, 11 Jan 2027 10.00.01 +0100", "Mon, 11 Jan 2027 09:00:01",
	} {
		if got := ParseDate(s); !got.Equal(want) {
			t.Errorf("parseDate(%q) = %v, want %v", s, got, want)
		}
	}
	for _, s := range []string{"", "soon", "Mon, 41 Jan 2027 10:00:01 +0100", "(", "Mon, 11 Jan 2027 10:00:01 +0100 ("} {
		if got := ParseDate(s); !got.IsZero() && !strings.HasSuffix(s, " (") {
			t.Errorf("parseDate(%q) = %v, want none", s, got)
		}
	}
}

func TestFields(t *testing.T) {
	raw := "From MAILER Mon Jan 11\nSubject: one\r\n two\r\n\tthree\r\nEmpty:\nnot a field\nX : y\n\nBody: no\n"
	var got []string
	for name, value := range Fields([]byte(raw)) {
		got = append(got, name+"="+value)
	}
	want := "from mailer mon jan 11=|subject=one two three|empty=|not a field=|x=y"
	if strings.Join(got, "|") != want {
		t.Errorf("fields: %s, want %s", strings.Join(got, "|"), want)
	}
	for range Fields([]byte(raw)) {
		break
	}
}
