package meta

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Put makes s how a page's subscription is from now on.
func (p *Platform) Put(page string, s Standing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.graph[page] = s
}

// The shapes of the Graph API.
type (
	apps struct {
		Data []app `json:"data"`
	}
	app struct {
		Category string   `json:"category"`
		Link     string   `json:"link"`
		Name     string   `json:"name"`
		ID       string   `json:"id"`
		Fields   []string `json:"subscribed_fields"`
	}
	failure struct {
		Error fault `json:"error"`
	}
	fault struct {
		Message string `json:"message"`
		Type    string `json:"type"`
		Code    int    `json:"code"`
		Subcode int    `json:"error_subcode,omitempty"`
		Trace   string `json:"fbtrace_id"`
	}
)

// subscribedApps answers which apps are subscribed to a page.
func (p *Platform) subscribedApps(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	standing := p.graph[r.PathValue("page")]
	p.mu.Unlock()
	page, known := p.page(r.PathValue("page"))
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !known:
		refuse(w, fault{Code: 100, Message: "Unsupported get request."})
	case standing.Revoked || token != page.Token:
		refuse(w, fault{Code: 190, Subcode: standing.Subcode, Message: p.died(standing.Subcode)})
	default:
		_ = json.NewEncoder(w).Encode(p.subscribed(standing))
	}
}

// subscribed returns the apps of a page: ours, if it is, and the help desk's.
func (p *Platform) subscribed(s Standing) apps {
	all := apps{Data: []app{{"Business", "https://desk.example/", "Kundesenteret", "1517776481860111", []string{"messages"}}}}
	if s.Unsubscribed {
		return all
	}
	fields := []string{"messages", "message_echoes", "messaging_postbacks", "messaging_referrals", "standby"}
	fields = slices.DeleteFunc(fields, func(f string) bool { return slices.Contains(s.Without, f) })
	all.Data = append(all.Data, app{"Utility", "https://survey.example/", "Kundeundersøkelsen", p.opt.AppID, fields})
	return all
}

func (p *Platform) page(id string) (Page, bool) {
	for _, page := range p.opt.Pages {
		if page.ID == id {
			return page, true
		}
	}
	return Page{}, false
}

// refuse answers as the Graph API does when it says no.
func refuse(w http.ResponseWriter, f fault) {
	f.Type, f.Trace = "OAuthException", "AXiJz1kYWAXdmBoKN"
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(failure{f})
}

// died is what the Graph API says of a token, by its subcode.
func (p *Platform) died(subcode int) string {
	switch subcode {
	case 463:
		return "Error validating access token: Session has expired on Thursday, 15-Jan-26 01:00:00 PST. " +
			"The current time is Friday, 16-Jan-26 01:00:00 PST."
	case 467:
		return "Error validating access token: The session is invalid because the user logged out."
	}
	return "Error validating access token: The user has not authorized application " + p.opt.AppID + "."
}
