package email

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
)

func TestTimes(t *testing.T) {
	at := func(second int) time.Time { return time.Date(2027, 1, 11, 9, 0, second, 0, time.UTC) }
	raw := strings.Join([]string{
		"Received: from mx.example.no by lmtp.example.no (Dovecot) with LMTP;",
		"\tMon, 11 Jan 2027 10:00:30 +0100 (CET)",
		"Received: from out.kraft.example (out.kraft.example [192.0.2.7] by hand; honest)",
		"\tby MX.example.no. (Postfix; Debian) with ESMTPS id 4X for <kari+x7f3@example.no>;",
		" Mon, 11 Jan 2027 10:00:03 +0100 (CET)",
		"Received: from pc by out.kraft.example; Mon, 11 Jan 2027 10:00:01 +0100",
		"Received: by mx.example.no; Mon, 11 Jan 2027 08:00:00 +0100",
		"Date: Mon, 11 Jan 2027 10:00:00 +0100",
		"", "Date: not this one",
	}, "\r\n")
	server, noticed := at(31), at(32)
	for name, tt := range map[string]struct {
		raw    string
		hops   []string
		server time.Time
		want   channels.Times
	}{
		"no hop is trusted": {raw, nil, server, channels.Times{Arrived: server, Server: server, Sender: at(0)}},
		"the relay":         {raw, []string{"mx.example.no"}, server, channels.Times{Arrived: at(3), Server: server, Hop: at(3), Sender: at(0)}},
		"the newest of two": {raw, []string{"mx.example.no", "lmtp.example.no"}, server, channels.Times{Arrived: at(30), Server: server, Hop: at(30), Sender: at(0)}},
		"another's relay":   {raw, []string{"other.example"}, server, channels.Times{Arrived: server, Server: server, Sender: at(0)}},
		"a hop without a time": {
			"Received: by mx.example.no; soon\r\nReceived: by mx.example.no; Mon, 11 Jan 2027 10:00:03 +0100\r\n\r\n",
			[]string{"mx.example.no"},
			server,
			channels.Times{Arrived: at(3), Server: server, Hop: at(3)},
		},
		"by without a name": {"Received: by\r\n\r\n", []string{"mx.example.no"}, server, channels.Times{Arrived: server, Server: server}},
		"nothing":           {"", nil, time.Time{}, channels.Times{Arrived: noticed}},
	} {
		t.Run(name, func(t *testing.T) {
			got := fetched{raw: []byte(tt.raw), received: tt.server}.times(tt.hops, noticed)
			tt.want.Noticed = noticed
			for what, pair := range map[string][2]time.Time{
				"Arrived": {got.Arrived, tt.want.Arrived}, "Server": {got.Server, tt.want.Server}, "Hop": {got.Hop, tt.want.Hop},
				"Sender": {got.Sender, tt.want.Sender}, "Noticed": {got.Noticed, tt.want.Noticed},
			} {
				if !pair[0].Equal(pair[1]) {
					t.Errorf("%s = %v, want %v", what, pair[0], pair[1])
				}
			}
		})
	}
}

func TestKeyIsTheMessages(t *testing.T) {
	whole := fetched{uid: 4, raw: []byte("text"), size: 4}
	if moved := (fetched{uid: 9, raw: []byte("text"), size: 5}); moved.key() != whole.key() {
		t.Error("the key depends on more than the message, though all of it is there")
	}
	if other := (fetched{raw: []byte("text.")}); other.key() == whole.key() {
		t.Error("two messages have one key")
	}
	part := make([]byte, imapconn.Largest)
	if a, b := (fetched{raw: part, size: imapconn.Largest + 1}), (fetched{raw: part, size: imapconn.Largest + 2}); a.key() == b.key() {
		t.Error("messages that differ behind what was fetched have one key")
	}
}

func TestPosition(t *testing.T) {
	since := time.Unix(1_800_000_000, 0)
	for s, want := range map[string]position{
		"":                      {},
		"7:12":                  {validity: 7, uid: 12},
		"4294967295:4294967295": {validity: 4294967295, uid: 4294967295},
		"7":                     {},
		"7:12:3":                {},
		"7:-1":                  {},
		"7:4294967296":          {},
		"nonsense":              {},
		"7:12 lacks 9/2/1800000000 11/1/1800000000": {
			validity: 7, uid: 12, missing: []missing{{uid: 9, tries: 2, since: since}, {uid: 11, tries: 1, since: since}},
		},
		"7:12 lacks 9/3/1800000000/kept": {
			validity: 7, uid: 12, missing: []missing{{uid: 9, tries: 3, since: since, kept: true}},
		},
		"7:12 lacks 9/2": {},
		"7:12 lacks x":   {},
	} {
		got := parsePosition(s)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("parsePosition(%q) = %v, want %v", s, got, want)
		}
		if got.validity != 0 && got.String() != s {
			t.Errorf("String() = %s, want %s", got, s)
		}
	}
}

func TestPositionOfWhatIsMissing(t *testing.T) {
	began := time.Unix(1_800_000_000, 0)
	p := position{validity: 7, uid: 12}
	before := p
	for try, wait := range []time.Duration{0, 0, 10 * time.Minute, time.Hour, 4 * time.Hour} {
		now := began.Add(wait)
		if due := p.due(now.Add(-time.Second)); try > 0 && len(due) > 0 {
			t.Errorf("due before try %d: %v", try, due)
		}
		if due := p.due(now); try > 0 && !slices.Equal(due, []imap.UID{9}) {
			t.Errorf("due at try %d: %v", try, due)
		}
		_, last := p.recordMissing(9, now)
		if last != (try == 4) {
			t.Errorf("try %d is the last: %v", try, last)
		}
	}
	if p.resolved(9); len(p.missing) > 0 || len(before.missing) > 0 {
		t.Errorf("missing %v, before %v", p.missing, before.missing)
	}
}
