package peers

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// loopback returns n addresses of 127.0.0.1 that are free to listen on. The ports
// lie below the range from which systems draw the ports of outgoing
// connections, so that none is taken while a server restarts.
func loopback(n int) ([]string, error) {
	const first, last, tries = 10_000, 32_000, 1000
	var found []string
	for range tries {
		if len(found) == n {
			return found, nil
		}
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(first+rand.IntN(last-first)))
		listener, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		// Held until all are found, so that none is found twice.
		defer listener.Close()
		found = append(found, address)
	}
	return nil, fmt.Errorf("find %d free ports: only %d after %d tries", n, len(found), tries)
}

// port returns the port of a host:port address.
func port(address string) (string, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("port of %q: %w", address, err)
	}
	return port, nil
}
