package reading

import (
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// enough is the weight from which a message is held to be a report on delivery.
const enough = 8

// readDelivery judges whether m is a report on delivery, and which. It comes before all else,
// because nearly half of all bounces also carry the marks of automatic mail.
func readDelivery(m message.Message) (Reading, bool) {
	var r Reading
	failed, reasons := deliverySigns(m)
	if total(reasons) < enough {
		return r, false
	}
	strongestFirst(reasons)
	r = Reading{Kind: failed, Because: reasons, Status: deliveryStatus(m)}
	r.Doubtful = total(reasons) < enough+2 && !m.Report.Delivery
	switch r.Kind {
	case Bounce:
		r.Permanent = permanent(m, r.Status)
		r.Delivery = gaveUp(m)
	case Other:
		r.Delivery = Delivery{Taken: taken(m), Remote: m.Report.Remote, Recipients: m.Report.Recipients}
	}
	return r, true
}

// deliverySigns weighs what speaks for a report on delivery and says what it reports.
func deliverySigns(m message.Message) (Kind, []Reason) {
	action := m.Report.Worst()
	reasons := daemonSigns(m)
	if m.Report.Delivery {
		reasons = append(reasons, reportSign(action))
	}
	if len(reasons) == 0 {
		return Bounce, nil
	}
	text := lexicon.Words(m.Text)
	hits := lexicon.Default().Phrases.Find(text)
	if action != "failed" && challenges(hits) {
		return Bounce, nil
	}
	said := phraseReasons(m, text, hits)
	reasons = append(reasons, said...)
	switch {
	case action == "failed":
		return Bounce, reasons
	case action == "delayed" || delayed(said) && !strings.HasPrefix(message.StatusCode(m.Text), "5"):
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
func daemonSigns(m message.Message) []Reason {
	reasons := senderSigns(m)
	if m.Returned != nil {
		reasons = append(reasons, Reason{"carries a message", 3, m.Returned.First("Message-Id")})
	}
	if failed := m.Header.First("X-Failed-Recipients"); failed != "" {
		weight := 8
		if len(reasons) == 0 && !m.EmptyReturnPath() {
			weight = 2 // anyone can write it: a mail server shows itself in more than this
		}
		reasons = append(reasons, Reason{"failed recipients named", weight, "X-Failed-Recipients: " + failed})
	}
	if name := message.ReturnedTrace(m.Text); name != "" {
		reasons = append(reasons, Reason{"a header in the text", 3, clip(name)})
	}
	if m.EmptyReturnPath() {
		reasons = append(reasons, Reason{"empty return path", 2, "Return-Path: <>"})
	}
	if named := unreached(m); named != "" {
		reasons = append(reasons, Reason{"its subject says so, and it names an address", 3, clip(named)})
	}
	kind, params := message.MediaType(m.Header)
	if kind == "multipart/report" && strings.EqualFold(params["report-type"], "delivery-status") {
		reasons = append(reasons, Reason{"multipart/report", 5, m.Header.First("Content-Type")})
	}
	return reasons
}

// unreached returns the address that m names as not reached: its subject begins with the words of a report on
// delivery and a colon, and its text has an address that is neither the sender's nor the reader's. Who writes about a parcel
// that is late names none.
func unreached(m message.Message) string {
	prefix, _, ok := strings.Cut(m.Subject(), ":")
	if !ok || !slices.ContainsFunc(lexicon.Default().Phrases.Begin(lexicon.Words(prefix)), func(h lexicon.Hit) bool {
		return h.Class == "bounce-subject" || h.Class == "delay-subject"
	}) {
		return ""
	}
	known := append(message.Addresses(strings.Join(m.Header.All("To"), ", ")), m.From())
	for _, found := range message.Addresses(m.Text[:min(len(m.Text), longestTold)]) {
		if !slices.Contains(known, found) {
			return found
		}
	}
	return ""
}

// senderSigns weighs the name and address of the sender.
func senderSigns(m message.Message) []Reason {
	name := m.Header.Text("From")
	if name == "" {
		name = m.Header.Text("Sender")
	}
	sender := strings.ToLower(name)
	switch {
	case strings.Contains(sender, "mailer-daemon") || strings.Contains(sender, "mail delivery"):
		return []Reason{{"from a mail server", 6, name}}
	case fromDaemon(sender) || m.Header.Has("X-MLServer"):
		return []Reason{{"from a mail server", 4, name}}
	case fromNobody(sender):
		return []Reason{{"from nobody", 2, name}}
	}
	return nil
}

// phraseReasons turns the phrases of mail servers in m's subject, and the hits in its text, into reasons,
// the strongest of each class.
func phraseReasons(m message.Message, text []lexicon.Word, hits []lexicon.Hit) []Reason {
	best := map[string]Reason{}
	subject := m.Subject()
	subjectWords := lexicon.Words(subject)
	for _, h := range lexicon.Default().Phrases.Find(subjectWords) {
		if strings.HasSuffix(h.Class, "-subject") {
			best[h.Class] = Reason{h.Class, h.Weight, subject}
		}
	}
	for _, h := range hits {
		if _, seen := best[h.Class]; !seen && strings.HasSuffix(h.Class, "-body") {
			best[h.Class] = Reason{h.Class, h.Weight, saw(m.Text, text, h)}
		}
	}
	if code := message.StatusCode(m.Text); code != "" {
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
func saw(text string, list []lexicon.Word, h lexicon.Hit) string {
	return text[list[h.From].Start:list[h.To-1].End]
}

// total sums the weights of reasons.
func total(reasons []Reason) int {
	sum := 0
	for _, r := range reasons {
		sum += r.Weight
	}
	return sum
}

// challenges reports whether a text, by the phrases in it, asks its reader to prove that he is no machine.
// Such mail comes dressed as a delivery report, but it only says that the message was received.
func challenges(hits []lexicon.Hit) bool {
	return slices.ContainsFunc(hits, func(h lexicon.Hit) bool { return h.Class == "challenge" })
}

// deliveryStatus returns the most telling enhanced code: the report's own unless it says no
// more than "5.0.0", then a diagnostic's, then one in the text.
func deliveryStatus(m message.Message) string {
	var codes []string
	for _, diagnostic := range m.Report.Diagnostics {
		if code := message.StatusCode(diagnostic); code != "" {
			codes = append(codes, code)
		}
	}
	codes = append(m.Report.Statuses, codes...)
	if code := message.StatusCode(m.Text); code != "" {
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

// taken reports whether a report says that the message was put into its mailbox, or
// given to another server that tells no more of it (RFC 3464 section 2.3.3).
func taken(m message.Message) bool {
	switch m.Report.Worst() {
	case "delivered":
		return true
	case "relayed", "expanded":
		return m.Report.Remote
	}
	return false
}

// longestTold bounds the text of a report that is looked at for its reasons.
const longestTold = 8 << 10

// gaveUp returns what a report tells of the recipient that it gave up.
func gaveUp(m message.Message) Delivery {
	d := Delivery{Remote: m.Report.Remote, Recipients: m.Report.Recipients, Text: message.AboveReturned(m.Text)}
	d.Text = strings.ToValidUTF8(d.Text[:min(len(d.Text), longestTold)], "")
	said := make([]string, 0, len(m.Report.Diagnostics))
	for _, diagnostic := range m.Report.Diagnostics {
		kind, words, typed := strings.Cut(diagnostic, ";")
		if !typed || strings.ContainsAny(strings.TrimSpace(kind), " \t") {
			words = diagnostic
		}
		said = append(said, strings.TrimSpace(words))
	}
	d.Said = strings.Join(said, "\n")
	return d
}

// permanent says whether trying the same address again cannot help, because the address or its
// domain is not there. A full mailbox, a policy or a filter may be otherwise another day, so
// that their words outweigh a status code that says "no such mailbox" beside them. A server that
// took the recipient and says "no such user" only after the message has let a filter speak.
func permanent(m message.Message, status string) bool {
	said := withoutSummary(strings.Join(m.Report.Diagnostics, "\n") + "\n" + message.AboveReturned(m.Text))
	low := strings.ToLower(said)
	if holdsAny(low, "again", "disk", "storage") && marks().transient.MatchString(said) {
		return false
	}
	gone, passing := refusals(said, low)
	late := refusedLate(said, low)
	switch status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.1.351", "5.4.4", "4.1.1", "4.1.2":
		return (gone > 0 || passing == 0) && !late
	case "5.1.7", "5.1.8", "4.1.7", "4.1.8": // it is the sender who is not there
		return false
	case "5.2.2", "5.7.1", "5.3.4", "5.4.7", "4.4.7", "4.4.1", "4.2.2", "5.2.3":
		return gone > 0 && gone >= passing
	}
	return gone > 0 && gone >= passing && !late
}

// refusedLate reports whether a refusal came only after the message. It is given in lower case, too.
func refusedLate(said, low string) bool {
	return strings.Contains(low, "data") && marks().afterData.MatchString(said) && !marks().pipelined.MatchString(said)
}

// refusals counts the words that say that an address is not there, and those that say that
// something else is the matter. It is given in lower case, too.
func refusals(said, low string) (gone, passing int) {
	for _, h := range lexicon.Default().Phrases.Find(lexicon.Words(said)) {
		switch h.Class {
		case "gone":
			gone++
		case "passing":
			passing++
		}
	}
	if holdsAny(low, "spam", "sorbs", "barracuda", "bl.", "rl.", "dl.") {
		passing += len(marks().listed.FindAllString(said, 3))
	}
	return gone, passing
}

// holdsAny reports whether a text holds any of some words; a pattern that needs one of them is not tried where
// none is.
func holdsAny(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// withoutSummary drops the line in which Sendmail sums up any refusal of a recipient as "User
// unknown", where the words of the server that refused him stand above it.
func withoutSummary(said string) string {
	heard := false
	var kept []string
	for line := range strings.Lines(said) {
		if strings.HasPrefix(strings.TrimSpace(line), "<<< ") {
			heard = true
		}
		if !heard || !marks().summary.MatchString(line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
