package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/clock"
	"livingprofile/internal/organisation"
)

// BatchSize is how many items a Sink is given at once, where Options say
// nothing.
const BatchSize = 500

// parsers is how many goroutines read rows ahead of the sink.
const parsers = 2

// maxChunk is the bytes of rows after which a batch ends early, so that memory
// does not grow with the length of the rows.
const maxChunk = 1 << 20

// Options say how a file is imported.
type Options struct {
	Organisation *organisation.Organisation // required
	Source       string                     // name of the system; required
	Clock        clock.Clock                // required
	Format       Format                     // of the file; "" for that of the map
	Charset      string                     // of the file; "" for that of the map, or to recognise it
	Limits       *Limits                    // nil for none
	Size         int64                      // of the file, for Progress; 0 when not known
	Batch        int                        // most items for the sink at once; 0 for BatchSize
	// Rejects receives the refused rows as they were, as CSV with their line
	// and reason. They are personal data. It may be nil.
	Rejects io.Writer
	// Explain says in words why a row is rejected, for Rejects; nil writes the
	// message id.
	Explain func(Reject) string
	// Positions keeps how far the import is, under Digest; nil begins anew each
	// time. For rejected rows to be gone on with, Rejects has to be a file.
	Positions Positions
	Digest    [32]byte
	// Progress is called after each batch, and never twice at the same time. It
	// may be nil.
	Progress func(Progress)
}

// Progress says how far an import is.
type Progress struct {
	Bytes   int64 // read of the file
	Total   int64 // size of the file, 0 when it is not known
	Rows    int   // done, refused ones too
	Elapsed time.Duration
	// Of Bytes and Rows, what was done before the import was cut off.
	SkippedBytes int64
	SkippedRows  int
}

// Run reads a file by the map m and hands its rows to sink. Before any row is
// read it returns organisation.Problems when the map names what the
// organisation does not know, a Forbidden error when it brings in what is beyond
// the limits, and an Invalid one when the file does not fit the map. Later errors are those of reading, of the sink and of writing
// Rejects; the Report then says what was done until then, and running the
// import again does the rest.
func Run(ctx context.Context, file io.Reader, m *Map, sink Sink, o Options) (*Report, error) {
	im, err := begin(file, m, sink, o)
	if err != nil {
		return im.report, err
	}
	defer im.reader.Close() //nolint:errcheck // read only
	if err := im.resume(ctx); err != nil {
		return im.report, err
	}
	err = im.pump(ctx)
	if _, e := im.rejects.sync(); err != nil || e != nil {
		return im.report, errors.Join(err, e)
	}
	return im.report, im.drop(ctx)
}

// begin reads the header of a file. The run has a report also with an error.
func begin(file io.Reader, m *Map, sink Sink, o Options) (*run, error) {
	im := &run{o: o, sink: sink, started: o.Clock.Now(), report: &Report{Map: m.name}}
	if im.o.Batch <= 0 {
		im.o.Batch = BatchSize
	}
	if err := m.Check(o.Organisation, o.Source); err != nil {
		return im, err
	}
	if err := o.Limits.allow(m, o.Organisation, o.Source); err != nil {
		return im, err
	}
	var err error
	if im.reader, im.report.Charset, err = newReader(m, file, &o); err != nil {
		return im, err
	}
	header, err := im.reader.Header()
	if err != nil {
		return im, err
	}
	if im.plan, err = m.bind(header, o.Organisation, o.Source, im.started); err != nil {
		return im, err
	}
	im.plan.brand = o.Limits.For()
	im.report.Unread, im.report.Missing, im.report.LeftOut = im.plan.unread, im.plan.missing, im.plan.leftOut
	if im.rejects = newRejectFile(o.Rejects, m.Separator, o.Explain); im.rejects != nil {
		im.rejects.header = header.Columns
	}
	return im, nil
}

// A run is one import.
type run struct {
	o       Options
	plan    *plan
	reader  Reader
	sink    Sink
	rejects *rejectFile
	report  *Report
	started time.Time
	skipped int64 // bytes that were done before
}

