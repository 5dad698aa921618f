package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"livingprofile/internal/organisation"
)

type declaredCmd struct {
	File    string `arg:"" help:"File to write; the logos of brands go beside it." type:"path"`
	Replace bool   `help:"Write over files that are there."`
}

func (*declaredCmd) Help() string {
	return `What stands, with what was changed in the console, as a file that apply reads.
Comments and the order of keys of an older file are not known and not kept.

Examples:
  livingprofile declared organisation.yaml --replace
  git diff organisation.yaml`
}

// Run writes what is declared.
func (c *declaredCmd) Run(ctx context.Context, env *environment, d *Data) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	f, err := organisation.Write(a.Current.Load())
	if err == nil {
		err = c.write(f)
	}
	if err == nil {
		fmt.Fprintf(env.stdout, "Written to %s.\n", c.File)
	}
	return errors.Join(err, a.Close())
}

func (c *declaredCmd) write(f organisation.File) error {
	files := map[string][]byte{c.File: f.Text}
	for name, data := range f.Beside {
		files[filepath.Join(filepath.Dir(c.File), name)] = data
	}
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.Replace {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	for path, data := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // as below
			return err
		}
		out, err := os.OpenFile(path, how, 0o644) //nolint:gosec // the operator names the file, which is a public one
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("%s is there already: name another, or write over it with --replace", path)
		}
		if err != nil {
			return err
		}
		_, err = out.Write(data)
		if err := errors.Join(err, out.Close()); err != nil {
			return err
		}
	}
	return nil
}
