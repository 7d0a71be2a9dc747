package message

import (
	"slices"
	"strings"
	"testing"
)

func TestWorstAction(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"failed":               {"Action: failed\nStatus: 5.1.1", "failed"},
		"with a comment":       {"Action: failed (no such user)", "failed"},
		"other words for it":   {"Action: Undeliverable", "failed"},
		"expired":              {"Action: expired", "failed"},
		"delayed":              {"Action: delayed\nStatus: 4.4.1", "delayed"},
		"misspelt":             {"Action: delay;", "delayed"},
		"worst of several":     {"Reporting-MTA: dns; a\n\nAction: delivered\n\nAction: delayed\n\nAction: failed", "failed"},
		"delay among good":     {"Action: relayed\n\nAction: delayed", "delayed"},
		"delivered":            {"Action: delivered", "delivered"},
		"relayed":              {"Action: relayed\nStatus: 2.0.0", "relayed"},
		"status alone, bad":    {"Final-Recipient: rfc822; a@b.example\nStatus: 5.1.1", "failed"},
		"status alone, good":   {"Status: 2.1.5", "delivered"},
		"nothing":              {"Reporting-MTA: dns; a", ""},
		"empty":                {"", ""},
		"fields without order": {"STATUS: 4.2.2\naction:   DELAYED", "delayed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var r Report
			r.addDelivery(tt.body)
			if got := r.Worst(); got != tt.want || !r.Delivery {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReportFields(t *testing.T) {
	var r Report
	r.addDelivery("Original-Envelope-Id: <a+2Bb>\nReporting-MTA: dns; mx\n\n" +
		"Original-Recipient: rfc822; Kari+x@Firma.example\nFinal-Recipient: ole@firma.example\nStatus: 5.1.1 (bad)\nDiagnostic-Code: smtp; 550\n 5.1.1 unknown")
	if r.Envelope != "a+b" {
		t.Errorf("envelope %q", r.Envelope)
	}
	if want := []string{"kari+x@firma.example", "ole@firma.example"}; !slices.Equal(r.Recipients, want) {
		t.Errorf("recipients %q, want %q", r.Recipients, want)
	}
	if !slices.Equal(r.Statuses, []string{"5.1.1"}) || !slices.Equal(r.Diagnostics, []string{"smtp; 550 5.1.1 unknown"}) {
		t.Errorf("statuses %q, diagnostics %q", r.Statuses, r.Diagnostics)
	}
	r = Report{}
	r.addDelivery(strings.Repeat("Action: failed\n\n", 1<<16))
	if len(r.actions) > 101 {
		t.Errorf("%d groups of a hostile report were kept", len(r.actions))
	}
}

func TestDecodeXtext(t *testing.T) {
	for in, want := range map[string]string{
		"a+2Bb": "a+b", "a+b": "a+b", "a+2b": "a+2b", "+3D": "=", "x+": "x+", "x+4": "x+4", "": "", "kari+holm@b.example": "kari+holm@b.example",
	} {
		if got := decodeXtext(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestStatusCode(t *testing.T) {
	for value, want := range map[string]string{
		"5.1.1": "5.1.1", "#5.1.1": "5.1.1", "(#5.1.1)": "5.1.1", "550-5.1.1 no": "5.1.1", "550 5.7.26 x": "5.7.26", "ends with 4.2.2.": "4.2.2",
		"smtp;550 5.1.10 x": "5.1.10", "192.4.2.2": "", "[4.2.2.1]": "", "v5.1.1": "", "3.1.1": "", "5.1": "", "5.1.1234": "", "": "",
	} {
		if got := StatusCode(value); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}
