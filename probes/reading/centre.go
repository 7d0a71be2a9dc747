package reading

// A CentreRule says by what a centre's mail is known. Fields that are empty
// say nothing.
type CentreRule struct {
	ID        string
	From      string // the sender's address, * for any part, such as *@transcall.example
	Received  string // a host in a Received line, * for any part
	Signature string // words in the signature
}

// Centre returns the id of the first rule that a message meets; "unknown" if
// none does.
func Centre(m Message, rules []CentreRule) string {
	for _, rule := range rules {
		if rule.meets(m) {
			return rule.ID
		}
	}
	return "unknown"
}

func (r CentreRule) meets(m Message) bool {
	return r.From != "" && glob(r.From, m.From())
}
