package letter

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/svartid/svartid/channels"
)

// TestSignaturesDiffer signs openers of many personas, with all that folds a header:
// every signature holds, no form of one is that of most, and each persona keeps to its
// own.
func TestSignaturesDiffer(t *testing.T) {
	one := require(rsa.GenerateKey(rand.Reader, 2048))
	public, other, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	records := map[string]string{
		"rsa._domainkey.example.no": "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(require(x509.MarshalPKIXPublicKey(&one.PublicKey))),
		"ed._domainkey.example.no":  "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public),
	}
	look := &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) { return []string{records[name]}, nil }}
	const personas = 48
	marks := map[string]map[string]int{}
	for p := range personas {
		own := map[string]string{}
		for n, name := range []string{"Åse Bjørndalen Østensjø-Kvernberg af Gyldenstierne", "Kari Nordmann"} {
			o := require(Prepare(channels.Opening{
				Attempt: "a", Token: fmt.Sprintf("t%dx%d", p, n), Reach: "post@kraft.example", Body: "Hei!\n\nHva koster det på året?  \n\n",
				Subject: strings.Repeat("Spørsmål om pris, ", 9*n),
				Persona: channels.Persona{Name: name, Address: fmt.Sprintf("kari%d@example.no", p), Tag: "catchall"},
			}))
			for selector, key := range map[string]crypto.Signer{"rsa": one, "ed": other} {
				l := require(Compose(o, time.Date(2021, 3, 5+n, 9, 30, 15, 0, time.FixedZone("CET", 3600))))
				if err := l.Sign(Signature{Domain: "example.no", Selector: selector, Key: key}); err != nil {
					t.Fatal(err)
				}
				found, err := dkim.VerifyWithOptions(bytes.NewReader(l.Message), look)
				if err != nil || len(found) != 1 || found[0].Err != nil {
					t.Fatalf("%v, %+v in\n%s", err, found, l.Message)
				}
				for line := range bytes.Lines(l.Message) {
					if len(line) > 100 {
						t.Errorf("a line of %d octets: %s", len(line), line)
					}
				}
				for mark, form := range signatureForms(t, l.Message) {
					if before, known := own[mark]; known && before != form {
						t.Errorf("persona %d: %s is %q, and was %q", p, mark, form, before)
					}
					own[mark] = form
				}
			}
		}
		for mark, form := range own {
			if marks[mark] == nil {
				marks[mark] = map[string]int{}
			}
			marks[mark][form]++
		}
	}
	for mark, forms := range marks {
		if most := slices.Max(slices.Collect(maps.Values(forms))); most > personas*3/4 {
			t.Errorf("%s is the same of %d of %d personas: %v", mark, most, personas, forms)
		}
	}
}

// signatureForms returns what may tell how a signature was made.
func signatureForms(t *testing.T, message []byte) map[string]string {
	t.Helper()
	signature := require(mail.ReadMessage(bytes.NewReader(message))).Header.Get("DKIM-Signature")
	list := regexp.MustCompile(`h=([^;]*)`).FindStringSubmatch(signature)
	_, folded, _ := bytes.Cut(message, []byte("\r\n"))
	return map[string]string{
		"tags":   fmt.Sprint(regexp.MustCompile(`(?:^|; )(\w+)=`).FindAllString(signature, -1)),
		"fields": strings.Join(strings.Fields(strings.ToLower(list[1])), ""),
		"case":   fmt.Sprint(strings.Contains(list[1], "From")),
		"fold":   fmt.Sprintf("%q", folded[:len(folded)-len(bytes.TrimLeft(folded, " \t"))]),
	}
}
