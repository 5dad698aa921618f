package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

type hooksCmd struct {
	List   hooksListCmd   `cmd:"" help:"List the endpoints and how they do."`
	Log    hooksLogCmd    `cmd:"" help:"Show the latest deliveries of an endpoint."`
	Secret hooksSecretCmd `cmd:"" help:"Make a signing secret for an endpoint; it is shown once."`
	Ping   hooksPingCmd   `cmd:"" help:"Send an endpoint a hook about nobody and show what it answers."`
	Replay hooksReplayCmd `cmd:"" help:"Tell an endpoint again."`
	Pause  hooksPauseCmd  `cmd:"" help:"Send an endpoint nothing for now; what it should be told waits."`
	Pull   hooksPullCmd   `cmd:"" help:"Read the feed of a system now, or show how a sample of it is read."`
	Resume hooksResumeCmd `cmd:"" help:"Send to an endpoint again, what waits at once."`
}

// byHooks is the actor of what these commands change.
var byHooks = ledger.Actor{Kind: ledger.ByProgram, ID: "hooks"}

// withTarget opens the installation for a command about one endpoint.
func (d *Data) withTarget(ctx context.Context, env *environment, endpoint string, fn func(*wire.App, *hook.Target) error) error {
	return d.withTargets(ctx, env, func(a *wire.App, all []hook.Target) error {
		var names []string
		for i := range all {
			if all[i].ID == endpoint {
				return fn(a, &all[i])
			}
			names = append(names, all[i].ID)
		}
		if len(names) == 0 {
			return errors.New("no endpoint is declared; docs/hooks.md says how")
		}
		return fmt.Errorf("no endpoint %q is declared; there are %s", endpoint, strings.Join(names, ", "))
	})
}

func (d *Data) withTargets(ctx context.Context, env *environment, fn func(*wire.App, []hook.Target) error) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	return errors.Join(fn(a, a.Current.Load().Targets()), a.Close())
}

type hooksListCmd struct{}

func (hooksListCmd) Help() string { return "Example:\n  livingprofile hooks list" }

// Run prints a line for each endpoint.
func (hooksListCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withTargets(ctx, env, func(a *wire.App, all []hook.Target) error {
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ENDPOINT\tADDRESS\tBODY\tSTATE\tWAITING\tGIVEN UP\tLAST SUCCESS")
		for i := range all {
			t := &all[i]
			standings, err := a.DB.Standing(ctx, []string{t.ID}, a.Clock.Now())
			if err != nil {
				return err
			}
			counts, err := a.DB.Counts(ctx, t.ID)
			if err != nil {
				return err
			}
			s := standings[t.ID]
			s.Unsigned = t.Speaks != ""
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n", t.ID, t.URL, t.Body, standingWords(t, &s),
				counts[hook.Waiting], counts[hook.Failed], moment(s.Worked))
		}
		return w.Flush()
	})
}

func standingWords(t *hook.Target, s *hook.Standing) string {
	switch {
	case t.Unreadable != "":
		return "waits: its connector cannot be read"
	case len(s.Secrets) == 0 && !s.Unsigned:
		return "has no secret"
	case s.Mode != hook.Active:
		return string(s.Mode) + " (" + s.Cause + ")"
	case !s.Failing.IsZero():
		return "failing since " + moment(s.Failing)
	}
	return "active"
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.RFC3339)
}

type hooksLogCmd struct {
	Endpoint string `arg:"" help:"System and endpoint, as crm/main."`
	Limit    int    `help:"How many at most." default:"20"`
}

func (*hooksLogCmd) Help() string { return "Example:\n  livingprofile hooks log crm/main" }

// Run prints a line for each delivery. Whom it is about is an id of ours.
func (c *hooksLogCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withTarget(ctx, env, c.Endpoint, func(a *wire.App, t *hook.Target) error {
		all, err := a.DB.Recent(ctx, t.ID, c.Limit)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "DELIVERY\tEVENT\tSUBJECT\tHAPPENED\tSTATE\tTRIED\tNEXT\tCAUSE")
		for i := range all {
			l := &all[i]
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Entry, l.Kind, l.Subject, moment(l.At), l.State,
				moment(l.Tried), next(l), l.Cause)
		}
		return w.Flush()
	})
}

func next(l *hook.Delivery) string {
	if l.Due.IsZero() {
		return "-"
	}
	return moment(l.Due)
}

type hooksSecretCmd struct {
	Endpoint string        `arg:"" help:"System and endpoint, as crm/main."`
	Overlap  time.Duration `help:"How long an older secret stays valid beside the new one." default:"24h"`
	Pair     bool          `help:"Make a pair of keys, and print the public one."`
}

