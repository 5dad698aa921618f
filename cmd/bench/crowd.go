package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
)

// crowding is the number of the figure about many endpoints of which some are
// bad, R13 of the matrix. It takes long, and is measured only where it is named.
const crowding = "11b"

// The crowd: a change is told to all of it, so that changes come the slower the
// more it has.
const (
	mostCrowd   = 1000
	crowdEvery  = 2 * time.Millisecond // an endpoint is told
	mostSlower  = 1.1                  // p99 beside bad ones ÷ beside as many good ones
	mostGrowing = 50                   // MB more than beside good ones
)

// badOnes are how many of a crowd turn bad.
func (o *Options) badOnes() int { return o.crowd / 10 }

// beCrowded measures how long a change takes to arrive at many endpoints, with
// others beside them that are good, and then bad.
func (b *bench) beCrowded(ctx context.Context, _ *people) (lines []Line, err error) {
	folder := b.folder + "-crowd"
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	r, err := listen(hook.NewSecret())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	p, err := settle(ctx, folder, leastSubjects, 1)
	if err != nil {
		return nil, err
	}
	if err := untold(ctx, folder); err != nil {
		return nil, err
	}
	ours := &target{want: http.StatusNoContent}
	var fine, among, more []float64
	for i := range b.Rounds {
		b.say("%d endpoints: round %d of %d", b.crowd, i+1, b.Rounds)
		if err := connect(ctx, folder, r, r.crowd(b.crowd-b.badOnes(), b.badOnes(), i)); err != nil {
			return nil, err
		}
		grown, err := b.crowded(ctx, folder, p, r, ours, &fine, &among)
		if err != nil {
			return nil, err
		}
		more = append(more, grown)
	}
	what := fmt.Sprintf("from a change to its arrival at %d endpoints, p99", b.crowd-b.badOnes())
	beside := fmt.Sprintf(" beside %d bad ones", b.badOnes())
	slower := against(what+beside+" ÷ beside as many good ones", among, fine, Limit{Most: mostSlower})
	slower.Figure, slower.Unit, slower.Connections = crowding, "ms", 1
	return []Line{
		{Figure: crowding, What: what + beside, Unit: "ms", Value: median(among), Limit: Limit{Most: mostLag, Absolute: true}},
		slower,
		{Figure: crowding, What: "peak memory" + beside + ", more than beside good ones", Unit: "MB", Value: median(more), Limit: Limit{Most: mostGrowing, Absolute: true}},
	}, nil
}

// untold passes over what happened until now: a thousand endpoints would be told
// of everybody coming in.
func untold(ctx context.Context, folder string) error {
	a, err := wire.Open(ctx, installation(folder, "127.0.0.1"), clock.System{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	for err == nil {
		var fresh []hook.Stretch
		if fresh, err = a.DB.Fresh(ctx, 0, func(*ledger.Entry) bool { return false }); len(fresh) == 0 {
			break
		}
		err = a.DB.Spread(ctx, a.Current.Load().Revision, fresh, nil)
	}
	return errors.Join(err, a.Close())
}

// crowd are the names of the endpoints of a round: a bad one that was told
// before would be left alone for most of the time.
func (r *receiver) crowd(good, bad, round int) (names []string) {
	for i := range good {
		names = append(names, fmt.Sprintf("%s-%d", counting, i))
	}
	kinds := slices.Sorted(maps.Keys(r.vices))
	for i := range bad {
		names = append(names, fmt.Sprintf("%s-%d-%d", kinds[i%len(kinds)], round, i))
	}
	return names
}

// crowded measures one round on a process of its own, and returns by how many MB
// its peak grew when some turned bad.
func (b *bench) crowded(ctx context.Context, folder string, p *people, r *receiver, ours *target, fine, among *[]float64) (grown float64, err error) {
	product, err := start(ctx, b.Child(ctx, Product, folder), "/readyz")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, product.stop()) }()
	ours.server, ours.request = product, p.recordConsent(product, control+"consent/")
	every := time.Duration(b.crowd) * crowdEvery
	lag := func(lags *[]float64) error {
		return b.lagAt(ctx, r, ours, max(int(b.During/every), 5), every, b.crowd-b.badOnes(), lags)
	}
	var before, after usage
	bad, good := context.WithCancel(ctx)
	defer good()
	err = inTurn(
		func() error { return lag(new([]float64)) }, // connections are made once
		func() error { return lag(fine) },
		func() error { return r.rest(ctx) },
		func() (err error) { before, err = product.usage(ctx); return err },
		func() error { r.turn(bad); return lag(among) },
		func() (err error) { after, err = product.usage(ctx); return err })
	return megabytes(after.Peak - before.Peak), err
}
