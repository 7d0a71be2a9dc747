package reading

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
			var r report
			r.addDelivery(tt.body)
			if got := r.worst(); got != tt.want || !r.delivery {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReportFields(t *testing.T) {
	var r report
	r.addDelivery("Original-Envelope-Id: <a+2Bb>\nReporting-MTA: dns; mx\n\n" +
		"Original-Recipient: rfc822; Kari+x@Firma.example\nFinal-Recipient: ole@firma.example\nStatus: 5.1.1 (bad)\nDiagnostic-Code: smtp; 550\n 5.1.1 unknown")
	if r.envelope != "a+b" {
		t.Errorf("envelope %q", r.envelope)
	}
	if want := []string{"kari+x@firma.example", "ole@firma.example"}; !slices.Equal(r.recipients, want) {
		t.Errorf("recipients %q, want %q", r.recipients, want)
	}
	if !slices.Equal(r.statuses, []string{"5.1.1"}) || !slices.Equal(r.diagnostics, []string{"smtp; 550 5.1.1 unknown"}) {
		t.Errorf("statuses %q, diagnostics %q", r.statuses, r.diagnostics)
	}
	r = report{}
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

// TestDeliveryStatus takes the code that says most.
func TestDeliveryStatus(t *testing.T) {
	tests := []struct {
		statuses, diagnostics []string
		text, want            string
	}{
		{[]string{"5.1.1"}, nil, "", "5.1.1"},
		{[]string{"5.0.0"}, []string{"smtp; 550 5.1.1 unknown"}, "", "5.1.1"},
		{[]string{"5.0.0"}, nil, "550 5.2.2 full", "5.2.2"},
		{[]string{"5.0.0"}, []string{"smtp; 550 unknown"}, "", "5.0.0"},
		{nil, nil, "host said: 452 4.2.2 over quota", "4.2.2"},
		{nil, nil, "version 12.5.1.1 of 1.2.3", ""},
		{nil, nil, "", ""},
	}
	for _, tt := range tests {
		m := Message{text: tt.text, report: report{statuses: tt.statuses, diagnostics: tt.diagnostics}}
		if got := m.deliveryStatus(); got != tt.want {
			t.Errorf("%v %v %q: got %q, want %q", tt.statuses, tt.diagnostics, tt.text, got, tt.want)
		}
	}
}

func TestStatusCode(t *testing.T) {
	for value, want := range map[string]string{
		"5.1.1": "5.1.1", "#5.1.1": "5.1.1", "(#5.1.1)": "5.1.1", "550-5.1.1 no": "5.1.1", "550 5.7.26 x": "5.7.26", "ends with 4.2.2.": "4.2.2",
		"smtp;550 5.1.10 x": "5.1.10", "192.4.2.2": "", "[4.2.2.1]": "", "v5.1.1": "", "3.1.1": "", "5.1": "", "5.1.1234": "", "": "",
	} {
		if got := statusCode(value); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}
