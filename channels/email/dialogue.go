package email

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/letter"
)

// A dialogue is one connection to the submission server, for one message.
type dialogue struct {
	conn    *smtpConn
	client  *smtp.Client
	clock   func() time.Time
	release func() // closes the connection
}

// goodbye is how long we wait for the server to answer QUIT.
const goodbye = 2 * time.Second

// send hands l over, if leave lets it. Its error wraps ErrRefused or ErrUnsure
// as [Channel.Open]'s does.
//
// Leave is asked between the server's 354 and the message. All that may keep it
// from being taken up to there has then been said, and the server has nothing of
// it: not even one that makes a message of what a broken connection leaves
// behind, against RFC 5321 section 4.1.1.10, has anything to deliver.
func (d *dialogue) send(ctx context.Context, l letter.Letter, leave channels.Leave) (channels.Receipt, error) {
	if err := d.address(l); err != nil {
		d.quit()
		return channels.Receipt{}, err
	}
	data, err := d.client.Data()
	if err != nil {
		d.quit()
		return channels.Receipt{}, stepError(stepData, err)
	}
	// From here to the reply no other command may be sent: net/textproto would
	// end the message with a dot first, and half of it would be taken.
	if err := leave(ctx); err != nil {
		return channels.Receipt{}, err
	}
	if _, err := data.Write(l.Message); err != nil {
		return channels.Receipt{}, fmt.Errorf("%s: %w", stepMessage, err)
	}
	answer, err := data.CloseWithResponse()
	receipt, err := d.outcome(answer, err)
	if receipt.At.IsZero() {
		return receipt, err
	}
	if l.Envelope != "" {
		receipt.Names = append(receipt.Names, l.Envelope)
	}
	d.quit()
	return receipt, nil
}

// address names the sender and the recipients: the company, and the sender's
// own address, whose copy in our mailbox proves that the message left.
//
// If either is refused there is no message. Without the copy it could leave
// only unproven: after a lost reply it could not be known whether it had.
func (d *dialogue) address(l letter.Letter) error {
	if offered, _ := d.client.Extension("SMTPUTF8"); l.UTF8 && !offered {
		// The codes are RFC 6531's for a server that cannot carry the address (section 3.5).
		return fmt.Errorf("%s: %w", stepCompany, &channels.Refusal{
			Step: channels.StepRcpt, Code: 553, Status: "5.6.7", Ours: true,
			Text: fmt.Sprintf("our submission server does not offer SMTPUTF8, which %s needs", l.To),
		})
	}
	mail, company := asked(l)
	if err := refusal(d.client.Mail(l.From, mail)); err != nil {
		return stepError(stepSender, err)
	}
	if err := refusal(d.client.Rcpt(l.To, company)); err != nil {
		return stepError(stepCompany, err)
	}
	if l.Alone {
		return nil
	}
	if err := refusal(d.client.Rcpt(l.From, &smtp.RcptOptions{Notify: []smtp.DSNNotify{smtp.DSNNotifyNever}})); err != nil {
		return stepError(stepCopy, err)
	}
	return nil
}

// refusal returns err, or nil if it is a reply of 2yz: a code that is not expected means
// what its first digit says (RFC 5321 section 4.2).
func refusal(err error) error {
	var reply *smtp.SMTPError
	if errors.As(err, &reply) && reply.Code/100 == 2 {
		return nil
	}
	return err
}

// asked returns what we ask of the server with the sender and with the company.
func asked(l letter.Letter) (*smtp.MailOptions, *smtp.RcptOptions) {
	mail := &smtp.MailOptions{Size: int64(len(l.Message)), UTF8: l.UTF8, EnvelopeID: l.Envelope}
	if l.Reports.Brief {
		mail.Return = smtp.DSNReturnHeaders
	}
	var notify []smtp.DSNNotify
	if l.Reports.Failure {
		notify = append(notify, smtp.DSNNotifyFailure)
	}
	if l.Reports.Delay {
		notify = append(notify, smtp.DSNNotifyDelayed)
	}
	return mail, &smtp.RcptOptions{Notify: notify}
}

// outcome tells what became of a message whose final dot has been written, or
// should have been. The receipt's time is set if it was taken.
//
// Any reply settles it (RFC 5321 section 4.1.1.4); of one that we did not
// expect the first digit counts (section 4.2). Where the dot did not go
// through the server must drop the message (section 4.1.1.10, 4.2.5). What
// remains is a dot without an answer, which leaves it open (section 6.1).
func (d *dialogue) outcome(answer *smtp.DataResponse, err error) (channels.Receipt, error) {
	at := d.clock()
	if err == nil {
		return receipt(at, 250, answer.StatusText), nil
	}
	if d.conn.incomplete {
		return channels.Receipt{}, fmt.Errorf("%s: %w", stepMessage, err)
	}
	var reply *smtp.SMTPError
	if errors.As(err, &reply) {
		switch reply.Code / 100 {
		case 2:
			return receipt(at, reply.Code, reply.Message), nil
		case 4, 5:
			return channels.Receipt{}, stepError(stepMessage, err)
		}
	}
	return channels.Receipt{}, fmt.Errorf("%s: %w: %w", stepMessage, channels.ErrUnsure, err)
}

// receipt returns the proof that the server took a message.
func receipt(at time.Time, code int, text string) channels.Receipt {
	return channels.Receipt{At: at, ID: queueID(text), Response: fmt.Sprintf("%d %s", code, text)}
}

// quit takes leave. Nothing depends on it any more.
func (d *dialogue) quit() {
	d.client.CommandTimeout = min(d.client.CommandTimeout, goodbye)
	_ = d.client.Quit()
}
