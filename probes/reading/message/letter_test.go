package message

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	const own = "Det koster 299 kr.\n\nDu kan si opp når du vil."
	tests := map[string]string{
		"nothing":             "",
		"gmail nb":            "\n\nman. 2. mars 2026 kl. 09:14 skrev Kari Holm <kari@post.example>:\n\n> Hei!\n> Hva koster det?",
		"gmail nb, wrapped":   "\n\nman. 2. mars 2026 kl. 09:14 skrev Kari Holm <kari@post.example\n>:\n\n> Hei!",
		"gmail nn":            "\n\nmån. 2. mars 2026 kl. 09:14 skreiv Kari Holm <kari@post.example>:\n> Hei!",
		"gmail da":            "\n\nDen man. 2. mar. 2026 kl. 09.14 skrev Kari Holm <kari@post.example>:\n\nHej!",
		"gmail sv":            "\n\nDen mån 2 mars 2026 kl 09:14 skrev Kari Holm <kari@post.example>:\n\n> Hej!",
		"apple sv":            "\n\n> 2 mars 2026 kl. 09:14 skrev Kari Holm <kari@post.example>:\n> \n> Hej!",
		"without Den":         "\n\n12 juni 2026 kl. 13:13 skrev Kari:\n\nHej",
		"gmail fi":            "\n\nma 2. maalisk. 2026 klo 9.14 Kari Holm (kari@post.example) kirjoitti:\n\n> Hei!",
		"gmail en, wrapped":   "\n\nOn Mon, Mar 2, 2026 at 9:14 AM Kari Holm <\nkari@post.example> wrote:\n\n> Hi",
		"outlook nb":          "\n\nFra: Kari Holm <kari@post.example>\nSendt: mandag 2. mars 2026 09:14\nTil: Firma\nEmne: Pris\n\nHei!",
		"outlook nb, ruled":   "\n\n________________________________\nFra: Kari Holm\nSendt: 2. mars 2026\nTil: Firma\nEmne: Pris\n\nHei!",
		"outlook sv, bold":    "\n\n*Från:* Kari Holm\n*Skickat:* den 2 mars 2026\n*Till:* Firma\n*Ämne:* Pris\n\nHej!",
		"outlook fi":          "\n\nLähettäjä: Kari\nLähetetty: maanantai 2. maaliskuuta 2026 9.14\nVastaanottaja: Firma\nAihe: Hinta\n\nHei",
		"outlook da, no sent": "\n\nFra: Kari\nTil: Firma\nEmne: Pris\n\nHej",
		"divider nb":          "\n\n-----Opprinnelig melding-----\nFra: Kari\n\nHei",
		"divider sv":          "\n\n-----Ursprungligt meddelande-----\nHej",
		"divider da":          "\n\n-----Oprindelig meddelelse-----\nHej",
		"forwarded":           "\n\nBegin forwarded message:\n\nFrom: Kari\n",
		"signature mark":      "\n-- \nIngrid Solberg\nTlf. 22 00 00 00",
		"closing nb":          "\n\nMed vennlig hilsen\nIngrid Solberg\nKundeservice",
		"closing mvh":         "\n\nMvh Ingrid\n\nDenne e-posten kan inneholde fortrolige opplysninger som ikke er ment for andre.",
		"closing sv":          "\n\nVänliga hälsningar,\nElin på Kundtjänst",
		"closing fi":          "\n\nYstävällisin terveisin\nMatti",
		"telephone":           "\n\nSendt fra min iPhone",
		"outlook telephone":   "\n\nHent Outlook for iOS<https://aka.ms/o0ukef>",
		"signature and quote": "\n\nHilsen Ola\n\nDen 2. mars 2026 skrev Kari:\n> Hei",
	}
	for name, rest := range tests {
		t.Run(name, func(t *testing.T) {
			if got := cut(own + rest).Own; got != own {
				t.Errorf("got %q, want %q", got, own)
			}
		})
	}
}

