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
		if got := within(numbers([]byte(s)), nil, 100); !slices.Equal(got, want) {
			t.Errorf("numbers(%q) = %v, want %v", s, got, want)
		}
	}
	if got := within(extended([]byte(`(TAG "x") UID MIN 2 ALL 9,4:2,x,5:*`)), nil, 100); !slices.Equal(got, []uint32{2, 3, 4, 9}) {
		t.Errorf("extended: %v", got)
	}
}

func TestWithin(t *testing.T) {
	for name, tt := range map[string]struct {
		found, asked string
		most         int
		want         []uint32
	}{
		"all of it":           {"1:4294967295", "3:5", 100, []uint32{3, 4, 5}},
		"from a number on":    {"1:4294967295", "4294967294:*", 100, []uint32{4294967294, 4294967295}},
		"too much":            {"1:4294967295", "7:*", 3, []uint32{7, 8, 9}},
		"the lowest of some":  {"900:910,5,6", "1:*", 3, []uint32{5, 6, 900}},
		"several":             {"1:10", "2,4:5,11", 100, []uint32{2, 4, 5}},
		"each once":           {"5,4:6,5", "1:*", 100, []uint32{4, 5, 6}},
		"nothing of it":       {"1:10", "11:*", 100, nil},
		"nothing at all":      {"", "1:*", 100, nil},
		"the end of a number": {"4294967295", "4294967295", 100, []uint32{4294967295}},
	} {
		if got := within(ranges(tt.found), ranges(tt.asked), tt.most); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
