package wire

import (
	"context"
	"errors"
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
	Format   intake.Format // "" for that of the map
	Charset  string        // "" for that of the map, or to recognise it
	Size     int64
	Rejects  io.Writer
	Progress func(intake.Progress)
}

// Import brings the people of a file in. The ledger is sealed after it, since
// nothing that serves may be there to do so.
func (a *App) Import(ctx context.Context, r io.Reader, o ImportOptions) (*intake.Report, error) {
	org := a.Current.Load()
	if _, ok := org.System(o.Source); !ok {
		return nil, fmt.Errorf("no system %q is declared", o.Source)
	}
	notary, err := a.Notary(ctx)
	if err != nil {
		return nil, err
	}
	merger := intake.NewMerger(a.DB, org, a.Clock, o.Source, id.New())
	merger.Prepare(func(ctx context.Context, fresh ...id.Subject) error {
		_, err := a.DB.Ring().Create(ctx, fresh...)
		return err
	})
	report, err := intake.Run(ctx, r, o.Map, merger, intake.Options{
		Organisation: org, Source: o.Source, Clock: a.Clock, Format: o.Format, Charset: o.Charset, Size: o.Size,
		Rejects: o.Rejects, Explain: a.Explain, Progress: o.Progress,
	})
	// Also after an error: what was taken until then stays.
	ctx = context.WithoutCancel(ctx)
	return report, errors.Join(err, notary.Seal(ctx), a.DB.Optimize(ctx))
}

// Explain says in English why a row or cell was not taken, for commands.
func (a *App) Explain(r intake.Reject) string {
	words := a.Words(r.Reason, r.Args)
	if r.Column != "" {
		return r.Column + ": " + words
	}
	return words
}

// Words returns a message in English, for commands.
func (a *App) Words(id string, args map[string]any) string {
	return i18n.Message(i18n.With(context.Background(), a.Bundle.Localizer("en")), id, args)
}
