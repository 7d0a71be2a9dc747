package email

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/svartid/svartid/channels"
)

// A zone is a Domain Name System of its own.
type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if z == nil {
		return nil, errors.New("network is unreachable")
	}
	if records, ok := z[name]; ok {
		return records, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// keys returns private keys in each form that is read, and the record of each.
func keys(t testing.TB) map[string]struct{ private, record string } {
	t.Helper()
	small := must(rsa.GenerateKey(rand.Reader, 2048))
	public, curved := must2(ed25519.GenerateKey(rand.Reader))
	wrap := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	record := "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(must(x509.MarshalPKIXPublicKey(&small.PublicKey)))
	return map[string]struct{ private, record string }{
		"rsa, PKCS 1": {wrap("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small)), record},
		"rsa, PKCS 8": {wrap("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(small))), record},
		"ed25519": {
			wrap("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(curved))),
			"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public),
		},
	}
}

func must2[A, B any](a A, b B, err error) (A, B) {
	if err != nil {
		panic(err)
	}
	return a, b
}

// TestDKIM submits signed openers, and a verifier looks at what the company got.
func TestDKIM(t *testing.T) {
	for name, key := range keys(t) {
		t.Run(name, func(t *testing.T) {
			company, addr, _ := submission(t, None)
			c := channelTo(t, addr, None, Options{})
			c.cfg.DKIM = &DKIM{Domain: "shopper.test", Selector: "s1", Key: channels.Inline(key.private)}
			for _, body := range []string{"Hva koster det?", "Hei!\n\nHvor mye vær får jeg for 300 kr?  \n\n.\n" + strings.Repeat("lang linje ", 40)} {
				o := opening(t, c)
				o.Body = body
				if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil {
					t.Fatal(err)
				}
			}
			got := company.kept()
			if len(got) != 2 {
				t.Fatalf("the company got %d messages", len(got))
			}
			for _, message := range got {
				look := &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
					return zone{"s1._domainkey.shopper.test": {key.record}}.LookupTXT(t.Context(), name)
				}}
				found, err := dkim.VerifyWithOptions(bytes.NewReader(message), look)
				if err != nil || len(found) != 1 || found[0].Err != nil {
					t.Fatalf("verify: %v, %+v\n%s", err, found, message)
				}
				if found[0].Domain != "shopper.test" || len(found[0].HeaderKeys) < 7 {
					t.Errorf("signed by %s: %v", found[0].Domain, found[0].HeaderKeys)
				}
				end := bytes.LastIndexAny(message, "abcdefghijklmnopqrstuvwxyz")
				changed := slices.Clone(message)
				changed[end]++
				if found, err = dkim.VerifyWithOptions(bytes.NewReader(changed), look); err != nil || found[0].Err == nil {
					t.Errorf("a changed message passes: %v", err)
				}
			}
		})
	}
}

func TestDKIMKeyOfNoUse(t *testing.T) {
	c := channelTo(t, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, None, Options{})
	for name, key := range map[string]channels.Secret{
		"no PEM": channels.Inline("hemmelig"), "no key": channels.Inline("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
		"no file": channels.InFile("/nonexistent"),
	} {
		c.cfg.DKIM = &DKIM{Domain: "shopper.test", Selector: "s1", Key: key}
		_, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
		if err == nil || !strings.HasPrefix(err.Error(), "dkim: ") || strings.Contains(err.Error(), "hemmelig") {
			t.Errorf("%s: %v", name, err)
		}
		if errors.Is(err, channels.ErrUnsure) || errors.Is(err, channels.ErrRefused) {
			t.Errorf("%s: %v, but nothing has left and it may pass", name, err)
		}
	}
}

func TestCheckDomains(t *testing.T) {
	key := keys(t)["ed25519"]
	other := keys(t)["rsa, PKCS 8"]
	ours := &DKIM{Domain: "shopper.test", Selector: "s1", Key: channels.Inline(key.private)}
	if must(ours.signer()) == nil {
		t.Fatal("no signer")
	}
	good := zone{
		"shopper.test":                {"google-site-verification=x", "v=spf1 mx include:_spf.example.no ~all"},
		"_spf.example.no":             {"v=spf1 ip4:192.0.2.0/24 -all"},
		"s1._domainkey.shopper.test":  {key.record},
		"_dmarc.shopper.test":         {"v=DMARC1; p=reject; adkim=s"},
		"open.test":                   {"v=spf1 +all"},
		"twice.test":                  {"v=spf1 -all", "v=spf1 mx -all"},
		"silent.test":                 {"v=spf1 -all"},
		"endless.test":                {"v=spf1 mx"},
		"_dmarc.open.test":            {"v=DMARC1; p=sometimes"},
		"s1._domainkey.silent.test":   {"v=DKIM1; p="},
		"s1._domainkey.endless.test":  {other.record},
		"_dmarc.mail.shopper.test":    {"none of it"},
		"s1._domainkey.elsewhere.com": {key.record},
	}
	at := func(domain string) *DKIM { return &DKIM{Domain: domain, Selector: "s1", Key: ours.Key} }
	for name, tt := range map[string]struct {
		domain string
		dkim   *DKIM
		zone   zone
		want   []string
	}{
		"all is well": {"shopper.test", ours, good, []string{
			"note shopper.test: has an SPF record", "note shopper.test: DKIM: s1._domainkey.shopper.test holds our key", "note shopper.test: has a DMARC policy: reject",
		}},
		"below it": {"mail.shopper.test", ours, good, []string{
			"warning mail.shopper.test: has no SPF record", "note mail.shopper.test: DKIM: s1",
			"warning mail.shopper.test: asks by DMARC to reject what is not signed for it, and dkim.domain is shopper.test",
		}},
		"signed for another": {"shopper.test", at("elsewhere.com"), good, []string{
			"note shopper.test: has an SPF", "note shopper.test: DKIM", "warning shopper.test: asks by DMARC to reject",
		}},
		"not signed": {"shopper.test", nil, good, []string{"note", "note shopper.test: is not signed for by svartid", "note"}},
		"open to all": {"open.test", nil, good, []string{
			"warning open.test: lets everybody send for it", "note", "fault open.test: has a DMARC record that cannot be read",
		}},
		"two records": {"twice.test", nil, good, []string{"fault twice.test: has 2 SPF records", "note", "warning twice.test: has no DMARC record"}},
		"revoked key": {"silent.test", at("silent.test"), good, []string{
			"fault silent.test: says by SPF that it sends no mail", "fault silent.test: DKIM: s1._domainkey.silent.test holds no key", "warning",
		}},
		"another key": {"endless.test", at("endless.test"), good, []string{
			"warning endless.test: has an SPF record without an end (mx)", "fault endless.test: DKIM: s1._domainkey.endless.test says that its key is of rsa, and ours is of ed25519", "warning",
		}},
		"no network": {"shopper.test", ours, nil, []string{
			"note shopper.test: SPF is not checked: network is unreachable", "note shopper.test: DKIM is not checked", "note shopper.test: DMARC is not checked",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Channel{cfg: Config{DKIM: tt.dkim}}
			got := c.CheckDomains(t.Context(), []string{tt.domain}, tt.zone)
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i, f := range got {
				if line := f.Level + " " + f.Text; !strings.HasPrefix(line, tt.want[i]) {
					t.Errorf("got %s, want %s", line, tt.want[i])
				}
			}
		})
	}
}

// TestDKIMRecord: receivers take no record for ours that is of another kind, for
// another use, or one of two, be its key ours.
func TestDKIMRecord(t *testing.T) {
	all := keys(t)
	curve, rsa := all["ed25519"], all["rsa, PKCS 8"]
	held := func(record string) string { _, p, _ := strings.Cut(record, "p="); return "p=" + p }
	for name, tt := range map[string]struct {
		private string
		records []string
		want    string
	}{
		"ours":                {rsa.private, []string{rsa.record}, "note shopper.test: DKIM: s1._domainkey.shopper.test holds our key"},
		"no version, no kind": {rsa.private, []string{held(rsa.record)}, "note"},
		"all is said":         {rsa.private, []string{"v=DKIM1; h=sha1:sha256; s=tlsrpt : email; k=rsa; " + held(rsa.record)}, "note"},
		"any use":             {curve.private, []string{"v=DKIM1; s=*; k=ed25519; " + held(curve.record)}, "note"},
		"another":             {rsa.private, []string{all["ed25519"].record}, "fault shopper.test: DKIM: s1._domainkey.shopper.test says that its key is of ed25519, and ours is of rsa"},
		"another kind":        {rsa.private, []string{"v=DKIM1; k=ed25519; " + held(rsa.record)}, "fault shopper.test: DKIM: s1._domainkey.shopper.test says that its key is of ed25519"},
		"no kind":             {curve.private, []string{held(curve.record)}, "fault shopper.test: DKIM: s1._domainkey.shopper.test says that its key is of rsa"},
		"another hash":        {rsa.private, []string{"v=DKIM1; h=sha1; " + held(rsa.record)}, "fault shopper.test: DKIM: s1._domainkey.shopper.test takes no signatures with sha256 (h=sha1)"},
		"another use":         {rsa.private, []string{"v=DKIM1; s=tlsrpt; " + held(rsa.record)}, "fault shopper.test: DKIM: s1._domainkey.shopper.test is not for mail (s=tlsrpt)"},
		"another version":     {rsa.private, []string{"v=DKIM2; " + held(rsa.record)}, "fault shopper.test: DKIM: s1._domainkey.shopper.test is of version DKIM2"},
		"two":                 {rsa.private, []string{rsa.record, curve.record}, "fault shopper.test: DKIM: s1._domainkey.shopper.test holds 2 records, and must hold one"},
		"two, one revoked":    {rsa.private, []string{"v=DKIM1; p=", rsa.record}, "fault shopper.test: DKIM: s1._domainkey.shopper.test holds 2 records"},
	} {
		c := &Channel{cfg: Config{DKIM: &DKIM{Domain: "shopper.test", Selector: "s1", Key: channels.Inline(tt.private)}}}
		got := c.CheckDomains(t.Context(), []string{"shopper.test"}, zone{"s1._domainkey.shopper.test": tt.records})
		if line := got[1].Level + " " + got[1].Text; !strings.HasPrefix(line, tt.want) {
			t.Errorf("%s: got %s, want %s", name, line, tt.want)
		}
	}
}

// TestSPFOfOurs: what a domain says of the addresses that we send from.
func TestSPFOfOurs(t *testing.T) {
	for name, tt := range map[string]struct {
		record string
		from   []string
		want   []string // without those of DKIM and DMARC
	}{
		"lets us":         {"v=spf1 ip4:192.0.2.0/24 -all", []string{"192.0.2.7"}, []string{"note shopper.test: has an SPF record"}},
		"excludes one":    {"v=spf1 ip4:192.0.2.0/24 -all", []string{"192.0.2.7", "2001:db8::7"}, []string{"fault shopper.test: says by SPF that 2001:db8::7 must not send for it (-all)", "note"}},
		"doubts us":       {"v=spf1 ip4:192.0.2.0/24 ~all", []string{"198.51.100.1"}, []string{"warning shopper.test: does not say by SPF that 198.51.100.1 sends for it (softfail by ~all)", "note"}},
		"by its mx":       {"v=spf1 mx -all", []string{"192.0.2.7"}, []string{"note shopper.test: whether SPF lets 192.0.2.7 send hangs on mx", "note"}},
		"includes itself": {"v=spf1 include:shopper.test -all", nil, []string{"fault shopper.test: has an SPF record that receivers take for void (RFC 7208): includes itself: shopper.test > shopper.test"}},
		"no such prefix":  {"v=spf1 ip4:192.0.2.0/33 -all", []string{"192.0.2.7"}, []string{`fault shopper.test: has an SPF record that receivers take for void (RFC 7208): in the record of shopper.test, "ip4:192.0.2.0/33" cannot be read`}},
		"void behind us":  {"v=spf1 ip4:192.0.2.7 include:none.test -all", []string{"192.0.2.7"}, []string{"warning shopper.test: has an SPF record that receivers take for void (RFC 7208): none.test has 0"}},
		"void before us":  {"v=spf1 include:none.test ip4:192.0.2.7 -all", []string{"192.0.2.7"}, []string{"fault shopper.test: has an SPF record that receivers take for void"}},
	} {
		c := &Channel{cfg: Config{SendsFrom: tt.from}}
		got := c.CheckDomains(t.Context(), []string{"shopper.test"}, zone{"shopper.test": {tt.record}})
		got = got[:len(got)-2]
		if len(got) != len(tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
			continue
		}
		for i, f := range got {
			if line := f.Level + " " + f.Text; !strings.HasPrefix(line, tt.want[i]) {
				t.Errorf("%s: got %s, want %s", name, line, tt.want[i])
			}
		}
	}
}

// TestResolver asks the server that is configured, where no server answers.
func TestResolver(t *testing.T) {
	l := must(net.ListenPacket("udp", "127.0.0.1:0"))
	address := l.LocalAddr().String()
	l.Close()
	c := &Channel{cfg: Config{Resolver: address}}
	got := c.CheckDomains(t.Context(), []string{"shopper.test"}, nil)
	if len(got) != 3 || !strings.Contains(got[0].Text, "SPF is not checked") || !strings.Contains(got[0].Text, address) {
		t.Errorf("got %v", got)
	}
}
