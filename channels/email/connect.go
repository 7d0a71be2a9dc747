package email

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Check connects to all servers, logs in and looks for each folder. It sends
// nothing and reads no message. The error tells of all that failed.
func (c *Channel) Check(ctx context.Context) error {
	if err := c.tokens.Consented(ctx); err != nil {
		return ended(ctx, err)
	}
	var smtpErr, imapErr, canaryErr error
	if err := c.checkSMTP(ctx); err != nil {
		smtpErr = fmt.Errorf("smtp: %w", ended(ctx, err))
	}
	if err := c.checkIMAP(ctx); err != nil {
		imapErr = fmt.Errorf("imap: %w", ended(ctx, err))
	}
	if c.HasCanary() {
		if err := errors.Join(c.second().tokens.Consented(ctx), c.second().checkIMAP(ctx)); err != nil {
			canaryErr = fmt.Errorf("canary: imap: %w", ended(ctx, err))
		}
	}
	return errors.Join(smtpErr, imapErr, canaryErr)
}

// checkSMTP greets the submission server and logs in.
func (c *Channel) checkSMTP(ctx context.Context) error {
	_, domain, found := strings.Cut(c.cfg.SMTP.Username, "@")
	if !found {
		domain = "localhost.localdomain"
	}
	d, err := c.connect(ctx, domain)
	if err != nil {
		return err
	}
	defer d.release()
	d.quit()
	return nil
}

// Login gets the first token of an account by OAuth2's device flow (RFC 8628).
// It calls show once, and then waits until the person has consented, or ctx or
// the code ends. The token is kept beside the ledger.
func (c *Channel) Login(ctx context.Context, show func(Device) error) error {
	return c.tokens.Login(ctx, show)
}
