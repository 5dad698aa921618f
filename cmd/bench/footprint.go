package bench

import (
	"context"
	"os"
	"slices"
	"time"
)

// starts are how long the servers took from the start of their process to
// their first answer, in milliseconds, and what they held then.
type starts struct {
	product, floor         []float64
	idleProduct, idleFloor usage
}

// startAll starts both servers as often as there are rounds, in turn, and
// leaves the last of each running.
func (b *bench) startAll(ctx context.Context) (err error) {
	b.say("%d subjects: starting", b.subjects)
	for range b.Rounds {
		if err := b.restart(ctx, &b.product, Product, "/readyz", &b.starts.product); err != nil {
			return err
		}
		if err := b.restart(ctx, &b.below, Floor, "/alive", &b.starts.floor); err != nil {
			return err
		}
	}
	// What the start itself left is collected first, as on a server that waits.
	select {
	case <-time.After(b.During):
	case <-ctx.Done():
		return ctx.Err()
	}
	if b.starts.idleProduct, err = b.product.usage(ctx); err != nil {
		return err
	}
	b.starts.idleFloor, err = b.below.usage(ctx)
	return err
}

func (b *bench) restart(ctx context.Context, c **child, role Role, path string, times *[]float64) error {
	if err := (*c).stop(); err != nil {
		return err
	}
	*c = nil
	next, err := start(ctx, b.Child(ctx, role, b.folder), path)
	if err != nil {
		return err
	}
	*c = next
	*times = append(*times, float64(next.started)/float64(time.Millisecond))
	return nil
}

// The absolute limits of figure 13.
const (
	mostStart  = 60 // ms
	mostIdle   = 30 // MB
	mostLoaded = 64
	mostBinary = 35
)

// footprint tells what the product takes by being there. It comes after the
// load, which has set the peaks.
func (b *bench) footprint(ctx context.Context) ([]Line, error) {
	product, err := b.product.usage(ctx)
	if err != nil {
		return nil, err
	}
	below, err := b.below.usage(ctx)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	binary, err := os.Stat(self)
	if err != nil {
		return nil, err
	}
	line := func(what, unit string, value, floor float64, most float64) Line {
		return Line{Figure: footprint, What: what, Unit: unit, Value: value, Floor: floor, Limit: Limit{Most: most, Absolute: true}}.divided()
	}
	began := line("start to first answer", "ms", median(b.starts.product), median(b.starts.floor), mostStart)
	began.Spread = (slices.Max(b.starts.product) - slices.Min(b.starts.product)) / began.Value
	return []Line{
		began,
		line("idle memory", "MB", megabytes(b.starts.idleProduct.Memory), megabytes(b.starts.idleFloor.Memory), mostIdle),
		line("peak memory under load", "MB", megabytes(product.Peak), megabytes(below.Peak), mostLoaded),
		line("size of the program", "MB", megabytes(binary.Size()), 0, mostBinary),
	}, nil
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }
