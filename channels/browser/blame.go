package browser

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/flow"
	"github.com/svartid/svartid/channels/browser/page"
)

// shut returns the error of a door that did not let us in: a refusal if asking again
// cannot help, else a deferral. nil: it is open.
func shut(d page.Door) error {
	no := channels.Refusal{Step: channels.StepDoor, Code: int(d.Code), Text: d.Text}
	switch {
	case d.Code/100 == 2:
		return nil
	case d.Code/100 == 4 && d.Code != http.StatusRequestTimeout && d.Code != http.StatusTooEarly && d.Code != http.StatusTooManyRequests:
		return &no
	case d.Code == 0:
		no.Sign = signOf(d.Text)
	}
	return &channels.Deferral{No: no, Err: fmt.Errorf("the page answers %d %s", d.Code, d.Text)}
}

// signOf says what it means that a page does not answer, by the name that Chromium
// has for it (net/base/net_error_list.h).
func signOf(text string) channels.Sign {
	for _, s := range []struct {
		part string
		sign channels.Sign
	}{
		{"NAME_NOT_RESOLVED", channels.SignMissing},
		{"INTERNET_DISCONNECTED", channels.SignBlind},
		{"NETWORK_CHANGED", channels.SignBlind},
		{"NETWORK_ACCESS_DENIED", channels.SignBlind},
		{"PROXY", channels.SignBlind},
		{"NETWORK_IO_SUSPENDED", channels.SignBlind},
	} {
		if strings.Contains(text, s.part) {
			return s.sign
		}
	}
	return channels.SignUnreachable
}

// ended returns the refusal of a page that shows a state which ends a flow, by the
// page's words. The company's is that it is closed; that it asks for what a machine, or a stranger, does
// not have is ours, unless it let us in before.
func ended(state flow.State, words string) error {
	no := channels.Refusal{Step: channels.StepDoor, Status: string(state), Text: words}
	switch state {
	case flow.Offline:
		no.Sign = channels.SignOffline
	case flow.Closed:
		no.Sign = channels.SignClosed
	case flow.Captcha, flow.Blocked, flow.Login, flow.Payment:
		no.Sign = channels.SignPuzzle
	default:
		return nil
	}
	return &no
}

// broken returns what an error of a step means: that the way through the page has changed is a
// refusal, which is ours unless it worked before. All else may pass.
func broken(what string, err error) error {
	for _, changed := range []error{page.ErrMissing, page.ErrAmbiguous, page.ErrCovered, page.ErrWritten, errStrayed} {
		if errors.Is(err, changed) {
			no := &channels.Refusal{Step: channels.StepDoor, Sign: channels.SignFlow, Status: channels.StatusFlow, Text: what}
			return fmt.Errorf("%s: %w: %w", what, err, no)
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// errStrayed says that a page has gone to another host.
var errStrayed = errors.New("the page has gone to another host")
