package letter

import (
	"fmt"
	"math/rand/v2"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
)

func prepareAs(persona channels.Persona, token string) (channels.Opening, error) {
	return Prepare(channels.Opening{Attempt: "a-1", Token: token, Reach: "post@kraft.example", Persona: persona})
}

func TestPrepare(t *testing.T) {
	for _, tt := range []struct {
		name, address, tag, want string
	}{
		{"Kari Nordmann", "kari.nordmann@example.no", "plus", `kari\.nordmann\+[a-z]{2,12}(-[a-z]{2,12})?\d{1,6}@example\.no`},
		{"", "kari@Example.NO", "plus", `kari\+[a-z]{2,12}(-[a-z]{2,12})?\d{1,6}@example\.no`},
		{"Ola Hansen", "ola@shopper.example.no", "catchall", `[a-z._-]{3,40}\d{0,5}@shopper\.example\.no`},
		{"Åse Bjørnsen-Næss", "a@shopper.example.no", "catchall", `[a-z._-]{3,40}\d{0,5}@shopper\.example\.no`},
		{"Ása Þórðardóttir", "a@example.is", "catchall", `[a-z._-]{3,40}\d{0,5}@example\.is`},
		{"Ole Kristian Hansen Lie", "o@example.no", "catchall", `[a-z._-]{3,40}\d{0,5}@example\.no`},
		{"Cher", "c@example.no", "catchall", `[a-z._-]{3,40}\d{0,5}@example\.no`},
		{"李小龍", "bruce.lee@example.no", "catchall", `[a-z._-]{3,40}\d{0,5}@example\.no`},
		{"李小龍", "!@example.no", "catchall", `[a-z._-]{3,40}\d{0,5}@example\.no`},
	} {
		got, err := prepareAs(channels.Persona{Name: tt.name, Address: tt.address, Tag: tt.tag}, "x7f3")
		if err != nil || !regexp.MustCompile("^"+tt.want+"$").MatchString(got.Address) {
			t.Errorf("%q: got %q, %v, want %s", tt.name, got.Address, err, tt.want)
		}
		_, domain, _ := strings.Cut(got.Address, "@")
		if !regexp.MustCompile(`^[0-9A-Za-z.-]{14,36}@` + domain + `$`).MatchString(got.ID) {
			t.Errorf("%q: got id %q", tt.name, got.ID)
		}
		again, err := prepareAs(channels.Persona{Name: tt.name, Address: tt.address, Tag: tt.tag}, "x7f3")
		if err != nil || again != got {
			t.Errorf("%q: got %+v the second time, want %+v", tt.name, again, got)
		}
	}
}

