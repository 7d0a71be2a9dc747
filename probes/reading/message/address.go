package message

import "strings"

// Normal returns the one form in which addresses and message ids are compared:
// in lower case, without brackets, without the quotes of a local part that
// needs none or any, and without a full stop behind the domain. By RFC 5322
// section 3.4.1 a local part means the same quoted and bare. What is no address
// and no id, such as the name of a conversation, stays as it is.
func Normal(name string) string {
	bare := strings.Trim(name, "<> \t")
	at := strings.LastIndexByte(bare, '@')
	if at <= 0 || at == len(bare)-1 {
		return name
	}
	local, domain := strings.TrimRight(bare[:at], " \t"), strings.Trim(bare[at+1:], " \t.")
	if n := len(local); n > 2 && local[0] == '"' && local[n-1] == '"' {
		local = unquoted(local[1 : n-1])
	}
	return strings.ToLower(local + "@" + domain)
}

// unquoted returns what stands in a quoted string (RFC 5322 section 3.2.4).
func unquoted(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Same reports whether two addresses, or two message ids, are the same one.
func Same(a, b string) bool { return a == b || Normal(a) == Normal(b) }

// DomainOf returns what stands after the @ of a bare address.
func DomainOf(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}
