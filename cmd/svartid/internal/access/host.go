package access

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Names are the names by which a listener may be asked for, in addition to
// loopback and to the address that was reached: host, or host:port where the
// port matters.
type Names []string

// Has reports whether a Host header names the listener. Local is the address at
// which the request has arrived. Loopback names are good with any port, because
// ports are mapped by containers and tunnels, and because rebinding cannot make
// a browser send one.
func (n Names) Has(host string, local netip.Addr) bool {
	name, port, ok := splitHost(host)
	if !ok {
		return false
	}
	if address, err := netip.ParseAddr(name); err == nil {
		address = address.Unmap()
		if address.IsLoopback() || local.IsValid() && address == local.Unmap() {
			return true
		}
	}
	return name == "localhost" || slices.ContainsFunc(n, func(own string) bool {
		ownName, ownPort, ok := splitHost(own)
		return ok && ownName == name && (ownPort == "" || ownPort == port)
	})
}

// splitHost returns the two parts of a Host header (RFC 9110, section 7.2), the
// name in lower case and without a last dot; false if it is none.
func splitHost(host string) (name, port string, ok bool) {
	if strings.HasSuffix(host, "]") || !strings.Contains(host, ":") || strings.Count(host, ":") > 1 && !strings.HasPrefix(host, "[") {
		if strings.HasPrefix(host, "[") != strings.HasSuffix(host, "]") {
			return "", "", false
		}
		name = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	} else {
		var err error
		if name, port, err = net.SplitHostPort(host); err != nil {
			return "", "", false
		}
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", "", false
		}
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	return name, port, name != "" && !strings.ContainsAny(name, " /@,;\\")
}