func TestPrepareUnusable(t *testing.T) {
	kari := channels.Persona{Name: "Kari", Address: "kari@example.no", Tag: "plus"}
	with := func(address, tag string) channels.Opening {
		return channels.Opening{Token: "x7f3", Reach: "post@kraft.example", Persona: channels.Persona{Name: "Kari", Address: address, Tag: tag}}
	}
	for _, tt := range []struct {
		o    channels.Opening
		want string
	}{
		{channels.Opening{Reach: "post@kraft.example", Persona: kari}, "no token"},
		{channels.Opening{Token: "X7", Reach: "post@kraft.example", Persona: kari}, `token "X7" holds more than lower-case letters and digits`},
		{channels.Opening{Token: "x7\r\n", Reach: "post@kraft.example", Persona: kari}, `token "x7\r\n" holds more than lower-case letters and digits`},
		{channels.Opening{Token: "x7", Persona: kari}, `reach "": mail: no address`},
		{channels.Opening{Token: "x7", Reach: "Kraft <post@kraft.example>", Persona: kari}, `reach "Kraft <post@kraft.example>" is not a plain address`},
		{channels.Opening{Token: "x7", Reach: "post@kraft.example\r\n", Persona: kari}, `reach "post@kraft.example\r\n": mail: expected single address, got "\r\n"`},
		{with(strings.Repeat("k", 62)+"@example.no", "plus"), "persona: address too long"},
		{with("", "plus"), `persona: address "": mail: no address`},
		{with("kari", "plus"), `persona: address "kari": mail: missing '@' or angle-addr`},
		{with("kåre@example.no", "plus"), `persona: address "kåre@example.no" is not in ASCII`},
		{with("kari@blåkraft.no", "plus"), `persona: address "kari@blåkraft.no": "blåkraft.no" is not a domain in ASCII (xn--…)`},
		{with("kari@[127.0.0.1]", "plus"), `persona: address "kari@[127.0.0.1]": "[127.0.0.1]" is not a domain in ASCII (xn--…)`},
		{with("kari+a@example.no", "plus"), `persona: address "kari+a@example.no" has a plus already`},
		{with(`"kari n"@example.no`, "plus"), `persona: address "\"kari n\"@example.no" is not a plain address`},
		{with("kari@example.no", "random"), `persona: tag "random" is neither plus nor catchall`},
	} {
		_, err := Prepare(tt.o)
		if got := tooLong.ReplaceAllString(fmt.Sprint(err), "address too long"); got != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

var tooLong = regexp.MustCompile(`address "k+\+[a-z0-9-]+@example.no" is too long`)

// randomToken returns a token as the engine may draw one.
func randomToken(random *rand.Rand) string {
	return strconv.FormatUint(random.Uint64()|1<<63, 36)
}

// What Prepare's comment says of addresses that are taken: about one draw in
// ten, up to the 3,000th attempt of one persona.
func TestRedraws(t *testing.T) {
	const attempts = 3_000
	random := rand.New(rand.NewPCG(1, 2))
	for name, form := range map[string]func(token string) string{
		"catchall": func(token string) string { return natural([]string{"ola", "hansen"}, token) }, "plus": PlusTag,
	} {
		seen, draws := make(map[string]bool, attempts), 0
		for len(seen) < attempts {
			seen[form(randomToken(random))] = true
			draws++
		}
		taken := float64(draws-attempts) / float64(draws)
		if taken > 0.12 {
			t.Errorf("%s: got %.1f %% of draws taken, want about 10 %% at most", name, 100*taken)
		}
		t.Logf("%s: %.1f %% of %d draws were taken", name, 100*taken, draws)
	}
}

// TestIDsNeverCollide: a Message-ID is known by the token alone.
func TestIDsNeverCollide(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	seen := map[string]string{}
	for i := range 5000 {
		token := randomToken(random)
		id := Style{fmt.Sprint(i % 50)}.messageID(token, "example.no")
		if other, ok := seen[id]; ok && other != token {
			t.Errorf("%s and %s have %s", token, other, id)
		}
		seen[id] = token
	}
}

// TestNaturalForms: about a third of the addresses end in a number, as people's do,
// and all of them are made of the persona's name.
func TestNaturalForms(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	plain := regexp.MustCompile(`^[a-z]+([._-]?[a-z]+){0,3}[._-]?[0-9]{0,4}$`)
	const all = 2000
	numbered := 0
	for range all {
		local := natural([]string{"ola", "hansen"}, randomToken(random))
		if strings.ContainsAny(local, "0123456789") {
			numbered++
		}
		if !plain.MatchString(local) || !strings.Contains(local, "ola") && !strings.Contains(local, "hansen") || len(local) > 30 {
			t.Errorf("got %s", local)
		}
	}
	if share := float64(numbered) / all; share < 0.2 || share > 0.4 {
		t.Errorf("%.0f %% end in a number", 100*share)
	}
}

// FuzzPrepare shows that what Prepare accepts is a plain address that leads
// back to the persona's domain.
func FuzzPrepare(f *testing.F) {
	f.Add("Kari Nordmann", "kari@example.no", "x7f3", "post@kraft.example")
	f.Add("Åse\r\nBcc: x", "a.b@c", "0", "ø@å.no")
	f.Fuzz(func(t *testing.T, name, address, token, reach string) {
		for _, tag := range []string{"plus", "catchall"} {
			o, err := Prepare(channels.Opening{Token: token, Reach: reach, Persona: channels.Persona{Name: name, Address: address, Tag: tag}})
			if err != nil {
				continue
			}
			for _, s := range []string{o.Address, o.ID} {
				parsed, err := mail.ParseAddress(s)
				if err != nil || parsed.Address != s || !IsASCII(s) || strings.ContainsAny(s, " \r\n<>\x00") {
					t.Errorf("got %q: %v", s, err)
				}
				if !strings.EqualFold(s[strings.IndexByte(s, '@'):], address[strings.IndexByte(address, '@'):]) {
					t.Errorf("got %q, want the domain of %q", s, address)
				}
			}
		}
	})
}
