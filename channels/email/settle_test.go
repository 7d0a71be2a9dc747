package email

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/svartid/svartid/channels"
)

const copied = "Received: from mx by mailbox.example.no; Mon, 11 Jan 2027 10:00:09 +0100\r\n" +
	"Received: from us (localhost) by smtp.example.no (Postfix) with ESMTPSA id 4X;\r\n\tMon, 11 Jan 2027 10:00:01 +0100 (CET)\r\n" +
	"Message-ID: <x7f3@example.no>\r\nSubject: Hei\r\n\r\nHei!\r\n"

func TestSettle(t *testing.T) {
	received := time.Date(2027, 1, 11, 9, 0, 10, 0, time.UTC)
	for name, tt := range map[string]struct {
		inbox, junk []string
		folders     []string
		want        channels.Receipt
		err         error
	}{
		"by our own server's time": {
			inbox: []string{"Subject: x\r\n\r\nx", copied},
			want:  channels.Receipt{At: received.Add(-9 * time.Second), Response: "blind copy in INBOX"},
		},
		"by the mailbox's time": {
			inbox: []string{"Message-ID: <x7f3@example.no>\r\n\r\n"},
			want:  channels.Receipt{At: received, Response: "blind copy in INBOX"},
		},
		"in another folder": {
			junk: []string{copied},
			want: channels.Receipt{At: received.Add(-9 * time.Second), Response: "blind copy in Junk"},
		},
		"an answer to it only":       {inbox: []string{"Message-ID: <y@kraft.example>\r\nIn-Reply-To: <x7f3@example.no>\r\n\r\n"}, err: channels.ErrNotFound},
		"an id that only ends so":    {inbox: []string{"Message-ID: <zx7f3@example.no>\r\n\r\n"}, err: channels.ErrNotFound},
		"nothing at all":             {err: channels.ErrNotFound},
		"a folder that is not there": {folders: []string{"INBOX", "Spam"}, err: &imap.Error{}},
	} {
		t.Run(name, func(t *testing.T) {
			m := startMailbox(t, "INBOX", "Junk")
			for folder, texts := range map[string][]string{"INBOX": tt.inbox, "Junk": tt.junk} {
				for _, text := range texts {
					if _, err := m.Append(folder, textLiteral{strings.NewReader(text)}, &imap.AppendOptions{Time: received}); err != nil {
						t.Fatal(err)
					}
				}
			}
			folders := tt.folders
			if folders == nil {
				folders = []string{"INBOX", "Junk"}
			}
			got, err := newTestChannel(t, imapConfig(m.addr, folders...)).Reconcile(t.Context(), channels.Opening{Attempt: "a1", ID: "x7f3@example.no"})
			if !got.At.Equal(tt.want.At) || got.Response != tt.want.Response {
				t.Errorf("Settle = %+v, want %+v", got, tt.want)
			}
			var refused *imap.Error
			switch {
			case errors.As(tt.err, &refused):
				if !errors.As(err, &refused) || errors.Is(err, channels.ErrNotFound) {
					t.Errorf("Settle: %v, want the server's no", err)
				}
			case !errors.Is(err, tt.err):
				t.Errorf("Settle: %v, want %v", err, tt.err)
			}
		})
	}
}

func TestSettleInTroubleDoesNotSayNo(t *testing.T) {
	m := startMailbox(t, "INBOX")
	p := startProxy(t, m.addr)
	p.hush(true)
	c, err := New(imapConfig(p.addr), Options{Timeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		c    *Channel
		id   string
		want error
	}{
		"silence": {c, "x7f3@example.no", os.ErrDeadlineExceeded},
		"no id":   {newTestChannel(t, imapConfig(m.addr)), "", nil},
		"search refused": {newTestChannel(t, imapConfig(script{
			"UID SEARCH": func(string) string { return "\x00NO not today" },
		}.start(t, greeting))), "x7f3@example.no", nil},
		"breaks off": {newTestChannel(t, imapConfig(script{
			"UID SEARCH": func(string) string { return "* SEARCH 4\r\n" },
			"UID FETCH":  func(string) string { return "* 1 FETCH (UID 4 BODY[HEADER] {90}\r\nMess" },
		}.start(t, greeting))), "x7f3@example.no", nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.c.Reconcile(t.Context(), channels.Opening{Attempt: "a1", ID: tt.id})
			if err == nil || errors.Is(err, channels.ErrNotFound) {
				t.Errorf("Settle: %v, want another error", err)
			}
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("Settle: %v, want %v", err, tt.want)
			}
		})
	}
}
