package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// filtering is the number of the figure about long lists.
const filtering = "2m"

// mostFilter is how many MB a list of any length may take.
const mostFilter = 32

// lines is how long the list is that is filtered, for each second of During.
const lines = 1_000_000

// filter streams a list through the product, and tells how much more memory that
// took than there was.
func (b *bench) filter(ctx context.Context, p *people) ([]Line, error) {
	n := int(lines * b.During.Seconds())
	l := Line{Figure: filtering, What: fmt.Sprintf("memory for a list of %d lines", n), Unit: "MB", Limit: Limit{Most: mostFilter, Absolute: true}}
	before, err := b.product.usage(ctx)
	if err != nil {
		return nil, err
	}
	most := before.Memory
	ended := make(chan struct{})
	watched := make(chan error, 1)
	go func() { watched <- b.watch(ctx, ended, &most) }()
	began := time.Now()
	passed, err := b.stream(ctx, p, n)
	close(ended)
	if err = errors.Join(err, <-watched); err != nil {
		return nil, err
	}
	if passed != n {
		l.Errors, l.Why = n-passed, "lines that did not come back"
	}
	l.Value, l.Rate = max(megabytes(most-before.Memory), .001), float64(n)/time.Since(began).Seconds()
	return []Line{l}, nil
}

// watch notes the most memory until it is ended.
func (b *bench) watch(ctx context.Context, ended <-chan struct{}, most *int64) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		u, err := b.product.usage(ctx)
		if err != nil {
			return err
		}
		*most = max(*most, u.Memory)
		select {
		case <-ended:
			return nil
		case <-tick.C:
		}
	}
}

// stream sends n lines about people who are all allowed, and counts those that
// come back.
func (b *bench) stream(ctx context.Context, p *people, n int) (passed int, err error) {
	pr, pw := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(pw, 64<<10)
		for i := range n {
			if _, err := fmt.Fprintf(w, "{\"subject\":%q}\n", p.names[i%len(p.names)]); err != nil {
				return
			}
		}
		pw.CloseWithError(w.Flush())
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+b.product.address+"/api/v1/decisions/filter?purpose="+string(purposeName(0)), pr)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/jsonl")
	r.Header.Set("Authorization", "Bearer "+p.key)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("filter: status %d", res.StatusCode)
	}
	scan := bufio.NewScanner(res.Body)
	for scan.Scan() {
		passed++
	}
	return passed, scan.Err()
}
