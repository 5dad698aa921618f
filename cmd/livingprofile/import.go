package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"livingprofile/cmd/wire"
	"livingprofile/internal/intake"
)

type importCmd struct {
	File    string `arg:"" help:"File to read: .csv, .jsonl or .xlsx." type:"existingfile"`
	Source  string `aliases:"name" help:"System that the file comes from, as declared." required:""`
	Map     string `help:"How columns become values: a file, or one that is ready: ${maps}." required:""`
	Charset string `help:"Character set of the file, as windows-1252; recognised when it is not said." placeholder:"NAME"`
	Preview int    `help:"Only show what so many of the first rows would become. That is personal data." placeholder:"ROWS"`
	DryRun  bool   `help:"Decide everything and write nothing; the report is the same."`
	Rejects string `help:"File to write refused rows to, with line and reason. It holds personal data." placeholder:"FILE"`
	Quiet   bool   `help:"Show no progress."`
}

func (*importCmd) Help() string {
	return `Bad rows are named and set aside; they stop no good ones. The same file twice
changes nothing, and one that was cut off goes on where it was.

Examples:
  livingprofile import customers_export.csv --source shop --map shopify --preview 5
  livingprofile import customers_export.csv --source shop --map shopify --rejects bad.csv
  livingprofile import audience.csv --source newsletter --map mailchimp --dry-run`
}

// Run imports and prints the report.
func (c *importCmd) Run(ctx context.Context, env *environment, d *Data) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	if err := a.EraseAgain(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	return errors.Join(c.run(ctx, env, a), a.Close())
}

func (c *importCmd) run(ctx context.Context, env *environment, a *wire.App) (err error) {
	m, err := intake.LoadMap(c.Map)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	o := wire.ImportOptions{
		Source: c.Source, Map: m, Format: intake.FormatOf(c.File), Charset: c.Charset,
		Size: info.Size(), DryRun: c.DryRun, Resume: true,
	}
	if c.Preview > 0 {
		samples, report, err := a.Preview(ctx, f, c.Preview, o)
		if err != nil {
			return err
		}
		printPreview(env.stdout, a, samples, report)
		return nil
	}
	if c.Rejects != "" {
		rejects, err := openRejects(c.Rejects, info)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rejects.Close()) }()
		if o.Place, err = filepath.Abs(c.Rejects); err != nil {
			return err
		}
		o.Rejects = rejects
	}
	return c.bring(ctx, env, a, f, o)
}

// bring imports the file, with its progress and report.
func (c *importCmd) bring(ctx context.Context, env *environment, a *wire.App, f io.Reader, o wire.ImportOptions) error {
	progress := meter{w: env.stderr, hidden: c.Quiet || !terminal(env.stderr)}
	o.Progress = progress.show
	report, err := a.Import(ctx, f, o)
	progress.end()
	// Of a file that was refused as a whole there is nothing to tell.
	if report != nil && (err == nil || report.Rows > 0) {
		if c.DryRun {
			fmt.Fprintln(env.stdout, "Nothing was written. This is what an import would do:")
		}
		printImport(env.stdout, a, report, c.Charset)
	}
	if err == nil && report.Refused > 0 {
		err = silent{errors.New("some rows were refused")}
	}
	return err
}

// openRejects opens the file of rejected rows, and leaves in it what is there:
// an import that was cut off goes on after it.
func openRejects(path string, imported os.FileInfo) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || os.SameFile(info, imported) {
		return nil, errors.Join(err, f.Close(), fmt.Errorf("%s is the file that is imported: name another one for refused rows", path))
	}
	return f, nil
}
