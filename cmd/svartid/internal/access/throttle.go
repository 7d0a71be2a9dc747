package access

import (
	"maps"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// mostThrottled is after how many addresses and names those that need not be are forgotten.
const mostThrottled = 10_000

// A throttle spaces tries to log in. The zero throttle is ready.
type throttle struct {
	mu     sync.Mutex
	limits map[string]*rate.Limiter
}

// allows reports whether one more try may be made from an address, for a name: 20
// at once from an address and then one each 2 s, 5 at once for a name from there
// and then one each 10 s. No name can be locked from elsewhere.
func (t *throttle) allows(from netip.Addr, name string) bool {
	from = network(from)
	t.mu.Lock()
	defer t.mu.Unlock()
	// A name from an address that has no more tries is not remembered, so that no
	// address has more of them than it may try.
	return t.limit(from.String(), 2*time.Second, 20).Allow() && t.limit(from.String()+" "+name, 10*time.Second, 5).Allow()
}

// allowsOpenID reports whether one more login at a provider may begin or end from an
// address: 30 at once and then one each 2 s.
func (t *throttle) allowsOpenID(from netip.Addr) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limit("openid "+network(from).String(), 2*time.Second, 30).Allow()
}

// network returns what counts as one address: of IPv6, what one customer has.
func network(from netip.Addr) netip.Addr {
	const customer = 64
	if from.Is6() && !from.Is4In6() {
		if net, err := from.Prefix(customer); err == nil {
			return net.Addr()
		}
	}
	return from
}

// limit returns what spaces the tries of a key. Those that have all their tries again are
// forgotten once there are many; the others never. The throttle is held.
func (t *throttle) limit(key string, each time.Duration, burst int) *rate.Limiter {
	l, ok := t.limits[key]
	if !ok && t.limits == nil {
		t.limits = map[string]*rate.Limiter{}
	}
	if !ok && len(t.limits) > 0 && len(t.limits)%mostThrottled == 0 {
		maps.DeleteFunc(t.limits, func(_ string, l *rate.Limiter) bool { return l.Tokens() >= float64(l.Burst()) })
	}
	if !ok {
		l = rate.NewLimiter(rate.Every(each), burst)
		t.limits[key] = l
	}
	return l
}
