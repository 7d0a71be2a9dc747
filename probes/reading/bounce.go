package reading

import (
	"strings"
)

// enough is the weight from which a message is held to be a report on delivery.
const enough = 8

// readDelivery judges whether m is a report on delivery, and which. It comes before all else,
// because nearly half of all bounces also carry the marks of automatic mail.
func readDelivery(m Message) (Reading, bool) {
	var r Reading
	failed, reasons := deliverySigns(m)
	if total(reasons) < enough {
		return r, false
	}
	strongestFirst(reasons)
	r = Reading{Kind: failed, Because: reasons, Status: m.deliveryStatus()}
	r.Doubtful = total(reasons) < enough+2 && !m.report.delivery
	if r.Kind == Bounce {
		r.Permanent = permanent(m, r.Status)
		r.Delivery = m.gaveUp()
	}
	return r, true
}

// deliverySigns weighs what speaks for a report on delivery and says what it reports.
func deliverySigns(m Message) (Kind, []Reason) {
	action := m.report.worst()
	reasons := daemonSigns(m)
	if m.report.delivery {
		reasons = append(reasons, reportSign(action))
	}
	if len(reasons) == 0 {
		return Bounce, nil
	}
	text := words(m.text)
	if action != "failed" && m.challenges(text) {
		return Bounce, nil
	}
	said := phraseReasons(m, text)
	reasons = append(reasons, said...)
	switch {
	case action == "failed":
		return Bounce, reasons
	case action == "delayed" || delayed(said):
		return Delay, reasons
	case action != "":
		return Other, reasons
	}
	return Bounce, reasons
}

// reportSign turns the worst action of a delivery report into a reason.
func reportSign(action string) Reason {
	switch action {
	case "":
		return Reason{"delivery report", 6, "message/delivery-status"}
	case "failed", "delayed":
		return Reason{"delivery report: " + action, 10, "Action: " + action}
	}
	return Reason{"delivery report: nothing failed", 10, "Action: " + action}
}

// daemonSigns weighs who sent m and how. None of it is enough by itself: absences have come
// from a postmaster, too.
func daemonSigns(m Message) []Reason {
	reasons := senderSigns(m)
	if m.returned != nil {
		reasons = append(reasons, Reason{"carries a message", 3, m.returned.first("Message-Id")})
	}
	if failed := m.header.first("X-Failed-Recipients"); failed != "" {
		reasons = append(reasons, Reason{"failed recipients named", 8, "X-Failed-Recipients: " + failed})
	}
	if name := returnedHeader(m.text); name != "" {
		reasons = append(reasons, Reason{"a header in the text", 3, name})
	}
	if m.emptyReturnPath() {
		reasons = append(reasons, Reason{"empty return path", 2, "Return-Path: <>"})
	}
	if kind, params := mediaType(m.header); kind == "multipart/report" && strings.EqualFold(params["report-type"], "delivery-status") {
		reasons = append(reasons, Reason{"multipart/report", 5, m.header.first("Content-Type")})
	}
	return reasons
}

// senderSigns weighs the name and address of the sender.
func senderSigns(m Message) []Reason {
	name := m.header.text("From")
	if name == "" {
		name = m.header.text("Sender")
	}
	sender := strings.ToLower(name)
	switch {
	case strings.Contains(sender, "mailer-daemon") || strings.Contains(sender, "mail delivery"):
		return []Reason{{"from a mail server", 6, name}}
	case known().daemon.MatchString(sender) || m.header.has("X-MLServer"):
		return []Reason{{"from a mail server", 4, name}}
	case known().noReply.MatchString(sender):
		return []Reason{{"from nobody", 2, name}}
	}
	return nil
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
	if code := statusCode(m.text); code != "" {
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

// statusCode finds an enhanced code (RFC 3463 section 2) in value. Part of an IP address is none.
func statusCode(value string) string {
	if found := known().enhanced.FindStringSubmatch(value); found != nil {
		return found[1]
	}
	return ""
}

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

// longestTold bounds the text of a report that is looked at for its reasons.
const longestTold = 8 << 10

// gaveUp returns what a report tells of the recipient that it gave up.
func (m Message) gaveUp() Delivery {
	d := Delivery{Remote: m.report.remote, Recipients: m.report.recipients, Text: aboveReturned(m.text)}
	d.Text = strings.ToValidUTF8(d.Text[:min(len(d.Text), longestTold)], "")
	said := make([]string, 0, len(m.report.diagnostics))
	for _, diagnostic := range m.report.diagnostics {
		kind, words, typed := strings.Cut(diagnostic, ";")
		if !typed || strings.ContainsAny(strings.TrimSpace(kind), " \t") {
			words = diagnostic
		}
		said = append(said, strings.TrimSpace(words))
	}
	d.Said = strings.Join(said, "\n")
	return d
}
