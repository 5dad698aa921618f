package wire

import (
	"context"
	"fmt"
	"io"

	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
)

// ImportOptions say what is imported.
type ImportOptions struct {
	Source   string
	Map      *intake.Map
	Size     int64
	Rejects  io.Writer
	Progress func(intake.Progress)
}

// Import brings the people of a file in.
func (a *App) Import(ctx context.Context, r io.Reader, o ImportOptions) (*intake.Report, error) {
	org := a.Current.Load()
	if _, ok := org.System(o.Source); !ok {
		return nil, fmt.Errorf("no system %q is declared", o.Source)
	}
	report, err := intake.Run(ctx, r, o.Map, intake.NewMerger(a.DB, org, a.Clock, o.Source, id.New()), intake.Options{
		Organisation: org, Source: o.Source, Clock: a.Clock, Size: o.Size,
		Rejects: o.Rejects, Explain: a.Explain, Progress: o.Progress,
	})
	if err != nil {
		return report, err
	}
	return report, a.DB.Optimize(ctx)
}

// Explain says in English why a row or cell was not taken, for commands.
func (a *App) Explain(r intake.Reject) string {
	words := i18n.Message(i18n.With(context.Background(), a.Bundle.Localizer("en")), r.Reason, nil)
	if r.Column != "" {
		return r.Column + ": " + words
	}
	return words
}
