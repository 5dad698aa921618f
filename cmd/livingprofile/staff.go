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
	"livingprofile/internal/errs"
	"livingprofile/internal/staff"
)

type staffCmd struct {
	Invite  staffInviteCmd  `cmd:"" help:"Invite somebody to the console; prints a link that works once."`
	List    staffListCmd    `cmd:"" help:"List the staff members."`
	Disable staffDisableCmd `cmd:"" help:"End a staff member at once."`
}

type staffInviteCmd struct {
	Name  string   `arg:"" help:"What they are called."`
	Email string   `arg:"" help:"Address to know them by; nothing is sent to it."`
	Role  string   `help:"${roles}." required:""`
	Brand []string `help:"Brands they are limited to; all by default."`
	URL   string   `name:"console-url" help:"Address under which staff reach the console, for the link." default:"http://localhost:8080" env:"LIVINGPROFILE_CONSOLE_URL"`
}

func (*staffInviteCmd) Help() string {
	return `Whoever opens the link makes a passkey, and signs in with it from then on. For
somebody who has lost theirs, an administrator makes another link in the console.

Examples:
  livingprofile staff invite --role administrator "Mika Mori" mori@example.com
  livingprofile staff invite --role support --brand hibiki "Jo Sato" sato@example.com --console-url https://console.example.com`
}

// Run makes a member and prints the link of their invitation.
func (c *staffInviteCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withStaff(ctx, env, func(s *staff.Service) error {
		m, token, err := s.Invite(ctx, staff.By{}, staff.Member{Name: c.Name, Email: c.Email, Role: authz.Role(c.Role), Brands: c.Brand})
		if err != nil {
			return whatIsWrong(err)
		}
		fmt.Fprintf(env.stderr, "Member %s, %s. The link works once, for %d hours:\n", m.ID, m.Role, int(staff.InviteLife/time.Hour))
		_, err = fmt.Fprintln(env.stdout, strings.TrimRight(c.URL, "/")+"/console/invite/"+token)
		return err
	})
}

// whatIsWrong names the arguments that were refused.
func whatIsWrong(err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind != errs.Invalid {
		return err
	}
	words := map[string]string{
		"error.staff_brands_needed":  "needs at least one brand",
		"error.staff_brands_useless": "cannot be limited to brands in this role",
	}
	var all []string
	for _, f := range e.Fields {
		text, ok := words[f.ID]
		if !ok {
			text = "is not one that there can be"
		}
		all = append(all, f.Path+": "+text)
	}
	return errors.New(strings.Join(all, "; "))
}

// roles lists the roles for help.
func roles() string {
	var all []string
	for _, r := range authz.Roles() {
		all = append(all, string(r))
	}
	return strings.Join(all, ", ")
}

type staffListCmd struct{}

func (staffListCmd) Help() string { return "Example:\n  livingprofile staff list" }

// Run prints a line for each member.
func (staffListCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withStaff(ctx, env, func(s *staff.Service) error {
		all, err := s.Members(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "MEMBER\tNAME\tEMAIL\tROLE\tBRANDS\tSTATE")
		for _, m := range all {
			brands := strings.Join(m.Brands, ",")
			if brands == "" {
				brands = "*"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", m.ID, m.Name, m.Email, m.Role, brands, memberState(m))
		}
		return w.Flush()
	})
}

func memberState(m staff.Member) string {
	switch {
	case !m.Enabled():
		return "disabled " + day(m.DisabledAt)
	case m.JoinedAt.IsZero():
		return "invited " + day(m.CreatedAt)
	}
	return "since " + day(m.JoinedAt)
}

type staffDisableCmd struct {
	Member string `arg:"" help:"Id of the member, as listed."`
}

func (*staffDisableCmd) Help() string {
	return "Example:\n  livingprofile staff disable 06h02jqkkttb32t1mu09soq0ds"
}

// Run ends a member.
func (c *staffDisableCmd) Run(ctx context.Context, env *environment, d *Data) error {
	return d.withStaff(ctx, env, func(s *staff.Service) error {
		err := s.Disable(ctx, staff.By{}, staff.MemberID(c.Member))
		switch {
		case errors.Is(err, errs.NotFound):
			return fmt.Errorf("no member %q can sign in; livingprofile staff list has all", c.Member)
		case errors.Is(err, errs.Conflict):
			return errors.New("this is the last administrator: invite another first, and have them sign in")
		case err == nil:
			fmt.Fprintf(env.stderr, "Member %s is signed out and cannot sign in any more.\n", c.Member)
		}
		return err
	})
}

func (d *Data) withStaff(ctx context.Context, env *environment, fn func(*staff.Service) error) error {
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	return errors.Join(withOffice(a, fn), a.Close())
}

func withOffice(a *wire.App, fn func(*staff.Service) error) error {
	s, err := a.Office("")
	if err != nil {
		return err
	}
	return fn(s)
}
