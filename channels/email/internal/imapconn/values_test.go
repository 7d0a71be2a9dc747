package imapconn

import (
	"slices"
	"testing"
)

func TestInternalDate(t *testing.T) {
	for s, want := range map[string]string{
		" 1-Jan-2021 10:00:00 +0100":     " 1-Jan-2021 10:00:00 +0100",
		"01-Jan-2021 10:00:00 +0100":     " 1-Jan-2021 10:00:00 +0100",
		"1-Jan-2021 10:00:00":            " 1-Jan-2021 10:00:00 +0000",
		"1-Jan-2021 10:00:00 GMT":        " 1-Jan-2021 10:00:00 +0000",
		"Fri, 1 Jan 2021 10:00:00 +0100": " 1-Jan-2021 10:00:00 +0100",
		"01-01-2021 10:00:00 +0100":      " 1-Jan-2021 10:00:00 +0100",
		"1-Jan-2021 10:00:00 +01:00":     " 1-Jan-2021 10:00:00 +0100",
		"1-JAN-2021 10:00:00 Z":          " 1-Jan-2021 10:00:00 +0000",
		"2021-01-01T10:00:00+01:00":      " 1-Jan-2021 10:00:00 +0100",
		"00-Jan-0000 00:00:00 +0000":     "", "1-Jan-1970 00:00:00 +0000": "", "": "", "NIL": "", "31-Feb-2021 10:00:00 +0100": "",
	} {
		if got := internalDate(s); got != want {
			t.Errorf("internalDate(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for s, want := range map[string][]uint32{
		"":                       nil,
		"5 4 4 x 0 -1 6 ":        {4, 5, 6},
		"5 (MODSEQ 9)":           {5},
		"4294967295 99999999999": {4294967295},
	} {
		if got := numbers([]byte(s)); !slices.Equal(got, want) {
			t.Errorf("numbers(%q) = %v, want %v", s, got, want)
		}
	}
	if got := extended([]byte(`(TAG "x") UID MIN 2 ALL 9,4:2,x,5:*`)); !slices.Equal(got, []uint32{2, 3, 4, 9}) {
		t.Errorf("extended: %v", got)
	}
}
