package intake

import (
	"context"
	"errors"
	"io"
)

// A Sample is what one row of a file would be taken for.
type Sample struct {
	Line  int
	Item  Item // where there is no Fault
	Notes []Fault
	Fault *Fault
}

// Preview reads the first n rows of a file as Run would, and says what they
// mean. Nothing is written, and nobody is looked for. Errors are those that Run
// has before the first row, and those of reading.
func Preview(ctx context.Context, file io.Reader, m *Map, n int, o Options) ([]Sample, *Report, error) {
	im, err := begin(file, m, nil, o)
	if err != nil {
		return nil, im.report, err
	}
	defer im.reader.Close() //nolint:errcheck // read only
	var all []Sample
	for len(all) < n && ctx.Err() == nil {
		row, err := im.reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return all, im.report, err
		}
		if im.plan.passes(&row) {
			continue
		}
		item, notes, fault := im.plan.read(&row)
		all = append(all, Sample{row.Line, item, notes, fault})
	}
	return all, im.report, ctx.Err()
}
