package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"

	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
	"livingprofile/store"
)

// apart is the store as those see it who write what they read: each record by
// itself, since what they say is written to the record it is about, with those
// that it is joined with beside, since what may be written is asked of all.
type apart struct{ *store.DB }

// Facts implements intake.MergeStore.
func (a apart) Facts(ctx context.Context, subject id.Subject) (decision.Facts, error) {
	return a.Beside(ctx, subject)
}

// KnownEvents implements intake.MergeStore.
func (a apart) KnownEvents(ctx context.Context, subject id.Subject, source string, events []string) (map[string]bool, error) {
	circle, err := a.Circle(ctx, subject)
	if errors.Is(err, errs.NotFound) { // one whom a rehearsal has made
		return map[string]bool{}, nil
	}
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, one := range circle {
		some, err := a.DB.KnownEvents(ctx, one, source, events)
		if err != nil {
			return nil, err
		}
		maps.Copy(known, some)
	}
	return known, nil
}

// ImportOptions say what is imported.
type ImportOptions struct {
	Source  string
	Map     *intake.Map
	Format  intake.Format // "" for that of the map
	Charset string        // "" for that of the map, or to recognise it
	Size    int64
	Rejects io.Writer
	// DryRun decides everything and writes nothing.
	DryRun bool
	// Place is where Rejects are, for an import that goes on where it was cut
	// off; the file has to be an io.Seeker for it.
	Place    string
	Resume   bool
	Progress func(intake.Progress)
}

// Import brings the people of a file in. The ledger is sealed after it, since
// nothing that serves may be there to do so.
func (a *App) Import(ctx context.Context, r io.Reader, o ImportOptions) (*intake.Report, error) {
	org, options, err := a.importing(&o)
	if err != nil {
		return nil, err
	}
	if o.DryRun {
		return intake.Run(ctx, r, o.Map, a.trier(intake.NewRehearsal(apart{a.DB}), org, o.Source, id.New()), options)
	}
	if seeker, ok := r.(io.ReadSeeker); ok && o.Resume {
		options.Positions = a.DB
		if options.Digest, err = digest(seeker, org, &o); err != nil {
			return nil, err
		}
	}
	notary, err := a.Notary(ctx)
	if err != nil {
		return nil, err
	}
	report, err := intake.Run(ctx, r, o.Map, a.merger(org, o.Source, id.New()), options)
	// Also after an error: what was taken until then stays.
	ctx = context.WithoutCancel(ctx)
	return report, errors.Join(err, notary.Seal(ctx), a.DB.Optimize(ctx))
}

// merger returns what brings items in.
func (a *App) merger(org *organisation.Organisation, source, cause string) *intake.Merger {
	m := intake.NewMerger(apart{a.DB}, org, a.Clock, source, cause)
	m.Introduce(a.Joiner.Introduce)
	m.Prepare(func(ctx context.Context, fresh ...id.Subject) error {
		_, err := a.DB.Ring().Create(ctx, fresh...)
		return err
	})
	return m
}

// trier returns what decides what merger would write, and writes nothing.
func (a *App) trier(r *intake.Rehearsal, org *organisation.Organisation, source, cause string) *intake.Merger {
	m := intake.NewMerger(r, org, a.Clock, source, cause)
	m.Introduce(r.Introduce)
	return m
}

// Preview says what the first n rows of a file mean, and writes nothing.
func (a *App) Preview(ctx context.Context, r io.Reader, n int, o ImportOptions) ([]intake.Sample, *intake.Report, error) {
	_, options, err := a.importing(&o)
	if err != nil {
		return nil, nil, err
	}
	return intake.Preview(ctx, r, o.Map, n, options)
}

func (a *App) importing(o *ImportOptions) (*organisation.Organisation, intake.Options, error) {
	org := a.Current.Load()
	if _, ok := org.System(o.Source); !ok {
		return nil, intake.Options{}, fmt.Errorf("no system %q is declared", o.Source)
	}
	return org, intake.Options{
		Organisation: org, Source: o.Source, Clock: a.Clock, Format: o.Format, Charset: o.Charset, Size: o.Size,
		Rejects: o.Rejects, Explain: a.Explain, Progress: o.Progress,
	}, nil
}

// digest names an import. Under another declaration a row may mean something
// else, and in another file of rejected rows those from before are missing.
func digest(file io.ReadSeeker, org *organisation.Organisation, o *ImportOptions) ([32]byte, error) {
	d, err := intake.Digest(file, o.Map, o.Source, strconv.FormatInt(org.Revision, 10), string(o.Format), o.Charset, o.Place)
	if err != nil {
		return d, err
	}
	_, err = file.Seek(0, io.SeekStart)
	return d, err
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
