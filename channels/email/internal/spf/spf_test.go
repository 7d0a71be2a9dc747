package spf

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// A zone is a Domain Name System of its own; a nil one does not answer.
type zone map[string]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if z == nil {
		return nil, errors.New("network is unreachable")
	}
	if text, ok := z[name]; ok {
		return strings.Split(text, "\n"), nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func TestOf(t *testing.T) {
	lookups := func(n int) string { return "v=spf1" + strings.Repeat(" exists:%{i}.x.test", n) }
	for name, tt := range map[string]struct {
		zone    zone
		address string
		want    Result
		by      string
	}{
		"ip4":                    {zone{"a.test": "v=spf1 ip4:192.0.2.0/24 -all"}, "192.0.2.9", Pass, "ip4:192.0.2.0/24"},
		"one address":            {zone{"a.test": "v=spf1 +ip4:192.0.2.9 -all"}, "::ffff:192.0.2.9", Pass, "+ip4:192.0.2.9"},
		"excluded":               {zone{"a.test": "v=spf1 ip4:192.0.2.0/24 -all"}, "198.51.100.1", Fail, "-all"},
		"the first that matches": {zone{"a.test": "v=spf1 -ip4:192.0.2.9 ip4:192.0.2.0/24 -all"}, "192.0.2.9", Fail, "-ip4"},
		"ip6":                    {zone{"a.test": "v=spf1 ip6:2001:db8::/32 ~all"}, "2001:db8::7", Pass, "ip6:"},
		"not ip6":                {zone{"a.test": "v=spf1 ip6:2001:db8::/32 ~all"}, "192.0.2.9", SoftFail, "~all"},
		"no end":                 {zone{"a.test": "v=spf1 ip4:192.0.2.1"}, "192.0.2.9", Neutral, "no term"},
		"any case":               {zone{"a.test": "V=SPF1 IP4:192.0.2.9 -ALL"}, "192.0.2.9", Pass, "IP4"},
		"other texts":            {zone{"a.test": "v=spf10 x\nv=spf1 -all\nsite=1"}, "192.0.2.9", Fail, "-all"},
		"includes":               {zone{"a.test": "v=spf1 include:b.test. -all", "b.test": "v=spf1 ip4:192.0.2.9 -all"}, "192.0.2.9", Pass, "include:b.test."},
		"an include's fail":      {zone{"a.test": "v=spf1 include:b.test ~all", "b.test": "v=spf1 -all"}, "192.0.2.9", SoftFail, "~all"},
		"an include turned":      {zone{"a.test": "v=spf1 -include:b.test +all", "b.test": "v=spf1 +all"}, "192.0.2.9", Fail, "-include"},
		"an include of none":     {zone{"a.test": "v=spf1 include:b.test -all"}, "192.0.2.9", PermError, "b.test has 0 SPF records"},
		"an include of two":      {zone{"a.test": "v=spf1 include:b.test -all", "b.test": "v=spf1 -all\nv=spf1 +all"}, "192.0.2.9", PermError, "b.test has 2 SPF records"},
		"redirect":               {zone{"a.test": "v=spf1 redirect=b.test ip4:192.0.2.1", "b.test": "v=spf1 -all"}, "192.0.2.9", Fail, "-all"},
		"redirect beside all":    {zone{"a.test": "v=spf1 redirect=b.test ~all"}, "192.0.2.9", SoftFail, "~all"},
		"itself":                 {zone{"a.test": "v=spf1 include:a.test -all"}, "192.0.2.9", PermError, "includes itself: a.test > a.test"},
		"a loop":                 {zone{"a.test": "v=spf1 include:B.test -all", "b.test": "v=spf1 redirect=a.test"}, "192.0.2.9", PermError, "a.test > b.test > a.test"},
		"a loop behind":          {zone{"a.test": "v=spf1 ip4:192.0.2.9 include:a.test -all"}, "192.0.2.9", Pass, "ip4"},
		"a prefix too long":      {zone{"a.test": "v=spf1 ip4:192.0.2.9/33 +all"}, "192.0.2.9", PermError, `in the record of a.test, "ip4:192.0.2.9/33" cannot be read`},
		"a fault at the end":     {zone{"a.test": "v=spf1 ip4:192.0.2.9 -al"}, "192.0.2.9", PermError, `"-al" is no mechanism`},
		"ip6 as ip4":             {zone{"a.test": "v=spf1 ip4:2001:db8::1 -all"}, "192.0.2.9", PermError, "cannot be read"},
		"ip4 of nothing":         {zone{"a.test": "v=spf1 ip4 -all"}, "192.0.2.9", PermError, "cannot be read"},
		"all of something":       {zone{"a.test": "v=spf1 -all:x.test"}, "192.0.2.9", PermError, "cannot be read"},
		"include of nothing":     {zone{"a.test": "v=spf1 include: -all"}, "192.0.2.9", PermError, "cannot be read"},
		"redirect twice":         {zone{"a.test": "v=spf1 redirect=b.test redirect=b.test"}, "192.0.2.9", PermError, "given twice"},
		"another modifier":       {zone{"a.test": "v=spf1 x-note=7 exp=why.test -all"}, "192.0.2.9", Fail, "-all"},
		"mx could match":         {zone{"a.test": "v=spf1 a:x.test/24//64 mx -all"}, "192.0.2.9", Undecided, "a:x.test"},
		"mx, and it passes":      {zone{"a.test": "v=spf1 mx ip4:192.0.2.9 -all"}, "192.0.2.9", Pass, "ip4"},
		"mx of an include":       {zone{"a.test": "v=spf1 include:b.test -all", "b.test": "v=spf1 mx -all"}, "192.0.2.9", Undecided, "include"},
		"ten lookups":            {zone{"a.test": lookups(10) + " -all"}, "192.0.2.9", Undecided, "exists"},
		"eleven lookups":         {zone{"a.test": "v=spf1" + strings.Repeat(" include:b.test", 11) + " -all", "b.test": "v=spf1 -all"}, "192.0.2.9", PermError, "more than 10 terms have receivers ask"},
	} {
		r, err := Load(t.Context(), tt.zone, "A.test")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, by := r.Of(netip.MustParseAddr(tt.address))
		if got != tt.want || !strings.Contains(by, tt.by) {
			t.Errorf("%s: %s by %s, want %s by %s", name, got, by, tt.want, tt.by)
		}
		if broken := r.Broken(); (broken != nil) != (tt.want == PermError || name == "a loop behind") {
			t.Errorf("%s: broken by %v", name, broken)
		}
	}
	if _, err := Load(t.Context(), zone(nil), "a.test"); err == nil {
		t.Error("no answer is an answer")
	}
}

// TestManyIncludes: records that include many, which include many, are not followed
// without end.
func TestManyIncludes(t *testing.T) {
	z := zone{}
	for n := range 20 {
		z[fmt.Sprintf("d%d.test", n)] = "v=spf1" + strings.Repeat(fmt.Sprintf(" include:d%d.test", n+1), 20) + " -all"
	}
	r, err := Load(t.Context(), z, "d0.test")
	if err != nil || r.Broken() == nil {
		t.Errorf("got %v, broken by %v", err, r.Broken())
	}
}
