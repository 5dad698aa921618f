package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"livingprofile/internal/keyring"
)

type keysCmd struct {
	Create keysCreateCmd `cmd:"" help:"Create the master key, where there is none."`
	Rotate keysRotateCmd `cmd:"" help:"Make a new master key and wrap every data key with it, while the product serves."`
	Public keysPublicCmd `cmd:"" help:"Print the public key that checks checkpoints and receipts."`
	Prune  keysPruneCmd  `cmd:"" help:"Forget old master keys that no data key needs any more."`
}

type keysCreateCmd struct{}

func (keysCreateCmd) Help() string {
	return "Example:\n  livingprofile keys create --master-key /etc/livingprofile/master.json"
}

// Run makes the file of the master key.
func (keysCreateCmd) Run(env *environment, d *Data) error {
	s := d.settings()
	if s.Keyless() {
		return fmt.Errorf("there is data in %s already: put the copy of its master key back to %s", s.Database, s.MasterPath())
	}
	if err := os.MkdirAll(filepath.Dir(s.MasterPath()), 0o700); err != nil {
		return err
	}
	_, created, err := keyring.OpenMaster(s.MasterPath())
	switch {
	case err != nil:
		return err
	case !created:
		fmt.Fprintln(env.stdout, "There is a master key already:", s.MasterPath())
	default:
		fmt.Fprintf(env.stderr, newMasterWords, s.MasterPath())
	}
	return nil
}

type keysRotateCmd struct{}

func (keysRotateCmd) Help() string {
	return `Servers notice the new key by themselves. An interrupted rotation is resumed by
running the command again.

Example:
  livingprofile keys rotate`
}

// Run rotates the master key and rewraps.
func (keysRotateCmd) Run(ctx context.Context, env *environment, d *Data) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	err = func() error {
		name, err := a.Master.Rotate()
		if err != nil {
			return err
		}
		fmt.Fprintln(env.stdout, "New master key:", name)
		return a.DB.Ring().Rewrap(ctx, rewrapBatch, func(done int) {
			fmt.Fprintf(env.stderr, "\r%d data keys wrapped anew", done)
		})
	}()
	fmt.Fprintln(env.stderr)
	return errors.Join(err, a.Close())
}

// rewrapBatch is how many data keys are read at a time.
const rewrapBatch = 500

type keysPublicCmd struct{}

func (keysPublicCmd) Help() string {
	return "Whoever has it can check receipts without this installation.\n\nExample:\n  livingprofile keys public > key.txt"
}

// Run prints the public key.
func (keysPublicCmd) Run(ctx context.Context, env *environment, d *Data) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.stdout, a.PublicKey())
	return errors.Join(err, a.Close())
}

type keysPruneCmd struct{}

func (keysPruneCmd) Help() string {
	return `Every server has read the new file by an hour after a rotation, and not before:
until then nothing is forgotten.

Example:
  livingprofile keys prune`
}

// Run drops what is not needed.
func (keysPruneCmd) Run(ctx context.Context, env *environment, d *Data) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	dropped, err := a.Master.Prune(ctx, a.DB.KeyStore(), time.Now().Add(-keyring.PruneAfter))
	if err == nil {
		fmt.Fprintln(env.stdout, len(dropped), "old master keys forgotten")
	}
	return errors.Join(err, a.Close())
}
