package login

import (
	"net/netip"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// A Counter limits how often something may happen within a time.
type Counter struct {
	Key    []byte // keyed hash of who or what is limited
	Limit  int
	Window time.Duration
}

// A Count is the state of a Counter. The zero Count has never counted.
type Count struct {
	Began time.Time // of the current window
	N     int
}

// Add counts one more at now, if the limit allows it. A window begins with its
// first count and ends by itself, so that refused tries do not keep the right
// person out for longer. A window that begins more than its length after now
// was begun under a clock that ran ahead, and is over.
func (c Counter) Add(old Count, now time.Time) (Count, bool) {
	over := !now.Before(old.Began.Add(c.Window)) || old.Began.After(now.Add(c.Window))
	switch {
	case old.N == 0 || over:
		return Count{Began: now, N: 1}, c.Limit > 0
	case old.N >= c.Limit:
		return old, false
	}
	return Count{Began: old.Began, N: old.N + 1}, true
}

// Until returns when a full counter counts again.
func (c Counter) Until(full Count) time.Time { return full.Began.Add(c.Window) }

// tooMany is the error for a limit that opens again at until.
func tooMany(until, now time.Time) error {
	minutes := max(1, int((until.Sub(now)+time.Minute-1)/time.Minute))
	return errs.New(errs.TooMany, "error.too_many", "until", until, "minutes", minutes)
}

// asks are the limits on asking for a link. The network comes first: what it is
// refused must not use up what others may ask for an address.
func asks(k Keys, s Settings, q Question, address string) []Counter {
	counters := []Counter{counter(k, "ask.network", NetworkOf(q.Network), s.AsksPerNetwork, time.Hour)}
	if q.Subject != "" {
		counters = append(counters, counter(k, "ask.subject", string(q.Subject), s.AsksPerSubject, time.Hour))
	}
	return append(counters, counter(k, "ask.address", mailboxOf(address), s.AsksPerAddress, time.Hour))
}

// tries are the limits on typing codes, over all links of an address and of the
// subject behind it, if there is one.
func tries(k Keys, address string, subject id.Subject) []Counter {
	const day = 24 * time.Hour
	counters := []Counter{counter(k, "code.address", mailboxOf(address), DayTries, day)}
	if subject != "" {
		counters = append(counters, counter(k, "code.subject", string(subject), DayTries, day))
	}
	return counters
}

func counter(k Keys, what, who string, limit int, window time.Duration) Counter {
	key := k.Blind("login.count", what, who)
	return Counter{Key: key[:], Limit: limit, Window: window}
}

// mailboxOf is the form of a normalised address in which it is counted. Many
// providers deliver local+anything to local, so the forms count as one.
func mailboxOf(address string) string {
	local, domain, ok := strings.Cut(strings.ToLower(address), "@")
	if !ok {
		return address
	}
	if base, _, plus := strings.Cut(local, "+"); plus && base != "" {
		local = base
	}
	return local + "@" + domain
}

// NetworkOf names the network that limits are counted for: the /24 of an IPv4
// address or the /56 of an IPv6 one, which is the least that one customer of a
// provider commands. All IPv6 forms of an IPv4 address count as that address.
// The handler takes addr from the connection or from a proxy it trusts, never
// from a header anybody may write; what is no address shares one name.
func NetworkOf(addr netip.Addr) string {
	if !addr.IsValid() {
		return "unknown"
	}
	addr = embedded(addr.Unmap().WithZone(""))
	bits := 56
	if addr.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(addr, bits).Masked().String()
}

// embedded returns the IPv4 address inside an IPv6 one: NAT64 (RFC 6052, 2.1)
// and 6to4 (RFC 3056, 2).
func embedded(addr netip.Addr) netip.Addr {
	if !addr.Is6() {
		return addr
	}
	b := addr.As16()
	switch {
	case netip.PrefixFrom(netip.MustParseAddr("64:ff9b::"), 96).Contains(addr):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case b[0] == 0x20 && b[1] == 0x02:
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return addr
}