func (*hooksSecretCmd) Help() string {
	return `While two secrets are valid, every hook carries both signatures: give the
receiver the new one in that time.

Examples:
  livingprofile hooks secret crm/main
  livingprofile hooks secret crm/main --overlap 0s
  livingprofile hooks secret crm/main --pair`
}

// Run makes a secret and prints it.
func (c *hooksSecretCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withTarget(ctx, env, c.Endpoint, func(a *wire.App, t *hook.Target) error {
		s, now := hook.NewSecret(), a.Clock.Now()
		if c.Pair {
			s = hook.NewPair()
		}
		if err := a.DB.AddSecret(ctx, t.ID, s, now.Add(c.Overlap), byHooks, now); err != nil {
			return err
		}
		what := "Secret of %s. It is shown this once; an older one is valid until %s:\n"
		if c.Pair {
			what = "Public key of %s; an older secret is valid until %s:\n"
		}
		fmt.Fprintf(env.stderr, what, t.ID, moment(now.Add(c.Overlap)))
		_, err := fmt.Fprintln(env.stdout, s)
		return err
	})
}

type hooksPingCmd struct {
	Endpoint string `arg:"" help:"System and endpoint, as crm/main."`
	outboundFlags
}

func (*hooksPingCmd) Help() string { return "Example:\n  livingprofile hooks ping crm/main" }

// Run sends one hook from this process, and not through the queue.
func (c *hooksPingCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withTarget(ctx, env, c.Endpoint, func(a *wire.App, t *hook.Target) error {
		reply, err := a.Ping(ctx, t, c.Outbound)
		switch {
		case err != nil:
			return err
		case reply.Status == 0:
			return fmt.Errorf("%s got no answer: %s", t.ID, strings.ReplaceAll(reply.Cause, "_", " "))
		}
		fmt.Fprintf(env.stdout, "%s answers %d.\n", t.ID, reply.Status)
		if reply.Status/100 != 2 {
			return silent{errors.New("not accepted")}
		}
		return nil
	})
}

type hooksReplayCmd struct {
	Endpoint string     `arg:"" help:"System and endpoint, as crm/main."`
	Delivery string     `help:"One delivery, as the log names it." placeholder:"ID"`
	Subject  id.Subject `help:"Everything about one subject." placeholder:"ID"`
	From     time.Time  `help:"What happened since then, as 2026-11-22T10:00:00Z." placeholder:"TIME"`
	To       time.Time  `help:"What happened before then." placeholder:"TIME"`
	Failed   bool       `help:"Only what was given up."`
}

func (*hooksReplayCmd) Help() string {
	return `Deliveries are kept for 30 days. Each is told again under its old id, with
what holds now.

Examples:
  livingprofile hooks replay crm/main --failed
  livingprofile hooks replay crm/main --from 2026-11-20T00:00:00Z`
}

// Run makes deliveries due again.
func (c *hooksReplayCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withTarget(ctx, env, c.Endpoint, func(a *wire.App, t *hook.Target) error {
		n, err := a.DB.Replay(ctx, t.ID, hook.Span{
			From: c.From, To: c.To, Subject: c.Subject, Entry: c.Delivery, Failed: c.Failed,
		}, byHooks, a.Clock.Now())
		if err == nil {
			fmt.Fprintf(env.stdout, "%d to be told to %s again.\n", n, t.ID)
		}
		return err
	})
}

type hooksPauseCmd struct {
	Endpoint string `arg:"" help:"System and endpoint, as crm/main."`
}

func (*hooksPauseCmd) Help() string { return "Example:\n  livingprofile hooks pause crm/main" }

// Run pauses an endpoint.
func (c *hooksPauseCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.setMode(ctx, env, c.Endpoint, hook.Paused, "staff", "is sent nothing until you resume it")
}

type hooksResumeCmd struct {
	Endpoint string `arg:"" help:"System and endpoint, as crm/main."`
}

func (*hooksResumeCmd) Help() string { return "Example:\n  livingprofile hooks resume crm/main" }

// Run takes an endpoint up again, also one that answered that it is gone.
func (c *hooksResumeCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.setMode(ctx, env, c.Endpoint, hook.Active, "", "is sent to again")
}

func (d *Data) setMode(ctx context.Context, env *environment, endpoint string, m hook.Mode, cause, words string) error {
	return d.withTarget(ctx, env, endpoint, func(a *wire.App, t *hook.Target) error {
		err := a.DB.SetMode(ctx, t.ID, m, cause, "", byHooks, a.Clock.Now())
		if err == nil {
			fmt.Fprintf(env.stderr, "%s %s.\n", t.ID, words)
		}
		return err
	})
}
