package email_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/svartid/svartid/channels/email"
)

// nameserver answers for addresses of names over UDP, and says of all others that
// they do not exist.
func nameserver(t *testing.T, hosts map[string]string) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		question := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return
			}
			if answer, err := answered(question[:n], hosts); err == nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

func answered(question []byte, hosts map[string]string) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	m.Response, m.Additionals = true, nil
	name := strings.ToLower(m.Questions[0].Name.String())
	address, known := hosts[name]
	if !known {
		m.RCode = dnsmessage.RCodeNameError
	}
	if address == "fails" {
		m.RCode = dnsmessage.RCodeServerFailure
	} else if known && m.Questions[0].Type == dnsmessage.TypeA {
		var a dnsmessage.AResource
		binary.BigEndian.PutUint32(a.A[:], binary.BigEndian.Uint32(netip.MustParseAddr(address).AsSlice()))
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}, Body: &a,
		}}
	}
	return m.Pack()
}

// TestListings asks block lists over the real protocol.
func TestListings(t *testing.T) {
	const six = "9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	hosts := map[string]string{
		"9.2.0.192.listed.example.": "127.0.0.4", six + "six.example.": "127.0.0.2",
		"9.2.0.192.refuses.example.": "127.255.255.254", "9.2.0.192.fails.example.": "fails",
	}
	server := nameserver(t, hosts)
	for _, tt := range []struct {
		zones []string
		want  []string
		fails bool
	}{
		{nil, nil, false},
		{[]string{"clean.example"}, nil, false},
		{[]string{"clean.example", "listed.example"}, []string{"listed.example"}, false},
		{[]string{"six.example."}, []string{"six.example."}, false},
		{[]string{"refuses.example"}, nil, true},
		{[]string{"fails.example", "listed.example"}, []string{"listed.example"}, true},
	} {
		c, err := email.New(email.Config{
			SMTP: email.Server{Host: "127.0.0.1", TLS: email.None}, IMAP: email.Mailbox{Server: email.Server{Host: "127.0.0.1", TLS: email.None}},
			Resolver: server, Blocklists: tt.zones, SendsFrom: []string{"192.0.2.9", "2001:db8::9"},
		}, email.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Listings(t.Context())
		if !slices.Equal(got, tt.want) || (err != nil) != tt.fails {
			t.Errorf("%v: got %v, %v; want %v", tt.zones, got, err, tt.want)
		}
	}
}
