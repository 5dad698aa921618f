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
	// PutBack is asked for by name: whoever applies a file seldom knows what
	// others changed in the console meanwhile.
	PutBack bool `help:"Put back what was changed in the console and is not in the file."`
}

func (*applyCmd) Help() string {
	return `The same file twice changes nothing. What is no longer in the file is retired
and never deleted; what a purpose says is versioned. A file that does not have
what was changed in the console since is refused: write it with declared, or put
it back with --put-back.

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
	plan, err := a.Declare(ctx, wire.Declaration{
		Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "apply"}, Dry: c.DryRun, PutBack: c.PutBack,
	})
	if plan != nil {
		fmt.Fprint(env.stdout, plan)
		if err == nil && c.DryRun && !plan.Empty() {
			fmt.Fprint(env.stdout, dryRunWords)
		}
	}
	return errors.Join(err, a.Close())
}
