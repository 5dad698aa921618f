package bench

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"
)

// block is how much is written before each sync, as a page of the log is.
const block = 4 << 10

// syncs appends blocks to a file in folder, each of them synced, for a time: the
// least that anything durable can take here.
func syncs(ctx context.Context, folder string, during time.Duration) (s *sample, err error) {
	f, err := os.CreateTemp(folder, "sync-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	s = &sample{}
	content := make([]byte, block)
	began := time.Now()
	for s.took < during && ctx.Err() == nil {
		from := time.Now()
		if _, err := f.Write(content); err != nil {
			return nil, err
		}
		if err := flush(f); err != nil {
			return nil, err
		}
		s.times = append(s.times, time.Since(from))
		s.took = time.Since(began)
	}
	slices.Sort(s.times)
	return s, ctx.Err()
}
