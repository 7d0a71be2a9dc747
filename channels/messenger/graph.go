package messenger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/svartid/svartid/channels/httpapi"
)

// version is that of the Graph API. Meta keeps each for about two years.
const version = "v25.0"

// fields are what a page must be subscribed to for us to hear it whole.
func fields() []string {
	return []string{"messages", "message_echoes", "messaging_postbacks", "messaging_referrals", "standby"}
}

// subscribedApps is what a page answers.
type subscribedApps struct {
	Data []struct {
		ID     id       `json:"id"`
		Fields []string `json:"subscribed_fields"`
	} `json:"data"`
}

// graphError is what Meta answers that says no.
type graphError struct {
	Error struct {
		Code    int `json:"code"`
		Subcode int `json:"error_subcode"`
	} `json:"error"`
}

// An unheardPage says why the messages of a page do not reach us. It is final in so
// far as asking again does not help: a person has to mend it.
type unheardPage struct{ reason string }

func (d *unheardPage) Error() string { return d.reason }

// ask asks a page whether it lets us listen. The error is, or wraps, an
// unheardPage where it does not; any other says that there was no answer. No error holds
// a token.
func (c *Channel) ask(ctx context.Context, page Reach) error {
	token, err := page.PageToken.Reveal()
	if err != nil {
		return fmt.Errorf("page token: %w", err)
	}
	query := url.Values{}
	if secret, err := c.cfg.AppSecret.Reveal(); err == nil && secret != "" {
		m := hmac.New(sha256.New, []byte(secret))
		m.Write([]byte(token))
		query.Set("appsecret_proof", hex.EncodeToString(m.Sum(nil)))
	}
	var apps subscribedApps
	_, err = c.client.Exchange(ctx, httpapi.Call{
		Step: "subscribed apps", Method: http.MethodGet, Path: "/" + version + "/" + page.Page + "/subscribed_apps",
		Query: query, Header: http.Header{"Authorization": {"Bearer " + token}},
	}, &apps)
	if err != nil {
		return denied(err)
	}
	for _, app := range apps.Data {
		if c.cfg.AppID != "" && string(app.ID) != c.cfg.AppID {
			continue
		}
		missing := slices.DeleteFunc(fields(), func(field string) bool { return slices.Contains(app.Fields, field) })
		if len(missing) > 0 {
			return &unheardPage{"the page is not subscribed to " + strings.Join(missing, ", ")}
		}
		return nil
	}
	return &unheardPage{"the page is no longer subscribed to the app"}
}

// died says why a page's token is no longer accepted, by the subcodes of
// https://developers.facebook.com/docs/graph-api/guides/error-handling: whom to ask for another one differs.
func died(subcode int) string {
	why := map[int]string{
		458: "has gone, because the app was taken out of the page's settings",
		459: "rests, because Facebook wants the person who gave it to log in and confirm something",
		460: "has gone, because the person who gave it has a new password",
		463: "has expired",
		464: "rests, because the person who gave it is not confirmed",
		467: "is invalid, because the person who gave it has logged out",
		492: "has gone, because the person who gave it has no role on the page any more",
	}[subcode]
	if why == "" {
		return "the page's token was revoked (190)"
	}
	return fmt.Sprintf("the page's token %s (190, %d)", why, subcode)
}

// denied tells what only a person can mend from what passes: codes of
// https://developers.facebook.com/docs/graph-api/guides/error-handling.
func denied(err error) error {
	var answer *httpapi.Answer
	var said graphError
	if !errors.As(err, &answer) || json.Unmarshal(answer.Body, &said) != nil {
		return err
	}
	switch code := said.Error.Code; {
	case code == 190:
		return fmt.Errorf("%w: %w", err, &unheardPage{died(said.Error.Subcode)})
	case code == 10 || code >= 200 && code < 300:
		return fmt.Errorf("%w: %w", err, &unheardPage{fmt.Sprintf("the page's token lacks a permission (%d)", code)})
	case code == 100 || code == 803:
		return fmt.Errorf("%w: %w", err, &unheardPage{fmt.Sprintf("there is no such page (%d)", code)})
	}
	return err
}
