package outbound_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"livingprofile/internal/outbound"
)

// resolver answers the n-th question about the address of any name with what
// answer says.
func resolver(t *testing.T, answer func(n int64) [][4]byte) *net.Resolver {
	t.Helper()
	var asked atomic.Int64
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			var size [2]byte // a message over a stream has its length before it (RFC 1035, 4.2.2)
			if _, err := io.ReadFull(there, size[:]); err != nil {
				return
			}
			text := make([]byte, binary.BigEndian.Uint16(size[:]))
			var m dnsmessage.Message
			if _, err := io.ReadFull(there, text); err != nil || m.Unpack(text) != nil {
				return
			}
			m.Response, m.Additionals = true, nil
			if m.Questions[0].Type == dnsmessage.TypeA {
				for _, a := range answer(asked.Add(1)) {
					m.Answers = append(m.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
						Body:   &dnsmessage.AResource{A: a},
					})
				}
			}
			text, err := m.Pack()
			if err != nil {
				return
			}
			_, _ = there.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(text))), text...))
		}()
		return here, nil
	}}
}

// TestDoor_checks_what_it_connects_to: a name that leads to an address which may be
// connected to when it is looked up once, and to another at the next time, or to
// both at once, never gets to the other.
func TestDoor_checks_what_it_connects_to(t *testing.T) {
	good, bad := [4]byte{127, 0, 0, 2}, [4]byte{127, 0, 0, 1}
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skipf("cannot listen on a second address: %v", err)
	}
	var came atomic.Int64
	s := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		came.Add(1)
		w.Header().Set("Connection", "close") // each exchange looks the name up
	})}}
	s.Start()
	defer s.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_, reached := trap(t, "127.0.0.1:"+port)
	for name, tt := range map[string]struct {
		answer func(n int64) [][4]byte
		want   int64 // how many of ten get through
	}{
		"another_each_time": {func(n int64) [][4]byte { return [][4]byte{[2][4]byte{bad, good}[n%2]} }, 5},
		"another_from_then": {func(n int64) [][4]byte { return [][4]byte{[2][4]byte{good, bad}[min(n-1, 1)]} }, 1},
		"the_other_first":   {func(int64) [][4]byte { return [][4]byte{bad, good} }, 10},
		"the_other_alone":   {func(int64) [][4]byte { return [][4]byte{bad} }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			came.Store(0)
			d, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.2"}, Timeout: 5 * time.Second, Resolver: resolver(t, tt.answer)})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			for i := range 10 {
				l := outbound.Letter{URL: "http://crm.example.com:" + port + "/"}
				if i%2 == 0 {
					_, err = d.Post(t.Context(), l)
				} else {
					_, err = d.Get(t.Context(), l)
				}
				if err != nil && !errors.Is(err, outbound.ErrRefused) {
					t.Fatal(err)
				}
			}
			if got := came.Load(); got != tt.want || reached.Load() != 0 {
				t.Errorf("%d got through, want %d; the other was reached %d times", got, tt.want, reached.Load())
			}
		})
	}
}
