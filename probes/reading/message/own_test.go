package message

import (
	"strings"
	"testing"

	"github.com/svartid/svartid/channels/channeltest/race"
)

// bodies are what people write, and nothing else.
func bodies() []string {
	return []string{
		"Hei Kari,\n\nabonnementet koster 279 kr i måneden og har ingen bindingstid.",
		"Den kommer på torsdag.",
		"Hei!\n\n1. Ja, det går bra.\n2. Nei, det må du gjøre selv.\n\nSi fra om noe er uklart.",
		"Hej Kari, jag skrev fel i går: priset är 229 kr per månad.\n\nDu kan säga upp det när du vill.",
		"Hei! Tilaus lähti eilen, ja se on perillä 26.11. kello 12 mennessä.\nSaat siitä viestin.",
		"Hi Kari, on Monday we wrote to the courier.\n\nThey say it will be with you by 5pm on Thursday 26 November.",
	}
}

// signatures are how people and desks close.
func signatures() []string {
	return []string{
		"", "Mvh\nSilje", "Med vennlig hilsen\nSilje Brekke\nKundekonsulent\nTelefon 55 10 20 30", "-- \nSilje Brekke\nLysverket AS", "Hilsen Silje",
		"Vennlig hilsen / Best regards\n\nSilje Brekke", "Beste helsing\nOlaug Førde", "Helsing Arnfinn", "Venleg helsing\n\nMagne Hove\nKundesenteret",
		"Mange hilsner\nJette Lund", "De bedste hilsner\nSofie", "Vh Mikkel", "Kh Laura", "Med venlig hilsen\n\nPernille Krogh\nKunderådgiver\nTlf. 70 10 10 10",
		"Bästa hälsningar,\nEmil", "/Emil på kundtjänst", "/ Bosse", "Vänligen\nPia L", "Hälsn Fredrik", "Med vänliga hälsningar\nLinnéa Sjögren\nKundrådgivare",
		"t. Heikki", "Terveisin\nTeemu", "Ystävällisin terveisin,\n\nMinna Lahtinen\nAsiakasneuvoja", "Terkuin Sanna", "T: Jari",
		"Kind regards,\nHannah Doyle\nCustomer Relations", "Cheers,\nNat", "Best,\nTomasz", "Thanks,\nBen", "Take care,\nLouise", "Yours sincerely\n\nEleanor Whitby",
		"- Emil", "–Ryan", "—\nJohn Doe\nCEO", "Sendt fra min iPhone", "Skickat från min iPhone", "Lähetetty iPhonesta", "Sent from my iPhone", "Hent Outlook for iOS",
		"Mvh\nSilje\n\nLysverket AS | Postboks 12 | 6001 Ålesund\nTenk på miljøet før du skriver ut denne e-posten.",
		"Mvh Silje\n\nDenne e-posten kan inneholde fortrolig informasjon. Er du ikke rett mottaker, ber vi deg slette den.",
	}
}

