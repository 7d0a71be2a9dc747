package reading

import (
	"strings"
)

// enough is the weight from which a message is held to be a report on delivery.
const enough = 8

// readDelivery judges whether m is a report on delivery, and which. It comes before all else,
// because nearly half of all bounces also carry the marks of automatic mail.
func readDelivery(m Message, text []word) (Reading, bool) {
	var r Reading
	failed, reasons := deliverySigns(m, text)
	if total(reasons) < enough {
		return r, false
	}
	r = Reading{Kind: failed, Because: reasons, Status: m.deliveryStatus()}
	r.Doubtful = total(reasons) < enough+2 && !m.report.delivery
	if r.Kind == Bounce {
		r.Permanent = permanent(m, r.Status)
	}
	return r, true
}

// deliverySigns weighs what speaks for a report on delivery and says what it reports.
func deliverySigns(m Message, text []word) (Kind, []Reason) {
	reasons := daemonSigns(m)
	kind := Bounce
	switch action := m.report.worst(); {
	case m.report.delivery && action == "failed":
		reasons = append(reasons, Reason{"delivery report: failed", 10, "Action: " + action})
	case m.report.delivery && action == "delayed":
		reasons, kind = append(reasons, Reason{"delivery report: delayed", 10, "Action: " + action}), Delay
	case m.report.delivery && action != "":
		reasons, kind = append(reasons, Reason{"delivery report: nothing failed", 10, "Action: " + action}), Other
	case m.report.delivery:
		reasons = append(reasons, Reason{"delivery report", 6, "message/delivery-status"})
	}
	if len(reasons) == 0 || m.challenges(text) && m.report.worst() != "failed" {
		return kind, nil
	}
	said := phraseReasons(m, text)
	reasons = append(reasons, said...)
	if kind == Bounce && m.report.worst() != "failed" && delayed(said) {
		kind = Delay
	}
	return kind, reasons
}

// daemonSigns weighs who sent m and how. None of it is enough by itself: absences have come
// from a postmaster, too.
func daemonSigns(m Message) []Reason {
	var reasons []Reason
	sender := strings.ToLower(m.header.text("From"))
	if sender == "" {
		sender = strings.ToLower(m.header.text("Sender"))
	}
	switch {
	case strings.Contains(sender, "mailer-daemon") || strings.Contains(sender, "mail delivery"):
		reasons = append(reasons, Reason{"from a mail server", 6, m.header.text("From")})
	case known().daemon.MatchString(sender) || m.header.has("X-MLServer"):
		reasons = append(reasons, Reason{"from a mail server", 4, m.header.text("From")})
	case known().noReply.MatchString(sender):
		reasons = append(reasons, Reason{"from nobody", 2, m.header.text("From")})
	}
	if m.returned != nil {
		reasons = append(reasons, Reason{"carries a message", 3, m.returned.first("Message-Id")})
	}
	if failed := m.header.first("X-Failed-Recipients"); failed != "" {
		reasons = append(reasons, Reason{"failed recipients named", 8, "X-Failed-Recipients: " + failed})
	}
	if name := returnedHeader(m.text); name != "" {
		reasons = append(reasons, Reason{"a header in the text", 3, name})
	}
	if path := m.header.first("Return-Path"); m.emptyReturnPath() {
		reasons = append(reasons, Reason{"empty return path", 2, "Return-Path: " + path})
	}
	if kind, params := mediaType(m.header); kind == "multipart/report" && strings.EqualFold(params["report-type"], "delivery-status") {
		reasons = append(reasons, Reason{"multipart/report", 5, m.header.first("Content-Type")})
	}
	return reasons
}

// returnedHeader finds the trace of a message (RFC 5321 section 4.4) that stands in a text, as
// old mail servers return what they could not deliver.
func returnedHeader(text string) string {
	trace, last := 0, ""
	for line := range strings.Lines(text) {
		name, _, ok := splitField([]byte(strings.TrimSpace(line)))
		if !ok {
			continue
		}
		switch strings.ToLower(name) {
		case "received", "message-id", "return-path", "mime-version":
			if trace, last = trace+1, strings.TrimSpace(line); trace >= 2 {
				return clip(last)
			}
		}
	}
	return ""
}

// emptyReturnPath reports whether m came from the null sender (RFC 5321 section 4.5.5).
func (m Message) emptyReturnPath() bool {
	return m.header.has("Return-Path") && strings.Trim(m.header.first("Return-Path"), " <>") == ""
}

// phraseReasons turns the phrases of mail servers in m's subject and text into reasons, the
// strongest of each class.
func phraseReasons(m Message, text []word) []Reason {
	best := map[string]Reason{}
	subject := m.Subject()
	subjectWords := words(subject)
	for _, h := range known().book.find(subjectWords) {
		if strings.HasSuffix(h.class, "-subject") {
			best[h.class] = Reason{h.class, h.weight, subject}
		}
	}
	for _, h := range known().book.find(text) {
		if _, seen := best[h.class]; !seen && strings.HasSuffix(h.class, "-body") {
			best[h.class] = Reason{h.class, h.weight, saw(m.text, text, h)}
		}
	}
	if code := known().enhanced.FindString(m.text); code != "" {
		best["smtp"] = Reason{"status code in the text", 2, code}
	}
	var reasons []Reason
	for _, class := range []string{"bounce-subject", "delay-subject", "bounce-body", "delay-body", "smtp"} {
		if r, ok := best[class]; ok {
			reasons = append(reasons, r)
		}
	}
	return reasons
}

// delayed reports whether phrases speak of a delay rather than of a failure.
func delayed(said []Reason) bool {
	for _, r := range said {
		if strings.HasPrefix(r.Signal, "delay") {
			return true
		}
	}
	return false
}

// saw quotes the words of a hit.
func saw(text string, list []word, h hit) string {
	return text[list[h.from].start:list[h.to-1].end]
}

// total sums the weights of reasons.
func total(reasons []Reason) int {
	sum := 0
	for _, r := range reasons {
		sum += r.Weight
	}
	return sum
}

// challenges reports whether m asks its reader to prove that he is no machine. Such mail comes
// dressed as a delivery report, but it only says that the message was received.
func (m Message) challenges(text []word) bool {
	for _, h := range known().book.find(text) {
		if h.class == "challenge" {
			return true
		}
	}
	return false
}

// statusCode finds an enhanced code (RFC 3463 section 2) in value.
func statusCode(value string) string { return known().enhanced.FindString(value) }

// deliveryStatus returns the most telling enhanced code: the report's own unless it says no
// more than "5.0.0", then a diagnostic's, then one in the text.
func (m Message) deliveryStatus() string {
	var codes []string
	for _, diagnostic := range m.report.diagnostics {
		if code := statusCode(diagnostic); code != "" {
			codes = append(codes, code)
		}
	}
	codes = append(m.report.statuses, codes...)
	if code := statusCode(m.text); code != "" {
		codes = append(codes, code)
	}
	best := ""
	for _, code := range codes {
		if best == "" || strings.HasSuffix(best, ".0.0") && !strings.HasSuffix(code, ".0.0") {
			best = code
		}
	}
	return best
}
