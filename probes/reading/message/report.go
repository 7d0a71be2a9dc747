package message

import (
	"strings"
)

// A Report holds what the machine-readable parts of a multipart/Report said (RFC 6522).
type Report struct {
	actions     []string // of RFC 3464, lower case
	Statuses    []string // RFC 3463 codes
	Diagnostics []string // what servers said
	Recipients  []string // their addresses, in lower case
	Envelope    string   // Original-Envelope-Id
	Receipt     string   // the body of a disposition notification (RFC 8098)
	Feedback    string   // the body of a feedback report (RFC 5965)
	Remote      bool     // it names another server than its maker as the one that spoke
	maker       string   // Reporting-MTA
	Delivery    bool     // it has a delivery-status part
}

// addDelivery adds the groups of one delivery-status part (RFC 3464 section 2).
func (r *Report) addDelivery(body string) {
	r.Delivery = true
	for _, group := range strings.Split(body, "\n\n") {
		h, _ := splitHeader([]byte(strings.Trim(group, "\n") + "\n\n"))
		for _, f := range h {
			r.addField(strings.ToLower(f.name), f.value)
		}
		if len(r.actions) > 100 {
			return
		}
	}
}

// addField adds one field of a group.
func (r *Report) addField(name, value string) {
	switch name {
	case "action":
		action, _, _ := strings.Cut(strings.ToLower(value), " ")
		r.actions = append(r.actions, strings.Trim(action, ";,."))
	case "status":
		if code := StatusCode(value); code != "" {
			r.Statuses = append(r.Statuses, code)
		}
	case "diagnostic-code":
		r.Diagnostics = append(r.Diagnostics, value)
	case "reporting-mta":
		r.maker = serverIn(value)
	case "remote-mta":
		remote := serverIn(value)
		r.Remote = r.Remote || remote != "" && remote != r.maker
	case "original-envelope-id":
		r.Envelope = decodeXtext(strings.Trim(value, " <>"))
	case "original-recipient", "final-recipient", "x-actual-recipient":
		_, address, found := strings.Cut(value, ";")
		if !found {
			address = value
		}
		r.Recipients = append(r.Recipients, Addresses(address)...)
	}
}

// serverIn returns the name in a field of RFC 3464 that names a server: what stands
// behind the type, without the queue or the address that some add.
func serverIn(value string) string {
	if _, name, typed := strings.Cut(value, ";"); typed {
		value = name
	}
	value, _, _ = strings.Cut(strings.TrimSpace(value), " ")
	if i := strings.IndexByte(value, '['); i > 0 {
		value = value[:i]
	}
	return strings.ToLower(strings.TrimRight(value, "."))
}

// decodeXtext undoes the "+2B" escapes of RFC 3461 section 4. Only a plus that is followed by
// two capital hexadecimal digits is one, so that addresses with a plus stay whole.
func decodeXtext(value string) string {
	var out strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '+' && i+2 < len(value) && upperHex(value[i+1]) && upperHex(value[i+2]) {
			out.WriteByte(unhex(value[i+1])<<4 | unhex(value[i+2]))
			i += 2
			continue
		}
		out.WriteByte(value[i])
	}
	return out.String()
}

// upperHex reports whether c is a hexadecimal digit as xtext writes it.
func upperHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' }

// Worst returns the most final action of the report: failed, delayed, or what else it says.
// Where a group has a status but no action, the status speaks.
func (r *Report) Worst() string {
	rank := map[string]int{"failed": 3, "failure": 3, "fail": 3, "expired": 3, "undeliverable": 3, "delayed": 2, "delay": 2}
	worst, best := "", 0
	for _, action := range r.actions {
		if worst == "" || rank[action] > best {
			worst, best = action, rank[action]
		}
	}
	switch {
	case best == 3:
		return "failed"
	case best == 2:
		return "delayed"
	case worst != "" || len(r.Statuses) == 0:
		return worst
	case r.Statuses[0][0] == '2':
		return "delivered"
	}
	return "failed"
}

// StatusCode finds an enhanced code (RFC 3463 section 2) in value. Part of an IP address is none.
func StatusCode(value string) string {
	for i := 0; i+2 < len(value); i++ {
		if value[i+1] != '.' || value[i] != '2' && value[i] != '4' && value[i] != '5' {
			continue
		}
		begin := max(0, i-1)
		found := patterns().enhanced.FindStringSubmatchIndex(value[begin:min(len(value), i+longestCode)])
		if found != nil && begin+found[2] == i {
			return value[i : begin+found[3]]
		}
	}
	return ""
}

// longestCode is the length of the longest enhanced code and of what has to stand behind it.
const longestCode = len("5.123.123. x")
