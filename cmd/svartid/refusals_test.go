package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
)

// A saidRow is what a submission server says of a company's opener, and whose fault
// that is.
type saidRow struct {
	step, said string
	fault      fault.Fault
}

// saidRows are the rows of the table of refusals that a submission server says
// when it is given a recipient or the message.
func saidRows(t *testing.T) (rows []saidRow) {
	t.Helper()
	file, err := os.Open("../../probes/fault/testdata/refusals.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range all[1:] {
		if row[0] == "rcpt" || row[0] == "data" {
			rows = append(rows, saidRow{row[0], row[1], fault.Fault(row[3])})
		}
	}
	return rows
}

// A refusingServer is a submission server that says for each company what its row
// says. The company's number is in its address.
type refusingServer struct{ rows []saidRow }

func (s refusingServer) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &refusingSession{rows: s.rows}, nil
}

type refusingSession struct {
	rows []saidRow
	row  *saidRow
}

func (s *refusingSession) Reset()                               { s.row = nil }
func (s *refusingSession) Logout() error                        { return nil }
func (s *refusingSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *refusingSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	var n int
	if _, err := fmt.Sscanf(to, "row%d@", &n); err != nil {
		return nil // our own copy
	}
	if s.row = &s.rows[n]; s.row.step == "rcpt" {
		return s.row.reply()
	}
	return nil
}

func (s *refusingSession) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil || s.row == nil {
		return err
	}
	return s.row.reply()
}

// reply returns the row as the server's reply.
func (r saidRow) reply() error {
	found := regexp.MustCompile(`^(\d{3})[ -](?:([245])\.(\d+)\.(\d+) )?(.*)$`).FindStringSubmatch(r.said)
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	no := &smtp.SMTPError{Code: number(found[1]), Message: found[5], EnhancedCode: smtp.NoEnhancedCode}
	if found[2] != "" {
		no.EnhancedCode = smtp.EnhancedCode{number(found[2]), number(found[3]), number(found[4])}
	}
	return no
}

// TestRefusals has a submission server say every row of the table to the program:
// what is ours is no company's, and what is the company's excuses none.
func TestRefusals(t *testing.T) {
	race.Skip(t, "it starts the program, and what it starts is not watched")
	t.Parallel()
	rows := saidRows(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(refusingServer{rows})
	server.AllowInsecureAuth = true
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	world := simulated.New(simulated.Options{Companies: 1, Seed: t.Name(), Scale: 8 * time.Second})
	startWorld(t, world)
	mailbox := world.Mailbox()
	own := email.Server{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port}
	o := killPlan{kills: 10, within: 6 * time.Second}.outline(t, world)
	o.Mail = fmt.Sprintf("{type: email, smtp: {host: %s, port: %d, tls: none}, imap: {%s, folders: [INBOX], poll: 1s}}",
		own.Host, own.Port, login(t, mailbox.IMAP.Server))
	o.Companies = nil
	for n := range rows {
		id := fmt.Sprintf("row%d", n)
		o.Companies = append(o.Companies, edition.Company{
			ID: id, Name: id, Class: "power", Language: "nb", Reach: map[string]string{"mail": id + "@firm.example"},
		})
	}
	config, dsn := o.write(t, t.TempDir())
	p := newPlace(t, "hasty", config)
	process := p.start()
	process.metrics()
	archive := openArchive(t, dsn)
	judged := func() (n int) {
		for _, c := range archive.contacts(t) {
			if c.Plan.Replaces == "" && (c.Outcome != probes.Pending || c.Current().Failure.Fault != "") {
				n++
			}
		}
		return n
	}
	p.until(t, "every row is said", func() bool { return judged() >= len(rows) })
	process.stop()
	for _, c := range archive.contacts(t) {
		var n int
		if _, err := fmt.Sscanf(c.Plan.Company, "row%d", &n); err != nil || c.Plan.Replaces != "" {
			continue
		}
		if what := rows[n].wrong(c); what != "" {
			t.Errorf("%s %s: %s", rows[n].step, rows[n].said, what)
		}
	}
	holds(t, config)
}

// wrong says what is wrong with what became of a row's contact.
func (r saidRow) wrong(c probes.Contact) string {
	got := c.Current().Failure.Fault
	want := map[fault.Fault]string{
		fault.Ours: "pending void", fault.Address: "unanswered pending", fault.Theirs: "unanswered pending",
		fault.Policy: "unanswered contested pending", fault.Unclear: "unanswered contested pending",
	}[r.fault]
	if got != r.fault || !strings.Contains(want, string(c.Outcome)) {
		return fmt.Sprintf("got %s, fault %q; want %s, fault %q", c.Outcome, got, want, r.fault)
	}
	return ""
}
