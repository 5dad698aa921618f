package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A target is one thing that is asked of a server again and again.
type target struct {
	server  *child
	want    int                  // status of an answer that counts
	request func(n int64) []byte // the whole request number n, as it is sent

	most  int64 // how often it can be asked; 0 for any number
	asked atomic.Int64
}

// A sample is what one stretch of load came to.
type sample struct {
	failed int
	why    error         // of the first failure
	took   time.Duration // of the whole stretch
	cpu    time.Duration // that the server took
	bytes  int64         // of all bodies
	times  []time.Duration
}

// rate returns how many answers came in a second.
func (s *sample) rate() float64 {
	if s.took <= 0 {
		return 0
	}
	return float64(len(s.times)) / s.took.Seconds()
}

// each returns the processor time of one answer, in microseconds.
func (s *sample) each() float64 {
	return float64(s.cpu) / float64(time.Microsecond) / float64(max(len(s.times), 1))
}

// at returns the time within which the share q of the answers came, in
// milliseconds. times is sorted.
func (s *sample) at(q float64) float64 {
	if len(s.times) == 0 {
		return 0
	}
	i := min(int(q*float64(len(s.times))), len(s.times)-1)
	return float64(s.times[i]) / float64(time.Millisecond)
}

// load asks t over a number of connections for a time, and tells what it cost
// the server.
func load(ctx context.Context, t *target, connections int, during time.Duration) (*sample, error) {
	before, err := t.server.usage(ctx)
	if err != nil {
		return nil, err
	}
	parts := make([]sample, connections)
	began := time.Now()
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() { parts[i].run(ctx, t, began.Add(during)) })
	}
	wg.Wait()
	all := &sample{took: time.Since(began)}
	after, err := t.server.usage(ctx)
	if err != nil {
		return nil, err
	}
	all.cpu = after.CPU - before.CPU
	for i := range parts {
		all.add(&parts[i])
	}
	slices.Sort(all.times)
	return all, ctx.Err()
}

func (s *sample) add(part *sample) {
	s.failed += part.failed
	s.bytes += part.bytes
	s.times = append(s.times, part.times...)
	if s.why == nil {
		s.why = part.why
	}
}

// run asks on one connection until the time is over. A connection that broke
// is opened again.
func (s *sample) run(ctx context.Context, t *target, until time.Time) {
	var c *connection
	defer func() { c.close() }()
	for ctx.Err() == nil && time.Now().Before(until) {
		if c == nil {
			var err error
			if c, err = dial(ctx, t.server.address, until.Add(patience)); err != nil {
				s.fail(err)
				return
			}
		}
		n := t.asked.Add(1) - 1
		if t.most > 0 && n >= t.most {
			return
		}
		request := t.request(n)
		began := time.Now()
		status, size, err := c.ask(request)
		took := time.Since(began)
		if err == nil && status != t.want {
			err = fmt.Errorf("status %d", status)
		}
		if err != nil {
			s.fail(err)
			c.close()
			c = nil
			continue
		}
		s.times, s.bytes = append(s.times, took), s.bytes+size
	}
}

func (s *sample) fail(err error) {
	s.failed++
	if s.why == nil {
		s.why = err
	}
}

// patience is how long an answer may come late.
const patience = 20 * time.Second

// A connection sends requests one behind the other. It does less than
// http.Client, which would take as much of the machine as the server does.
type connection struct {
	net.Conn
	answers *bufio.Reader
}

func dial(ctx context.Context, address string, until time.Time) (*connection, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if err := c.SetDeadline(until); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &connection{c, bufio.NewReaderSize(c, 32<<10)}, nil
}

func (c *connection) ask(request []byte) (status int, n int64, err error) {
	if _, err := c.Write(request); err != nil {
		return 0, 0, err
	}
	res, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return 0, 0, err
	}
	n, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, n, errors.Join(err, res.Body.Close())
}

func (c *connection) close() {
	if c != nil {
		_ = c.Conn.Close()
	}
}