func TestCutKeepsWhatIsWritten(t *testing.T) {
	tests := map[string][2]string{
		"answers between the lines": {"Den 2. mars 2026 skrev Kari:\n> Hva koster det?\n\n299 kr.\n\n> Kan jeg bytte?\n\nJa.", "299 kr.\n\nJa."},
		"answer below":              {"On 03/02/2026 09:14 AM, Kari wrote:\n> Hi\nIt is 299 kr.", "It is 299 kr."},
		"a date with a colon":       {"Vi har åpent 24.12.2026:\n\nTil klokken 14.", "Vi har åpent 24.12.2026:\n\nTil klokken 14."},
		"somebody wrote":            {"Den kunden skrev i fjor fikk 200 kr.", "Den kunden skrev i fjor fikk 200 kr."},
		"dashes in the text":        {"Priser:\n----\nA 1\n----\nB 2", "Priser:\n----\nA 1\n----\nB 2"},
		"regards in the text":       {"With regards to the price it is 20.\n\nIt includes tax.", "With regards to the price it is 20.\n\nIt includes tax."},
		"greeting first":            {"Hilsen fra Bergen!\n\nDet koster 20 kr.", "Hilsen fra Bergen!\n\nDet koster 20 kr."},
		"helpdesk block": {"##- Skriv over denne linjen -##\n\n" + strings.Repeat("-", 46) + "\n\nNora, 3. mars 2026, 14:40 CET\n\nDet koster 20 kr.\n\n" +
			strings.Repeat("-", 46) + "\n\nKari, 2. mars 2026, 09:14 CET\n\nHva koster det?", "Det koster 20 kr."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := cut(tt[0]).Own; got != tt[1] {
				t.Errorf("got %q, want %q", got, tt[1])
			}
		})
	}
}

func TestHTMLQuotes(t *testing.T) {
	tests := map[string]string{
		"gmail":       `<div>Ja.</div><br><div class="gmail_quote"><div>2. mars skrev Kari:</div><blockquote>Hei</blockquote></div>`,
		"outlook":     `<div>Ja.</div><div id="divRplyFwdMsg"><b>Fra:</b> Kari</div><div>Hei</div>`,
		"blockquote":  `<p>Ja.</p><blockquote type="cite"><p>Hei</p><p>Hva koster det?</p></blockquote>`,
		"thunderbird": `<p>Ja.</p><div class="moz-cite-prefix">Den 2. mars skrev Kari:</div><blockquote>Hei</blockquote>`,
	}
	for name, page := range tests {
		t.Run(name, func(t *testing.T) {
			if got := cut(textOfHTML(page)).Own; got != "Ja." {
				t.Errorf("got %q, want %q", got, "Ja.")
			}
		})
	}
}

// TestCutLeavesNoQuote reads replies from the public collections, where they are.
func TestCutLeavesNoQuote(t *testing.T) {
	names, _ := filepath.Glob("../../../../shared/mail/human-reply-body/*.txt")
	if len(names) == 0 {
		t.Skip("no collection there")
	}
	left := 0
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(Plain(string(raw)).Letter().Own) {
			if strings.HasPrefix(line, ">") || strings.HasSuffix(strings.TrimSpace(line), "wrote:") {
				left++
				t.Logf("%s: %q is left", name, line)
				break
			}
		}
	}
	if left*50 > len(names) {
		t.Errorf("%d of %d replies keep part of their quote", left, len(names))
	}
}

// TestWhatStandsBelow cuts off a name that ends a letter by itself, and a quote of which only the sender is named; and
// leaves what only looks like them.
func TestWhatStandsBelow(t *testing.T) {
	const said = "Hei Kari! Abonnementet koster 279 kr i måneden."
	for below, want := range map[string]string{
		"\n\nKristoffer\n\nLysverket AS – medlem av Garantifondet\nHøstkampanje: 20 % på alt": said,
		"\nKristoffer\n\nLysverket AS": said,
		"\n\nBerit Lein":               said,
		"\n\nBerit Lein\nkunderådgiver\n\nEr du fornøyd? Ja / Nei":                   said,
		"\n\nFrån: Fia på Fibernära <support@fibernara.example>\nHej Kari, Fia här!": said,
		"\n\nLähettäjä: Anna Rinne\nOnko mökki vapaa?":                               said,
		"\n\nAlkuperäinen viesti:\nLähettäjä: Sihteeri\nOlen poissa.":                said,
		"\n\n---- Fra samtalen din med Havbot, lørdag ----\nHavbot: Hei!":            said,
		"\n\nFra: Oslo\nTil: Bergen":                                                 said + "\n\nFra: Oslo\nTil: Bergen",
		" Vi har:\n\nStorehytta\n\nVeslehytta":                                       said + " Vi har:\n\nStorehytta\n\nVeslehytta",
		"\n\nStorehytta\nDen er ledig i uke 8 og har åtte senger.":                   said + "\n\nStorehytta\nDen er ledig i uke 8 og har åtte senger.",
	} {
		if got := cut(said + below).Own; got != want {
			t.Errorf("below %q: got %q, want %q", below, got, want)
		}
	}
	if got := cut("Hei!\n\nBergen").Own; got != "Hei!\n\nBergen" {
		t.Errorf("of an answer below a greeting %q is left", got)
	}
}
