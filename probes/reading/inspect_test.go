package reading

import (
	"testing"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestInspect: a question back alone is told from one beside an answer, and an
// invitation to ring from a number in a signature.
func TestInspect(t *testing.T) {
	asked := Asked{Subject: "Pris", Text: "Hei! Hva koster strømavtalen hos dere per måned?"}
	for _, tt := range []struct {
		text string
		want Inspection
	}{
		{"Hei!\n\nAvtalen koster 49 kroner i måneden.\n\nHilsen Anne", Inspection{}},
		{"Hei!\n\nHvilken adresse gjelder det, og hva er kundenummeret ditt?\n\nHilsen Anne", Inspection{AsksOnly: true}},
		{"Hei!\n\nAvtalen koster 49 kroner i måneden. Hvilken adresse gjelder det?\n\nHilsen Anne", Inspection{}},
		{"Hei!\n\nAvtalen koster 49 kroner i måneden. Ring oss gjerne på 81500000 hvis du lurer på noe mer.\n\nHilsen Anne", Inspection{Rings: true}},
		{"Hei!\n\nVi ber deg kontakte oss på telefon 81500000.\n\nHilsen Anne", Inspection{Rings: true}},
		{"Hei!\n\nAvtalen koster 49 kroner i måneden.\n\nHilsen Anne\nTelefon 81500000", Inspection{}},
		{"Hi!\n\nIt is 49 a month. Feel free to give us a call if there is anything else.\n\nRegards, Anne", Inspection{Rings: true}},
		{"Hi!\n\nCould you send us your customer number?\n\nRegards, Anne", Inspection{AsksOnly: true}},
		{"", Inspection{}},
	} {
		mail := message.Parse([]byte("From: post@kraft.example\r\nSubject: Sv: Pris\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + tt.text))
		if got := Inspect(mail, asked); got != tt.want {
			t.Errorf("%q: got %+v, want %+v", tt.text, got, tt.want)
		}
	}
}
