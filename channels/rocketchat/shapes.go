package rocketchat

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/svartid/svartid/channels/httpapi"
)

// What the server says, as far as we read it: apps/meteor/app/livechat/server/
// api/v1 of Rocket.Chat 3 to 7. All of it may be missing.
type (
	configReply struct {
		Config struct {
			Enabled  *bool `json:"enabled"`
			Online   bool  `json:"online"`
			Settings struct {
				RegistrationForm bool            `json:"registrationForm"`
				EmailField       bool            `json:"emailFieldRegistrationForm"`
				LimitTextLength  json.RawMessage `json:"limitTextLength"` // false, or a number in a string or bare
			} `json:"settings"`
			Departments []struct {
				ID   string `json:"_id"`
				Name string `json:"name"`
			} `json:"departments"`
			CustomFields []struct {
				ID       string `json:"_id"`
				Required bool   `json:"required"`
			} `json:"customFields"`
			Room *room `json:"room"`
		} `json:"config"`
	}
	visitorReply struct {
		Visitor struct {
			Token    string `json:"token"`
			LastChat *room  `json:"lastChat"`
		} `json:"visitor"`
	}
	roomReply struct {
		Room room `json:"room"`
	}
	room struct {
		ID       string    `json:"_id"`
		ServedBy *struct{} `json:"servedBy"`
	}
	messageReply struct {
		Message message `json:"message"`
	}
	historyReply struct {
		Messages []message `json:"messages"`
	}
	message struct {
		ID    string          `json:"_id"`
		Type  string          `json:"t"`
		Text  string          `json:"msg"`
		Token string          `json:"token"` // a visitor's; none on an agent's
		At    stamp           `json:"ts"`
		Bot   json.RawMessage `json:"bot"`
		User  struct {
			Name string `json:"username"`
		} `json:"u"`
		Attachments []struct {
			Title       string `json:"title"`
			Description string `json:"description"`
		} `json:"attachments"`
	}
)

// A stamp is a time as the server writes it: ISO 8601 in milliseconds, or
// {"$date": ms} where the realtime interface's form leaks out.
type stamp struct{ time.Time }

// UnmarshalJSON reads either form.
func (s *stamp) UnmarshalJSON(b []byte) error {
	var date struct {
		MS int64 `json:"$date"`
	}
	if json.Unmarshal(b, &date) == nil && date.MS > 0 {
		s.Time = time.UnixMilli(date.MS).UTC()
		return nil
	}
	t, err := time.Parse(time.RFC3339, strings.Trim(string(b), `"`))
	if err != nil {
		return errors.New("a ts that is no time")
	}
	s.Time = t.UTC()
	return nil
}

// ours reports whether a visitor has said it.
func (m message) ours() bool { return m.Token != "" }

// words returns what a message says: its text, else what is attached.
func (m message) words() string {
	if m.Text != "" {
		return m.Text
	}
	var said []string
	for _, a := range m.Attachments {
		said = append(said, strings.TrimSpace(a.Title+" "+a.Description))
	}
	return strings.Join(said, "\n")
}

// reason returns the server's code for its no, such as no-agent-online; empty
// if err is none or gives no reason. It stands in errorType, or in brackets at
// the end of error, or is the whole of it.
func reason(err error) string {
	var no *httpapi.Answer
	if !errors.As(err, &no) {
		return ""
	}
	var said struct {
		Error string `json:"error"`
		Type  string `json:"errorType"`
	}
	if json.Unmarshal(no.Body, &said) != nil {
		return ""
	}
	if said.Type != "" {
		return said.Type
	}
	if open := strings.LastIndexByte(said.Error, '['); open >= 0 && strings.HasSuffix(said.Error, "]") {
		return said.Error[open+1 : len(said.Error)-1]
	}
	return said.Error
}
