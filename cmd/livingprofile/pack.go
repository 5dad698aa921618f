package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/mod/sumdb/note"

	"livingprofile/internal/evidence"
)

// checkPack checks an evidence pack, by the key of the installation here or by
// that of --key.
func (c *verifyCmd) checkPack(ctx context.Context, env *environment, d *Data) error {
	pack, err := os.ReadFile(c.Pack)
	if err != nil {
		return err
	}
	v, err := c.verifier(ctx, env, d)
	if err != nil {
		return err
	}
	r, err := evidence.Check(pack, v)
	if err != nil {
		return fmt.Errorf("%s is no evidence pack: %w", c.Pack, err)
	}
	if c.JSON {
		out := json.NewEncoder(env.stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(env.stdout, "Request %s, made %s by %s: %d files, %d lines of the ledger, %d of them after the last checkpoint.\n",
			r.Number, r.MadeAt.Format(time.RFC3339), r.Installation, r.Files, r.Lines, r.Uncovered)
		for _, f := range r.Faults {
			fmt.Fprintln(env.stdout, "BAD", f)
		}
		if r.OK() {
			fmt.Fprintln(env.stdout, "All of it is as it was written.")
		}
	}
	if !r.OK() {
		return silent{errors.New("the pack is not as it was written")}
	}
	return nil
}

// verifier returns the key of --key, or else that of the installation.
func (c *verifyCmd) verifier(ctx context.Context, env *environment, d *Data) (note.Verifier, error) {
	if c.Key != "" {
		v, err := note.NewVerifier(c.Key)
		if err != nil {
			return nil, fmt.Errorf("--key is no public key, as livingprofile keys public prints it: %w", err)
		}
		return v, nil
	}
	a, err := d.existing(ctx, env)
	if err != nil {
		return nil, err
	}
	return a.Verifier(), a.Close()
}
