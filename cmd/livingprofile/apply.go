package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
)

type applyCmd struct {
	File   string `arg:"" help:"Declaration of the organisation." type:"existingfile"`
	DryRun bool   `help:"Print the plan and change nothing."`
}

func (*applyCmd) Help() string {
	return `The same file twice changes nothing. What is no longer in the file is retired
and never deleted; what a purpose says is versioned.

Examples:
  livingprofile apply organisation.yaml --dry-run
  livingprofile apply organisation.yaml`
}

const dryRunWords = "Nothing was changed: this was a dry run.\n"

// Run prints the plan and carries it out.
func (c *applyCmd) Run(ctx context.Context, env *environment, d *Data) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	draft, err := organisation.Parse(c.File, data)
	if err != nil {
		return err
	}
	if err := draft.Attach(os.DirFS(filepath.Dir(c.File))); err != nil {
		return err
	}
	warnings, err := draft.Check()
	for _, w := range warnings {
		fmt.Fprintln(env.stderr, "warning:", w)
	}
	if err != nil {
		return err
	}
	if settings := d.settings(); c.DryRun && !settings.Exists() {
		_, err := fmt.Fprint(env.stdout, organisation.Diff(nil, draft, time.Now()), dryRunWords)
		return err
	}
	a, err := d.open(ctx, env)
	if err != nil {
		return err
	}
	plan, err := a.Declare(ctx, wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "apply"}, Dry: c.DryRun})
	if err == nil {
		fmt.Fprint(env.stdout, plan)
		if c.DryRun && !plan.Empty() {
			fmt.Fprint(env.stdout, dryRunWords)
		}
	}
	return errors.Join(err, a.Close())
}
