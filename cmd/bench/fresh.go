package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/cmd/bench/floor"
)

// freshness is the number of the figure about how soon a change is seen.
const freshness = "3"

const (
	mostStale = 50  // ms until a change is seen
	changes   = 100 // that freshness is measured with
	together  = 3   // processes that share a database
)

// fresh measures how long it takes from the answer to a durable change until
// the answer to a question says it, beside a question that nothing came before:
// in the process that made the change, where each answer has to be new, and in
// the others that share a database.
func (b *bench) fresh(ctx context.Context, p *people) ([]Line, error) {
	line, err := freshIn(ctx, p, []*child{b.product}, changes)
	if err != nil || b.Postgres == "" {
		return []Line{line}, err
	}
	line.What += ", one process"
	across, err := b.freshAcross(ctx, changes)
	across.What += fmt.Sprintf(", the last of %d processes", together)
	return []Line{line, across}, err
}

// freshAcross measures with n changes in processes that share a database of
// their own.
func (b *bench) freshAcross(ctx context.Context, n int) (line Line, err error) {
	address, drop, err := floor.Scratch(ctx, b.Postgres)
	if err != nil {
		return Line{}, err
	}
	defer func() { err = errors.Join(err, drop()) }()
	folder := b.folder + "-across"
	if err := os.Mkdir(folder, 0o700); err != nil {
		return Line{}, err
	}
	if err := os.WriteFile(filepath.Join(folder, sharedFile), []byte(address), 0o600); err != nil {
		return Line{}, err
	}
	p, err := settle(ctx, folder, n, 1)
	if err != nil {
		return Line{}, err
	}
	var all []*child
	for range together {
		c, err := start(ctx, b.Child(ctx, Product, folder), "/readyz")
		if err != nil {
			return Line{}, err
		}
		defer func() { err = errors.Join(err, c.stop()) }()
		all = append(all, c)
	}
	return freshIn(ctx, p, all, n)
}

// freshIn changes something n times, in each process in turn, and asks the
// others, or the same one where it is alone.
func freshIn(ctx context.Context, p *people, all []*child, n int) (Line, error) {
	l := Line{Figure: freshness, What: "a change is seen by the next question, p99", Unit: "ms", Limit: Limit{Most: mostStale, Absolute: true}}
	var after, alone []float64
	for i := range n {
		k, by := i%len(p.subjects), all[i%len(all)]
		q := &inquiry{
			subject: string(p.subjects[k]), name: p.names[k], key: p.key, purpose: string(purposeName(fewConsents + 2)),
			allow: i/len(p.subjects)%2 == 0, once: len(all) == 1,
		}
		for _, c := range all { // each knows what held before
			_, took, err := q.ask(ctx, c)
			if err != nil {
				return l, err
			}
			alone = append(alone, took)
		}
		if err := q.change(ctx, by); err != nil {
			return l, err
		}
		took, err := q.seen(ctx, by, all)
		if errors.Is(err, errStale) {
			l.Errors, l.Why = l.Errors+1, err.Error()
		} else if err != nil {
			return l, err
		}
		after = append(after, took)
	}
	l.Value, l.Floor = high(after), high(alone)
	return l.divided(), nil
}

// An inquiry is a change about one person with the question that shows it.
type inquiry struct {
	subject, name, key, purpose string
	allow                       bool // what the change makes the answer
	once                        bool // the first answer has to be new
}

// errStale says that an answer was older than it may be.
var errStale = errors.New("an old answer after a change")

func (q *inquiry) change(ctx context.Context, c *child) error {
	answer := map[bool]string{true: "yes", false: "no"}[q.allow]
	_, err := c.post(ctx, control+"consent/"+q.subject, "", fmt.Sprintf(`{"purpose":%q,"answer":%q}`, q.purpose, answer), nil)
	return err
}

func (q *inquiry) ask(ctx context.Context, c *child) (allow bool, ms float64, err error) {
	var got struct{ Decisions []struct{ Allow bool } }
	ms, err = c.post(ctx, "/api/v1/decisions", q.key, fmt.Sprintf(`{"purpose":%q,"subjects":[%q]}`, q.purpose, q.name), &got)
	if err == nil && len(got.Decisions) != 1 {
		err = fmt.Errorf("%d answers to one question", len(got.Decisions))
	}
	return err == nil && got.Decisions[0].Allow, ms, err
}

// seen returns when all but the process that made the change have answered by
// it, or that one where there is no other; in milliseconds from now.
func (q *inquiry) seen(ctx context.Context, by *child, all []*child) (ms float64, err error) {
	began := time.Now()
	var g errgroup.Group
	for _, c := range all {
		if c == by && len(all) > 1 {
			continue
		}
		g.Go(func() error {
			for {
				allow, _, err := q.ask(ctx, c)
				if err != nil || allow == q.allow {
					return err
				}
				if q.once || time.Since(began) > patience {
					return errStale
				}
			}
		})
	}
	err = g.Wait()
	return float64(time.Since(began)) / float64(time.Millisecond), err
}

func high(list []float64) float64 {
	slices.Sort(list)
	return list[min(len(list)*99/100, len(list)-1)]
}
