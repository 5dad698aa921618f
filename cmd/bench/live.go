package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The numbers of the figures that are not measured under load.
const (
	freshness = "3"
	filtering = "2m"
)

// The absolute limits of these figures.
const (
	mostStale  = 50 // ms until a change is seen
	mostFilter = 32 // MB that a list of any length takes
)

// changes is how many changes freshness is measured with.
const changes = 100

// fresh measures how long it takes from the answer to a durable change until the
// answer to the next question says it, beside a question that nothing came
// before. One that is not said at once is an error.
func (b *bench) fresh(ctx context.Context, p *people) ([]Line, error) {
	l := Line{Figure: freshness, What: "a change is seen by the next question, p99", Unit: "ms", Limit: Limit{Most: mostStale, Absolute: true}}
	var after, alone []float64
	purpose := purposeName(fewConsents + 2)
	for i := range changes {
		k := i % len(p.subjects)
		allow := i/len(p.subjects)%2 == 0
		answer := map[bool]string{true: "yes", false: "no"}[allow]
		body := fmt.Sprintf(`{"purpose":%q,"answer":%q}`, purpose, answer)
		if _, err := b.ask(ctx, control+"consent/"+string(p.subjects[k]), "", body, nil); err != nil {
			return nil, err
		}
		question := fmt.Sprintf(`{"purpose":%q,"subjects":[%q]}`, purpose, p.names[k])
		var got struct{ Decisions []struct{ Allow bool } }
		took, err := b.ask(ctx, "/api/v1/decisions", p.key, question, &got)
		if err != nil {
			return nil, err
		}
		if len(got.Decisions) != 1 || got.Decisions[0].Allow != allow {
			l.Errors++
			l.Why = "an old answer after a change"
		}
		after = append(after, took)
		if took, err = b.ask(ctx, "/api/v1/decisions", p.key, question, &got); err != nil {
			return nil, err
		}
		alone = append(alone, took)
	}
	l.Value, l.Floor = high(after), high(alone)
	return []Line{l.divided()}, nil
}

func high(list []float64) float64 {
	slices.Sort(list)
	return list[min(len(list)*99/100, len(list)-1)]
}

// ask posts one body to the product and reads the answer into v.
func (b *bench) ask(ctx context.Context, path, key, body string, v any) (ms float64, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+b.product.address+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+key)
	began := time.Now()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if v != nil {
		err = json.NewDecoder(res.Body).Decode(v)
	}
	if res.StatusCode/100 != 2 {
		err = fmt.Errorf("POST %s: status %d", path, res.StatusCode)
	}
	return float64(time.Since(began)) / float64(time.Millisecond), err
}

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