// quotes are what mail programs put below a reply, in the languages of the centres.
func quotes() []string {
	const asked = "Hei! Hva koster abonnementet i måneden, og er det bindingstid?\n\nMvh\nKari Holm"
	marked := func(head string) string {
		return head + "\n\n> " + strings.ReplaceAll(asked, "\n", "\n> ")
	}
	below := func(head string) string { return head + "\n\n" + asked }
	return []string{
		"",
		marked("tir. 24. nov. 2026 kl. 09:41 skrev Kari Holm <kari.holm@post.example>:"),
		marked("tir. 24. nov. 2026 kl. 09:41 skrev Kari Holm <\nkari.holm@post.example>:"),
		marked("Den tirs. 24. nov. 2026 kl. 09.41 skrev Kari Holm <kari.holm@post.example>:"),
		marked("Den tis 24 nov. 2026 kl 09:41 skrev Kari Holm <kari.holm@post.example>:"),
		marked("tys. 24. nov. 2026 kl. 09:41 skreiv Kari Holm <kari.holm@post.example>:"),
		marked("ti 24. marrask. 2026 klo 9.41 Kari Holm (kari.holm@post.example) kirjoitti:"),
		marked("On Tue, 24 Nov 2026 at 09:41, Kari Holm <kari.holm@post.example> wrote:"),
		marked("On Tue, Nov 24, 2026 at 9:41 AM Kari Holm via Kundeservice Lysverket Nord <\nkundeservice@lysverket.example> wrote:"),
		marked("Den 24.11.2026 09:41, skrev Kari Holm:"), marked("Den 2026-11-24 kl. 09:41, skrev Kari Holm:"), marked("Den 24-11-2026 kl. 09:41 skrev Kari Holm:"),
		marked("Kari Holm kirjoitti 24.11.2026 klo 9.41:"), marked("On 24/11/2026 09:41, Kari Holm wrote:"), marked("24. nov. 2026 kl. 09:41 skrev Kari Holm <kari.holm@post.example>:"),
		"> Den 24. nov. 2026 kl. 09.41 skrev Kari Holm <kari.holm@post.example>:\n> \n> " + strings.ReplaceAll(asked, "\n", "\n> "),
		below("________________________________\nFra: Kari Holm <kari.holm@post.example>\nSendt: tirsdag 24. november 2026 09:41\nTil: Kundeservice\nEmne: Pris"),
		below("Fra: Kari Holm <kari.holm@post.example>\nSendt: tirsdag 24. november 2026 09:41\nTil: Kundeservice\nEmne: Pris"),
		below("*Fra:* Kari Holm <kari.holm@post.example>\n*Sendt:* tirsdag 24. november 2026 09:41\n*Til:* Kundeservice\n*Emne:* Pris"),
		below("Från: Kari Holm <kari.holm@post.example>\nSkickat: den 24 november 2026 09:41\nTill: Kundtjänst\nÄmne: Pris"),
		below("Frå: Kari Holm <kari.holm@post.example>\nSendt: tysdag 24. november 2026 09:41\nTil: Kundesenter\nEmne: Pris"),
		below("Lähettäjä: Kari Holm <kari.holm@post.example>\nLähetetty: tiistai 24. marraskuuta 2026 9.41\nVastaanottaja: Asiakaspalvelu\nAihe: Hinta"),
		below("From: Kari Holm <kari.holm@post.example>\nSent: 24 November 2026 09:41\nTo: Help\nSubject: Price"),
		below("From:        Kari Holm <kari.holm@post.example>\nTo:        kundeservice@firma.example\nDate:        24.11.2026 09:41\nSubject:        Pris"),
		below("-----Opprinnelig melding-----\nFra: Kari Holm <kari.holm@post.example>\nSendt: 24. november 2026 09:41\nTil: Kundeservice\nEmne: Pris"),
		below("-----Oprindelig meddelelse-----\nFra: Kari Holm\nSendt: 24. november 2026 09:41\nTil: Kundeservice\nEmne: Pris"),
		below("-----Ursprungligt meddelande-----\nFrån: Kari Holm\nSkickat: den 24 november 2026 09:41\nTill: Kundtjänst\nÄmne: Pris"),
		below("-----Alkuperäinen viesti-----\nLähettäjä: Kari Holm\nLähetetty: 24. marraskuuta 2026 9.41"),
		below("-------- Opprinnelig melding --------\nFra: Kari Holm <kari.holm@post.example>\nDato: 24.11.2026 09:41 (GMT+01:00)\nTil: Kundeservice\nEmne: Pris"),
		marked("-------- Original Message --------\nOn Tuesday, 24 November 2026 at 09:41, Kari Holm <kari.holm@post.example> wrote:"),
		below("On Tuesday, November 24, 2026 at 09:41:00 AM GMT+1, Kari Holm <kari.holm@post.example> wrote:"),
		below("=====\nFra: Kari Holm\nMottatt: 24.11.2026 09:41\nTil: Kundeservice\nEmne: Pris"),
		below("Avsändare: Kari Holm\nMottaget: 2026-11-24 09:41\nTill: Kundtjänst\nÄmne: Pris"),
		below("--- Opprinnelig henvendelse ---"), below("---------- Videresendt melding ---------\nFra: Kari Holm <kari.holm@post.example>\nDate: tir. 24. nov. 2026 kl. 09:41\nSubject: Pris\nTo: <kundeservice@firma.example>"),
		"C> Hei! Hva koster abonnementet?\nC>\nC> Kari Holm",
		below("Kari Holm\n24 November 2026 09:41"), below("Kari Holm\ntirsdag 24. november 2026 09:41"), below("Kari Holm\nden 24 november 2026 kl. 09:41"),
		below("Kari Holm\n24. marraskuuta 2026 klo 9.41"), below("Kari Holm\nNov 24, 2026, 9:41 AM"),
	}
}