// pump moves chunks from the reader through the parsers to the sink. Few of
// them are under way at a time, and they come to the sink in the order of the
// file, whichever parser is done first.
func (im *run) pump(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	work, order := make(chan *chunk), make(chan *chunk, parsers)
	group.Go(func() error {
		defer close(work)
		defer close(order)
		return im.read(ctx, work, order)
	})
	for range parsers {
		group.Go(func() error {
			for c := range work {
				c.parse(im.plan)
			}
			return nil
		})
	}
	group.Go(func() error {
		for c := range order {
			select {
			case <-c.parsed:
			case <-ctx.Done(): // it may never have come to a parser
				return ctx.Err()
			}
			if err := im.apply(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// read cuts the file into chunks.
func (im *run) read(ctx context.Context, work, order chan<- *chunk) error {
	for ended := false; !ended; {
		c := &chunk{parsed: make(chan struct{})}
		for size := 0; len(c.rows) < im.o.Batch && size < maxChunk; {
			if err := ctx.Err(); err != nil {
				return err
			}
			row, err := im.reader.Next()
			if errors.Is(err, io.EOF) {
				ended = true
				break
			}
			if err != nil {
				return err
			}
			c.rows = append(c.rows, row)
			size += row.size()
		}
		c.bytes = im.reader.Bytes()
		for _, to := range []chan<- *chunk{order, work} {
			select {
			case to <- c:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// apply gives the items of c to the sink and counts what became of them.
func (im *run) apply(ctx context.Context, c *chunk) error {
	var outcomes []Outcome
	if len(c.items) > 0 {
		var err error
		if outcomes, err = im.sink.Apply(ctx, c.items); err != nil {
			return fmt.Errorf("import the rows from line %d: %w", c.items[0].Line, err)
		}
		if len(outcomes) != len(c.items) {
			return fmt.Errorf("sink returned %d outcomes for %d items", len(outcomes), len(c.items))
		}
	}
	for i := range c.rows {
		fault := c.faults[i]
		if item := c.places[i]; item >= 0 {
			fault = im.report.count(c.rows[i].Line, outcomes[item], im.plan.column)
		} else if fault == nil {
			im.report.Unchanged++
		}
		for _, note := range c.notes[i] {
			im.report.warn(c.rows[i].Line, note)
		}
		if fault == nil {
			continue
		}
		im.report.refuse(c.rows[i].Line, *fault)
		if err := im.rejects.add(&c.rows[i], *fault); err != nil {
			return err
		}
	}
	im.report.Rows += len(c.rows)
	im.report.Bytes, im.report.Elapsed = c.bytes, im.o.Clock.Now().Sub(im.started)
	if im.o.Progress != nil {
		im.o.Progress(Progress{
			Bytes: c.bytes, Total: im.o.Size, Rows: im.report.Rows, Elapsed: im.report.Elapsed,
			SkippedBytes: im.skipped, SkippedRows: im.report.Resumed,
		})
	}
	return im.keep(ctx)
}

// A chunk is a batch of rows on its way through the import.
type chunk struct {
	rows  []Row
	bytes int64 // read of the file up to its end

	// What a parser fills in before it closes parsed.
	items  []Item
	places []int     // by row: of its item, -1 for none; without a fault it is passed over
	notes  [][]Fault // by row
	faults []*Fault  // by row
	parsed chan struct{}
}

func (c *chunk) parse(p *plan) {
	defer close(c.parsed)
	n := len(c.rows)
	c.items, c.places = make([]Item, 0, n), make([]int, n)
	c.notes, c.faults = make([][]Fault, n), make([]*Fault, n)
	for i := range c.rows {
		if p.passes(&c.rows[i]) {
			c.places[i] = -1
			continue
		}
		item, notes, fault := p.read(&c.rows[i])
		c.places[i], c.notes[i], c.faults[i] = -1, notes, fault
		if fault == nil {
			c.places[i] = len(c.items)
			c.items = append(c.items, item)
		}
	}
}
