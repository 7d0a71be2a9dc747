package email

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
)

// oddLetters are messages that mailboxes hold although no standard allows them, or
// that look like what a server says.
func oddLetters() map[string]string {
	return map[string]string{
		"like replies":       "Subject: x\r\nX-Spam-Flag: NO\r\n\r\nT5 OK done\r\n* 3 FETCH (UID 1 BODY[] NIL)\r\n* BYE\r\n+ go on\r\n)\r\n",
		"lines in LF":        "Subject: x\n\nHei\nigjen\n",
		"no header":          "\r\nHei\r\n",
		"no body":            "Subject: x\r\n",
		"an empty line":      "\r\n",
		"one word":           "Hei",
		"octets of 8 bits":   "Subject: \xe5pent brev\r\nFrom: \"B\xf8\" <a@b>\r\n\r\n\xff\xfe\x80\r\n",
		"one line":           "Subject: x\r\n\r\n" + strings.Repeat("lang ", 40_000),
		"a long header":      "Subject: x\r\n" + strings.Repeat("X-Lang: og lenger\r\n", 5000) + "\r\nHei\r\n",
		"three mebibytes":    "Subject: x\r\n\r\n" + strings.Repeat("Hei igjen, og en gang til. 0123456789 0123456789 012345678\r\n", 50_000),
		"a literal's mark":   "Subject: {90}\r\n\r\nHei {14}\r\n{0}\r\n",
		"quotes and slashes": "Subject: \"\\\\\" (\r\n\r\n\\\"(\r\n",
	}
}

// appended puts a message into a folder, and returns whether the server takes it.
func appended(c *imapclient.Client, folder, text string, at time.Time) bool {
	w := c.Append(folder, int64(len(text)), &imap.AppendOptions{Time: at})
	_, err := w.Write([]byte(text))
	if closed := w.Close(); err == nil {
		err = closed
	}
	if _, waited := w.Wait(); err == nil {
		err = waited
	}
	return err == nil
}

// TestOddMailOnRealServers hears each message as the server has it, in folders of odd
// names.
func TestOddMailOnRealServers(t *testing.T) {
	t.Parallel()
	folders := []string{"INBOX", "Søppelpost", "Ordre & \"svar\"", "~kari", "Å{90}"}
	servers := map[string]func(*testing.T) (Config, string){
		"Dovecot": func(t *testing.T) (Config, string) {
			d := peers.StartDovecot(t, peers.Options{})
			return dovecotConfig(t, d, d.IMAP), d.IMAP
		},
		"Cyrus": func(t *testing.T) (Config, string) {
			s := peers.StartCyrus(t)
			cfg := imapConfig(must(net.ResolveTCPAddr("tcp", s.IMAP)))
			cfg.IMAP.Username, cfg.IMAP.Password = "shopper", channels.Inline("secret")
			return cfg, s.IMAP
		},
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			cfg, address := start(t)
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			own := imapclient.New(conn, nil)
			defer own.Close()
			if err := own.Login("shopper", "secret").Wait(); err != nil {
				t.Fatal(err)
			}
			cfg.IMAP.Folders, cfg.IMAP.Poll = nil, 200*time.Millisecond
			for _, folder := range folders {
				if folder == "INBOX" || own.Create(folder, nil).Wait() == nil {
					cfg.IMAP.Folders = append(cfg.IMAP.Folders, folder)
				}
			}
			t.Logf("folders %q", cfg.IMAP.Folders)
			c := newTestChannel(t, cfg)
			if err := c.checkIMAP(t.Context()); err != nil {
				t.Error(err)
			}
			for _, folder := range cfg.IMAP.Folders {
				h := newRecorder(folder)
				listen(t, c, h)
				h.readPast(t, time.Time{})
				hearOdd(t, own, h)
			}
		})
	}
}

// hearOdd files the letters in a folder and hears them.
func hearOdd(t *testing.T, own *imapclient.Client, h *recorder) {
	t.Helper()
	h.mu.Lock()
	folder := h.mark.Source
	h.mu.Unlock()
	want := map[string]string{}
	for name, text := range oddLetters() {
		if appended(own, folder, text, time.Now().Add(-time.Hour)) {
			want[name] = text
		} else {
			t.Logf("%s: the server does not take %s", folder, name)
		}
	}
	h.heard(t, len(want))
	h.mu.Lock()
	defer h.mu.Unlock()
	heard := map[string]bool{}
	for _, a := range h.arrivals {
		if a.Responder != "" {
			t.Errorf("%s: got %q", folder, a.Because)
		}
		heard[strings.ReplaceAll(string(a.Raw), "\r\n", "\n")] = true
	}
	delete(want, "octets of 8 bits") // Cyrus puts X for them
	for name, text := range want {
		text = text[:min(len(text), imapconn.Largest)]
		if !heard[strings.ReplaceAll(text, "\r\n", "\n")] && !heard[strings.ReplaceAll(text, "\r\n", "\n")+"\n"] {
			t.Errorf("%s: %s was not heard as it is", folder, name)
		}
	}
}
