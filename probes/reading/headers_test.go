package reading

import (
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestHeaderMarks meets each mark of software by itself.
func TestHeaderMarks(t *testing.T) {
	tests := []struct {
		header, signal string
		side           side
	}{
		{"X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "mailbox rule", machine},
		{"x-ms-exchange-generated-message-source: Mailbox Rules Agent", "mailbox rule", machine},
		{"X-MS-Exchange-Inbox-Rules-Loop: a@b.example", "mailbox rule loop mark", machine},
		{"Auto-Submitted: auto-replied", "auto-replied", machine},
		{"Auto-Submitted: auto-replied (vacation)", "vacation mark", machine},
		{"Auto-Submitted: auto-replied; owner-email=\"a@b.example\"", "auto-replied", machine},
		{"Auto-Submitted: auto-notified; owner-email=x", "auto-notified", machine},
		{"Auto-Submitted: auto-generated", "auto-generated", machine},
		{"Auto-Submitted: no", "not automatic by its own word", author},
		{"X-Autoreply: yes", "autoreply mark", machine},
		{"X-Autorespond: Pris", "autoreply mark", machine},
		{"X-Autoresponder: x", "autoreply mark", machine},
		{"X-Mail-Autoreply: x", "autoreply mark", machine},
		{"X-FC-MachineGenerated: true", "autoreply mark", machine},
		{"Precedence: auto_reply", "autoreply mark", machine},
		{"Precedence: bulk", "bulk precedence", machine},
		{"X-Vacation: yes", "vacation mark", absent},
		{"X-Apple-Action: VACATION", "vacation mark", absent},
		{"X-Mailer: vacation 1.2.7", "vacation mark", machine},
		{"X-Auto-Response-Suppress: All", "asks others not to reply", machine},
		{"X-Loop: a@b.example", "loop mark", machine},
		{"Feedback-ID: 1:2:3:x", "bulk sender's mark", machine},
		{"X-Campaign-Id: 9", "bulk sender's mark", unconcerns},
		{"List-Unsubscribe: <mailto:a@b.example>", "can be unsubscribed from", unconcerns},
		{"X-SFDC-EmailCategory: quickActionEmail", "sent by an agent", author},
		{"X-SFDC-EmailCategory: workflowActionAlert", "sent by a workflow", machine},
		{"X-SFDC-EmailCategory: apiSingleMail", "sent by a workflow", machine},
		{"X-SFDC-AutoResponse: true", "automatic response", machine},
		{"X-Zammad-Auto-Reply: yes", "sent by a ticket rule", machine},
		{"X-RT-Originator: ole@b.example", "written by an agent", author},
		{"Return-Path: <>", "empty return path", machine},
		{"From: Firma <noreply@b.example>", "from nobody", machine},
		{"From: Firma <no-reply@b.example>", "from nobody", machine},
		{"From: Firma <svar-ikke@b.example>", "from nobody", machine},
	}
	for _, tt := range tests {
		met := false
		for _, f := range machineSigns(message.Parse([]byte("Subject: Pris\n" + tt.header + "\n\nHei"))) {
			met = met || f.Signal == tt.signal && f.side == tt.side && f.Weight > 0 && f.Saw != ""
		}
		if !met {
			t.Errorf("%s: no %q for %s", tt.header, tt.signal, tt.side)
		}
	}
}

func TestHeadersThatSayNothing(t *testing.T) {
	for _, header := range []string{
		"X-Autoreply: no", "X-Loop: false", "Precedence: first-class", "X-SFDC-EmailCategory: other", "X-Mailer: Microsoft Outlook 16.0",
		"Return-Path: <a@b.example>", "From: Nora Eply <noraeply@b.example>", "X-Auto: yes",
	} {
		if found := machineSigns(message.Parse([]byte("Subject: Pris\n" + header + "\n\nHei"))); len(found) > 0 {
			t.Errorf("%s: got %v", header, found)
		}
	}
}

// TestHelpdesksMarkAgents holds that what a helpdesk marks as generated may be typed.
func TestHelpdesksMarkAgents(t *testing.T) {
	tests := map[string]string{
		"X-Mailer: Zendesk Mailer":          "Zendesk",
		"X-Zendesk-From-Account-Id: 1a":     "Zendesk",
		"X-Freshdesk-Ticket-Id: 9":          "Freshdesk",
		"Message-ID: <a@mail.freshdesk.io>": "Freshdesk",
		"X-ServiceNow-Generated: true":      "ServiceNow",
		"X-SFDC-LK: 00D":                    "Salesforce",
		"RT-Ticket: firma #9":               "RT",
		"X-Mailer: Zammad Mail Service":     "Zammad",
		"X-HS-Message-Id: 9":                "HubSpot",
		"X-Mailer: OTRS Mail Service":       "OTRS",
		"X-Mailer: Microsoft Outlook 16.0":  "",
	}
	for header, want := range tests {
		m := message.Parse([]byte("From: a@b.example\nAuto-Submitted: auto-generated\n" + header + "\n\nHei"))
		if got := helpdesk(m); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
		for _, f := range machineSigns(m) {
			if weak := f.Weight == 1; f.Signal == "auto-generated" && weak != (want != "") {
				t.Errorf("%s: auto-generated weighs %d", header, f.Weight)
			}
		}
	}
}

func TestSubjectSigns(t *testing.T) {
	const asked = "Ferie i Alta og ute av kontoret"
	tests := map[string]string{
		"Automatisk svar: " + asked:                           "subject-automatic",
		"Automatiskt svar: Pris":                              "subject-automatic",
		"Automaattinen vastaus: Hinta":                        "subject-automatic",
		"[Firma] Automatic reply: Price":                      "subject-automatic",
		"Ute av kontoret":                                     "subject-absence",
		"Frånvaro":                                            "subject-absence",
		"Vi har mottatt din henvendelse":                      "subject-receipt",
		"Kvittering på innsendt skjema":                       "subject-receipt",
		"Bekräftelse på ditt ärende":                          "subject-receipt",
		"Hvor fornøyd er du?":                                 "subject-other",
		"Nyhetsbrev mars":                                     "subject-other",
		"SV: " + asked:                                        "",
		"Re: Automatisk svar: Pris":                           "",
		"Svar på henvendelse - Re: Vi har mottatt en regning": "",
		"":      "",
		"Pris":  "",
		asked:   "",
		"Auto?": "subject-automatic",
	}
	for subject, want := range tests {
		got := []string{}
		for _, f := range subjectSigns(subject, asked) {
			got = append(got, f.Signal)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, want %q", subject, got, want)
		}
	}
}

func TestSentToMany(t *testing.T) {
	const list = "From: a@b.example\nList-Unsubscribe: <https://b.example/u>\n"
	tests := map[string]bool{
		list + "Subject: Vårens nyheter":                                    true,
		list + "Subject: Re: Pris":                                          false,
		list + "Subject: Pris\nIn-Reply-To: <a@b>":                          false,
		list + "Subject: Pris\nReferences: <a@b>":                           false,
		list + "Subject: Hei alle\nList-Post: <mailto:alle@b.example>":      false,
		"From: a@b.example\nSubject: Vårens nyheter\nPrecedence: bulk":      false,
		"From: a@b.example\nSubject: SV: x\nList-Unsubscribe: <mailto:c@d>": false,
	}
	for raw, want := range tests {
		if got := sentToMany(message.Parse([]byte(raw + "\n\nHei"))); got != want {
			t.Errorf("%s: got %v, want %v", raw, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	long := strings.Repeat("å", 300)
	if got := clip(long); len([]rune(got)) != 120 || !strings.HasSuffix(got, "…") {
		t.Errorf("got %d runes", len([]rune(got)))
	}
	if got := clip("kort"); got != "kort" {
		t.Errorf("got %q", got)
	}
}