// TestOwnWords puts every quote and signature below what people write: what is left is what they wrote.
func TestOwnWords(t *testing.T) {
	race.Skip(t, "it is pure, and long")
	all, right, similarity := 0, 0, 0.0
	wrong := map[string]int{}
	for _, body := range bodies() {
		for _, signature := range signatures() {
			for _, quote := range quotes() {
				text := body
				for _, below := range []string{signature, quote} {
					if below != "" {
						text += "\n\n" + below
					}
				}
				got := cut(text).Own
				all++
				similarity += similar(strings.Fields(got), strings.Fields(body))
				if got == body {
					right++
					continue
				}
				first, _, _ := strings.Cut(signature, "\n")
				head, _, _ := strings.Cut(quote, "\n")
				if wrong["signature "+first]++; wrong["signature "+first] == 1 {
					t.Logf("%q before %q: got %q", signature, head, got)
				}
				wrong["quote "+head]++
			}
		}
	}
	mean := similarity / float64(all)
	t.Logf("%d letters, %d cut right, mean similarity %.4f", all, right, mean)
	for what, n := range wrong {
		t.Logf("%4d wrong: %s", n, what)
	}
	if mean < 0.99 || right*100 < all*98 {
		t.Errorf("mean similarity %.4f, %d of %d right", mean, right, all)
	}
}

// similar is the share of words that two texts have in common, in order: twice the longest common
// subsequence by both lengths.
func similar(a, b []string) float64 {
	if len(a)+len(b) == 0 {
		return 1
	}
	before := make([]int, len(b)+1)
	for _, x := range a {
		now := make([]int, len(b)+1)
		for j, y := range b {
			now[j+1] = max(before[j+1], now[j])
			if x == y {
				now[j+1] = before[j] + 1
			}
		}
		before = now
	}
	return 2 * float64(before[len(b)]) / float64(len(a)+len(b))
}

// TestNothingIsCutThatWasWritten: what looks like the beginning of a signature or of a quote, and is none.
func TestNothingIsCutThatWasWritten(t *testing.T) {
	for _, text := range []string{
		"Hei Kari\nTakk!\n\nJa",
		"Takk for meldingen.\n\nTakk\nTorsdag",
		"Vi har disse fargene:\n- Rød\n- Blå",
		"Vi har bare én farge:\n- Blå",
		"Fargene er\n\n– Rød\n– Blå",
		"Du kan velge\n- Flyt\n- Fri Bruk",
		"Send den til:\n/Lysverket",
		"Thanks,\nI will look at it and the price is 5 pounds.",
		"The adblocker might be it. I only have time\nto test this in 2 weeks, I will let you know then",
		"Prisen er > 100 og A> B.",
		"Vi åpner kl. 9.\n====\nOg stenger kl. 17.",
		"Fra: Oslo\nTil: Bergen\n\nBilletten koster 299.",
		"Billetten gjelder\n\nOslo Bergen\n24. november 2026 09:41\nog du må møte en time før.",
	} {
		if got := cut(text).Own; got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	for text, want := range map[string]string{
		"I have time\nto test this in 2 weeks.\nOp 16 aug. 2014 05:13 schreef \"Kari\" <k@b.example> het\nvolgende:\n> Hei":                                          "I have time\nto test this in 2 weeks.",
		"---------- Forwarded message ----------\nFrom: Kari <k@b.example>\nDate: 24.11.2026\nSubject: A subject that\nis wrapped\nTo: a@b.example\n\nDen koster 5.": "Den koster 5.",
	} {
		if got := cut(text).Own; got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// TestDisclaimers: what firms print below every mail is no part of what was written, also below a quote.
func TestDisclaimers(t *testing.T) {
	for _, disclaimer := range []string{
		"Denne e-posten kan inneholde fortrolig informasjon. Er du ikke rett mottaker, ber vi deg slette den.",
		"Detta mejl kan innehålla konfidentiell information och är endast avsett för angiven mottagare.",
		"Denne mail kan indeholde fortrolige oplysninger. Er du ikke rette modtager, bedes du slette den.",
		"Tämä viesti on luottamuksellinen ja tarkoitettu vain vastaanottajalle.",
		"This message is confidential and intended\nsolely for the addressee. If you are not, please\ndelete it.",
	} {
		for _, between := range []string{"\n\n", "\n\n> Hva koster det?\n> Ola\n\n", "\n\nMvh\nKari Lie\n\n> Hva koster det?\n\n"} {
			l := cut("Det må du ta på telefon." + between + disclaimer + "\n")
			if l.Own != "Det må du ta på telefon." {
				t.Errorf("%q below %q: %q", disclaimer, between, l.Own)
			}
		}
	}
	if l := cut("Hei,\n\nprisen i denne meldingen er ikke fortrolig."); l.Own != "Hei,\n\nprisen i denne meldingen er ikke fortrolig." {
		t.Errorf("%q", l.Own)
	}
}
