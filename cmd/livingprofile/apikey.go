package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
)

type apikeyCmd struct {
	Create apikeyCreateCmd `cmd:"" help:"Create a key; its text is shown once."`
	List   apikeyListCmd   `cmd:"" help:"List the keys."`
	Revoke apikeyRevokeCmd `cmd:"" help:"End a key at once."`
}

type apikeyCreateCmd struct {
	Name   string        `arg:"" help:"What it is for."`
	System string        `help:"System whose key it is, as declared." required:""`
	Brand  string        `help:"Brand it is limited to; * for all." default:"*"`
	Scopes []string      `help:"What it may do, as profile:read,consent:write." required:""`
	Fields []string      `help:"Profile fields it may read and write; * for all." default:"*"`
	Life   time.Duration `help:"How long it works." default:"8760h"`
}

func (*apikeyCreateCmd) Help() string {
	return `Example:
  livingprofile apikey create "nightly export" --system crm --scopes profile:read,consent:read`
}

// Run makes a key and prints its text, which is kept nowhere.
func (c *apikeyCreateCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withKeys(ctx, env, func(a *wire.App, keys *authz.Keys) error {
		if _, ok := a.Current.Load().System(c.System); !ok {
			return fmt.Errorf("no system %q is declared", c.System)
		}
		key, text, err := keys.Make(ctx, c.key(a.Clock.Now()))
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stderr, "Key %s, until %s. Its text is shown this once:\n", key.ID, key.ExpiresAt.Format(time.DateOnly))
		_, err = fmt.Fprintln(env.stdout, text)
		return err
	})
}

func (c *apikeyCreateCmd) key(now time.Time) authz.APIKey {
	k := authz.APIKey{Name: c.Name, System: c.System, Brand: c.Brand, Fields: c.Fields, ExpiresAt: now.Add(c.Life)}
	for _, s := range c.Scopes {
		k.Scopes = append(k.Scopes, authz.Permission(s))
	}
	return k
}

type apikeyListCmd struct{}

// Run prints a line for each key.
func (apikeyListCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withKeys(ctx, env, func(a *wire.App, keys *authz.Keys) error {
		all, err := keys.List(ctx, authz.AllBrands)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "KEY\tNAME\tSYSTEM\tBRAND\tSCOPES\tSTATE\tLAST USED")
		for _, k := range all {
			scopes := make([]string, len(k.Scopes))
			for i, s := range k.Scopes {
				scopes[i] = string(s)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.System, k.Brand,
				strings.Join(scopes, ","), keyState(k, a.Clock.Now()), day(k.LastUsedAt))
		}
		return w.Flush()
	})
}

func keyState(k authz.APIKey, now time.Time) string {
	switch {
	case !k.RevokedAt.IsZero():
		return "revoked " + day(k.RevokedAt)
	case k.Alive(now) != nil:
		return "expired " + day(k.ExpiresAt)
	}
	return "until " + day(k.ExpiresAt)
}

func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.DateOnly)
}

type apikeyRevokeCmd struct {
	Key string `arg:"" help:"Id of the key, as listed."`
}

// Run ends a key.
func (c *apikeyRevokeCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withKeys(ctx, env, func(_ *wire.App, keys *authz.Keys) error {
		return keys.Revoke(ctx, authz.KeyID(c.Key))
	})
}

func (d *Data) withKeys(ctx context.Context, env *environment, fn func(*wire.App, *authz.Keys) error) error {
	a, err := d.open(ctx, env)
	if err != nil {
		return err
	}
	return errors.Join(fn(a, a.Keys()), a.Close())
}
