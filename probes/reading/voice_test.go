package reading

import "testing"

func TestVoice(t *testing.T) {
	one := "Hei Kari! Takk for din henvendelse. Vi har mottatt den og svarer innen to virkedager. Saksnummeret ditt er 55421. Vennlig hilsen Ingrid i kundeservice"
	two := "Hei Ola! Takk for din henvendelse. Vi har mottatt den og svarer innen to virkedager. Saksnummeret ditt er 90017. Vennlig hilsen Petter i kundeservice"
	other := "Hei Kari! Skoene finnes i størrelse 38 til 46, og vi har dem på lager både i Bergen og på nett. Levering tar to til fire dager."
	if d := Distance(Voice(one), Voice(two)); d > 6 {
		t.Errorf("the same text with other names is %d apart, want at most 6", d)
	}
	if d := Distance(Voice(one), Voice(other)); d < 16 {
		t.Errorf("another text is %d apart, want at least 16", d)
	}
	if Voice("") != 0 || Voice("👍 …") != 0 {
		t.Error("a text without words has a voice")
	}
}

func TestCentre(t *testing.T) {
	rules := []CentreRule{
		{ID: "nothing"},
		{ID: "both", From: "*@sentral.example", Received: "mx9.sentral.example"},
		{ID: "by address", From: "*@sentral.example"},
		{ID: "by domain", From: "firma.example"},
		{ID: "by host", Received: "kundehuset.example"},
		{ID: "by signature", Signature: "Kundehuset AS"},
	}
	tests := map[string]string{
		"From: a@sentral.example\nReceived: from MX9.sentral.example by x\n\nHei":    "both",
		"From: A@Sentral.example\n\nHei":                                             "by address",
		"From: a@post.firma.example\n\nHei":                                          "by domain",
		"From: a@annetfirma.example\nSubject: x\n\nHei":                              UnknownCentre,
		"From: a@b.example\nReceived: from ut.kundehuset.example (x)\n\nHei":         "by host",
		"From: a@b.example\n\nHei!\n\nMvh\nIngrid\nKUNDEHUSET  AS":                   "by signature",
		"From: a@b.example\n\nHei!\n\nDen 2. mars 2026 skrev Kari:\n> Kundehuset AS": UnknownCentre,
	}
	for raw, want := range tests {
		if got := Centre(Parse([]byte(raw)), rules); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}
