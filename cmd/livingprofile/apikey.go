package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/organisation"
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
		if err := c.check(a.Current.Load()); err != nil {
			return err
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

// check refuses names that are not declared: a key for them would never do what
// its maker wants.
func (c *apikeyCreateCmd) check(o *organisation.Organisation) error {
	if _, ok := o.System(c.System); !ok {
		return fmt.Errorf("no system %q is declared", c.System)
	}
	if _, ok := o.Brand(c.Brand); !ok && c.Brand != authz.AllBrands {
		return fmt.Errorf("no brand %q is declared", c.Brand)
	}
	for _, f := range c.Fields {
		if _, ok := o.Field(f); !ok && f != authz.AllFields {
			return fmt.Errorf("no field %q is declared", f)
		}
	}
	var all []string
	for _, s := range authz.Scopes() {
		all = append(all, string(s))
	}
	for _, s := range c.Scopes {
		if !slices.Contains(all, s) {
			return fmt.Errorf("there is no scope %q; there are %s", s, strings.Join(all, ", "))
		}
	}
	return nil
}

func (c *apikeyCreateCmd) key(now time.Time) authz.APIKey {
	k := authz.APIKey{Name: c.Name, System: c.System, Brand: c.Brand, Fields: c.Fields, ExpiresAt: now.Add(c.Life)}
	for _, s := range c.Scopes {
		k.Scopes = append(k.Scopes, authz.Permission(s))
	}
	return k
}

type apikeyListCmd struct{}

func (apikeyListCmd) Help() string { return "Example:\n  livingprofile apikey list" }

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

func (*apikeyRevokeCmd) Help() string {
	return "Example:\n  livingprofile apikey revoke 06h02jqkkttb32t1mu09soq0ds"
}

// Run ends a key.
func (c *apikeyRevokeCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withKeys(ctx, env, func(_ *wire.App, keys *authz.Keys) error {
		err := keys.Revoke(ctx, authz.KeyID(c.Key))
		if errors.Is(err, errs.NotFound) {
			return fmt.Errorf("there is no key %q; livingprofile apikey list has all", c.Key)
		}
		if err == nil {
			fmt.Fprintf(env.stderr, "Key %s works no more.\n", c.Key)
		}
		return err
	})
}

func (d *Data) withKeys(ctx context.Context, env *environment, fn func(*wire.App, *authz.Keys) error) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	return errors.Join(fn(a, a.Keys()), a.Close())
}
