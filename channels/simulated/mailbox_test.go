package simulated

import (
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

func TestMailboxHasItsFolders(t *testing.T) {
	w := start(t, Options{})
	listed, err := open(t, w, junk, nil).List("", "*", nil).Collect()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, folder := range listed {
		names = append(names, folder.Mailbox)
	}
	if got := strings.Join(names, " "); got != "INBOX Junk" {
		t.Errorf("folders %s", got)
	}
}

func TestMailboxKnowsItsReader(t *testing.T) {
	w := start(t, Options{})
	c, err := imapclient.DialInsecure(address(w.Mailbox().IMAP.Server), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(username, "wrong").Wait(); err == nil {
		t.Error("anybody may read the mailbox")
	}
	if other := New(Options{}); other.password == w.password {
		t.Error("two worlds have one password")
	}
}

func TestMailboxAnnouncesWhatItsReaderAdds(t *testing.T) {
	w := start(t, Options{})
	heard := make(chan struct{}, 1)
	idle, err := open(t, w, inbox, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(*imapclient.UnilateralDataMailbox) { heard <- struct{}{} },
	}}).Idle()
	if err != nil {
		t.Fatal(err)
	}
	const text = "Subject: hei\r\n\r\n"
	added := open(t, w, inbox, nil).Append(inbox, int64(len(text)), nil)
	if _, err := added.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := added.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := added.Wait(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-heard:
	case <-time.After(time.Minute):
		t.Error("IDLE says nothing")
	}
	if err := idle.Close(); err != nil {
		t.Error(err)
	}
}

func TestMailboxResumesByUID(t *testing.T) {
	w := start(t, Options{Cast: []Character{Silent}})
	for n := range 3 {
		ask(t, w, w.Companies()[0], n)
	}
	c := open(t, w, inbox, nil)
	got, err := c.Fetch(imap.UIDSet{{Start: 3, Stop: 0}}, &imap.FetchOptions{UID: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].UID != 3 {
		t.Errorf("got %v", got)
	}
}

func TestBell(t *testing.T) {
	var b newMailSignal
	b.ring() // without a listener
	first, second := b.next(), b.next()
	b.ring()
	<-first
	<-second
	select {
	case <-b.next():
		t.Error("a ring of the past woke somebody")
	default:
	}
}
