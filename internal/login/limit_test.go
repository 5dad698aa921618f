package login_test

import (
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/login"
)

var morning = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

func TestNetworkOf(t *testing.T) {
	for _, tt := range []struct{ name, addr, want string }{
		{"an IPv4 address counts as its /24", "192.0.2.77", "192.0.2.0/24"},
		{"a mapped address is the IPv4 one", "::ffff:192.0.2.78", "192.0.2.0/24"},
		{"a mapped address in hexadecimal too", "::ffff:c000:24f", "192.0.2.0/24"},
		{"a mapped address with a zone too", "::ffff:192.0.2.78%eth0", "192.0.2.0/24"},
		{"NAT64 is the IPv4 address inside", "64:ff9b::c000:201", "192.0.2.0/24"},
		{"6to4 is the IPv4 address inside", "2002:c000:0201:abcd::1", "192.0.2.0/24"},
		{"an IPv6 address counts as its /56", "2001:db8:1:2ff:a:b:c:d", "2001:db8:1:200::/56"},
		{"the zone says nothing", "fe80::1%eth0", "fe80::/56"},
		{"capitals say nothing", "2001:DB8:1:200::1", "2001:db8:1:200::/56"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := login.NetworkOf(netip.MustParseAddr(tt.addr)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	if got := login.NetworkOf(netip.Addr{}); got != "unknown" {
		t.Errorf("no address: got %s, want unknown", got)
	}
}

// However an attacker walks through the addresses of a customer's /64, the
// limits see one network.
func TestNetworkOfProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, b [16]byte
		copy(a[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "address"))
		b = a
		copy(b[7:], rapid.SliceOfN(rapid.Byte(), 9, 9).Draw(t, "other"))
		first, second := netip.AddrFrom16(a), netip.AddrFrom16(b)
		if first.Is4In6() || second.Is4In6() || a[0] == 0x20 && a[1] == 0x02 || a[1] == 0x64 {
			t.Skip("an IPv4 address")
		}
		if got, want := login.NetworkOf(second), login.NetworkOf(first); got != want {
			t.Errorf("%s and %s in one /56: got %s and %s", first, second, want, got)
		}
	})
}

func TestCounterAdd(t *testing.T) {
	c := login.Counter{Limit: 2, Window: time.Hour}
	for _, tt := range []struct {
		name string
		old  login.Count
		want login.Count
		ok   bool
	}{
		{"the first begins the window", login.Count{}, login.Count{Began: morning, N: 1}, true},
		{
			"one more in the window",
			login.Count{Began: morning.Add(-time.Minute), N: 1},
			login.Count{Began: morning.Add(-time.Minute), N: 2},
			true,
		},
		{
			"a refused try does not lengthen the window",
			login.Count{Began: morning.Add(-time.Minute), N: 2},
			login.Count{Began: morning.Add(-time.Minute), N: 2},
			false,
		},
		{
			"the window ends by itself",
			login.Count{Began: morning.Add(-time.Hour), N: 2},
			login.Count{Began: morning, N: 1},
			true,
		},
		{
			"a clock that is a little behind does not open it",
			login.Count{Began: morning.Add(5 * time.Minute), N: 2},
			login.Count{Began: morning.Add(5 * time.Minute), N: 2},
			false,
		},
		{
			"a window from a clock that ran ahead does not close it",
			login.Count{Began: morning.Add(400 * 24 * time.Hour), N: 2},
			login.Count{Began: morning, N: 1},
			true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := c.Add(tt.old, morning)
			if got != tt.want || ok != tt.ok {
				t.Errorf("got %v, %v; want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

// Whatever the times between the tries, no window has more than the limit.
func TestCounterProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := login.Counter{Limit: rapid.IntRange(1, 20).Draw(t, "limit"), Window: time.Hour}
		now, state := morning, login.Count{}
		allowed := make(map[time.Time]int)
		for _, gap := range rapid.SliceOfN(rapid.IntRange(0, 40), 0, 200).Draw(t, "minutes") {
			now = now.Add(time.Duration(gap) * time.Minute)
			var ok bool
			if state, ok = c.Add(state, now); ok {
				allowed[state.Began]++
			}
			if now.Sub(state.Began) >= c.Window {
				t.Fatalf("still counting for the window of %v at %v", state.Began, now)
			}
		}
		for began, n := range allowed {
			if n > c.Limit {
				t.Errorf("%d in the window of %v, want at most %d", n, began, c.Limit)
			}
		}
	})
}
