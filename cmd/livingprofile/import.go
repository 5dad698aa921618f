package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/intake"
)

type importCmd struct {
	File    string `arg:"" help:"File to read." type:"existingfile"`
	Source  string `aliases:"name" help:"System that the file comes from, as declared." required:""`
	Map     string `help:"How columns become values: a file, or one that is ready: ${maps}." required:""`
	Charset string `help:"Character set of the file, as windows-1252; recognised when it is not said." placeholder:"NAME"`
	Rejects string `help:"File to write refused rows to, with line and reason. It holds personal data." placeholder:"FILE"`
	Quiet   bool   `help:"Show no progress."`
}

func (*importCmd) Help() string {
	return `Bad rows are named and set aside; they stop no good ones. The same file twice
changes nothing.

Examples:
  livingprofile import customers_export.csv --source shop --map shopify --rejects bad.csv
  livingprofile import audience.csv --source newsletter --map mailchimp`
}

// Run imports and prints the report.
func (c *importCmd) Run(ctx context.Context, env *environment, d *Data) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	report, err := c.run(ctx, env, a)
	if report != nil && (err == nil || report.Rows > 0) {
		printImport(env.stdout, a, report)
	}
	if err == nil && report.Refused > 0 {
		err = silent{errors.New("some rows were refused")}
	}
	return errors.Join(err, a.Close())
}

func (c *importCmd) run(ctx context.Context, env *environment, a *wire.App) (report *intake.Report, err error) {
	m, err := intake.LoadMap(c.Map)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	o := wire.ImportOptions{Source: c.Source, Map: m, Format: intake.FormatOf(c.File), Charset: c.Charset}
	if info, err := f.Stat(); err == nil {
		o.Size = info.Size()
	}
	if !c.Quiet {
		o.Progress = func(p intake.Progress) { fmt.Fprint(env.stderr, progressLine(p)) }
		defer fmt.Fprintln(env.stderr)
	}
	if c.Rejects != "" {
		rejects, e := os.OpenFile(c.Rejects, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if e != nil {
			return nil, e
		}
		defer func() { err = errors.Join(err, rejects.Close()) }()
		o.Rejects = rejects
	}
	return a.Import(ctx, f, o)
}

// progressLine overwrites itself.
func progressLine(p intake.Progress) string {
	rate := float64(p.Rows) / max(p.Elapsed.Seconds(), 0.001)
	line := fmt.Sprintf("\r%d rows, %.0f/s", p.Rows, rate)
	if p.Total > 0 {
		done := float64(p.Bytes) / float64(p.Total)
		bar := strings.Repeat("█", int(done*20)) + strings.Repeat("░", 20-int(done*20))
		left := time.Duration(float64(p.Elapsed) * (1 - done) / max(done, 0.001)).Truncate(time.Second)
		line = fmt.Sprintf("\r%s %3.0f%%  %d rows, %.0f/s, %s left ", bar, done*100, p.Rows, rate, left)
	}
	return line
}

func printImport(w io.Writer, a *wire.App, r *intake.Report) {
	fmt.Fprintf(w, "%d rows in %s: %d created, %d changed, %d unchanged, %d refused, %d warnings\n",
		r.Rows, r.Elapsed.Truncate(time.Millisecond), r.Created, r.Changed, r.Unchanged, r.Refused, r.Warnings)
	for _, list := range []struct {
		what  string
		names []string
	}{
		{"columns that were not read", r.Unread},
		{"columns that the file does not have", r.Missing},
		{"fields and purposes that are not declared", r.LeftOut},
	} {
		if len(list.names) > 0 {
			fmt.Fprintf(w, "%s: %s\n", list.what, strings.Join(list.names, ", "))
		}
	}
	for _, reject := range r.Rejects {
		fmt.Fprintf(w, "refused line %d: %s\n", reject.Line, a.Explain(reject))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "line %d: %s\n", note.Line, a.Explain(note))
	}
}
