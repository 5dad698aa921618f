package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"livingprofile/cmd/wire"
)

type hooksPullCmd struct {
	System  string   `arg:"" help:"System whose feed is read."`
	Preview string   `help:"Show what a sample of the feed would be taken as, and write nothing. The sample is a file with one page." placeholder:"FILE"`
	Allow   []string `help:"Private networks, addresses or addresses with a port that may be connected to." name:"outbound-allow" env:"LIVINGPROFILE_OUTBOUND_ALLOW" placeholder:"NETWORK"`
}

func (hooksPullCmd) Help() string {
	return "Examples:\n  livingprofile hooks pull crm --preview page.json\n  livingprofile hooks pull crm"
}

// Run reads the feed of a system now, or shows how a sample of it is read.
func (c hooksPullCmd) Run(ctx context.Context, env *environment, d *Data) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	return errors.Join(c.run(ctx, env, a), a.Close())
}

func (c hooksPullCmd) run(ctx context.Context, env *environment, a *wire.App) error {
	feeds := a.Current.Load().Feeds()
	f, ok := feeds[c.System]
	if !ok {
		return fmt.Errorf("no feed of %q is declared; there are: %s", c.System, strings.Join(slices.Sorted(maps.Keys(feeds)), ", "))
	}
	if c.Preview != "" {
		sample, err := os.ReadFile(c.Preview)
		if err != nil {
			return err
		}
		lines, err := a.PreviewPull(c.System, &f, sample)
		for _, line := range lines {
			fmt.Fprintln(env.stdout, line)
		}
		return err
	}
	p, err := a.Puller(c.Allow)
	if err != nil {
		return err
	}
	if err := p.Read(ctx, c.System, &f); err != nil {
		return err
	}
	at, err := a.DB.PullPosition(ctx, c.System)
	if err != nil {
		return err
	}
	if at.Cause != "" {
		return fmt.Errorf("the feed was not read to its end: %s", at.Cause)
	}
	fmt.Fprintf(env.stdout, "read: %d taken and %d refused since the first time\n", at.Taken, at.Refused)
	return nil
}
