package reading

import (
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// withFile is a letter with a part beside its words; none if kind is empty.
func withFile(text, kind string) message.Message {
	raw := "From: Jorunn Berg <jorunn@firma.example>\nSubject: SV: Pris\nIn-Reply-To: <q@post.example>\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
	if kind != "" {
		raw += "--b\nContent-Type: " + kind + "\nContent-Disposition: attachment\n\nFrom: a@b.example\nSubject: Pris\n\nDet koster 100 kr.\n"
	}
	return message.Parse([]byte(raw + "--b--\n"))
}

// TestAttached: a letter that points to what is attached may have its answer there. It is
// never sure that it is none, and neither is a deflection beside a document.
func TestAttached(t *testing.T) {
	covers := []string{
		"Hei!\n\nSe vedlegg.\n\nMvh\nJorunn Berg", "Hei! Se vedlagte svar.\n\nMvh Jorunn", "Hej, se bifogad fil.\n\nMvh Anna",
		"Hi Kari,\n\nplease see attached.\n\nBest regards,\nAnna", "Hej, se vedhæftede fil.\n\nMvh Anna", "Svar ligger vedlagt.",
		"Hei! Svaret finner du i vedlegget. Mvh Jorunn", "Svar på din henvendelse er vedlagt.\n\nMvh Kundeservice", "Se vedlegg",
		"Vedlagt følger svar på din henvendelse.",
	}
	for _, text := range covers {
		for _, kind := range []string{"application/pdf; name=svar.pdf", "application/msword", "message/rfc822", "image/png; name=side1.png"} {
			if r := Read(withFile(text, kind), Asked{}, time.Time{}); r.Kind != Answer && !r.Doubtful {
				t.Errorf("%q with %s: %s and sure", text, kind, r.Kind)
			}
		}
	}
	const deflects = "Hei! Du finner svar på vanlige spørsmål på nettsidene våre. Logg inn på Min side, eller bruk chatten.\n\nMvh Jorunn"
	for kind, doubtful := range map[string]bool{
		"": false, "image/png; name=logo.png": false, "application/pgp-signature": false, "application/pkcs7-signature; name=smime.p7s": false,
		"application/pdf; name=prisliste.pdf": true,
	} {
		want := fmt.Sprint(Deflection, doubtful)
		if r := Read(withFile(deflects, kind), Asked{}, time.Time{}); fmt.Sprint(r.Kind, r.Doubtful) != want {
			t.Errorf("a deflection with %q: got %s, doubtful %v; want %s", kind, r.Kind, r.Doubtful, want)
		}
	}
}
