package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"livingprofile/cmd/storefront"
	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/demo"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/mail"
	"livingprofile/internal/mail/mailbox"
	"livingprofile/internal/staff"
)

type demoCmd struct {
	Listen string        `help:"Address to listen on; the mail receiver takes the next free port." default:"127.0.0.1:8080" env:"LIVINGPROFILE_LISTEN"`
	Folder string        `name:"data" help:"Folder to keep the demo in; by default one that is thrown away." placeholder:"DIR"`
	People int           `help:"How many made-up people." default:"300"`
	JSON   bool          `help:"Print addresses, people and one API key for each system as one JSON line."`
	Drain  time.Duration `help:"How long running requests may take when the program is told to stop." default:"5s" hidden:""`
}

func (*demoCmd) Help() string {
	return `Nothing leaves this machine: mail goes to a mailbox page of the demo itself.

Examples:
  livingprofile demo
  livingprofile demo --listen 127.0.0.1:9000 --data ./demo
  livingprofile --database postgres://app@localhost/demo demo`
}

// Run serves the demo until it is told to stop.
func (c *demoCmd) Run(ctx context.Context, env *environment, d *Data) error {
	l, err := listen(c.Listen, "--listen")
	if err != nil {
		return err
	}
	defer l.Close() //nolint:errcheck // the server has closed it mostly
	box, err := mailbox.Listen(mailbox.Options{Addr: net.JoinHostPort(host(l), "0")})
	if err != nil {
		return err
	}
	defer box.Close()
	temporary, err := os.MkdirTemp("", "livingprofile-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	settings := c.settings(d, temporary, l, box)
	r := receivers{portal: l, box: box}
	defer r.close()
	for _, one := range []*net.Listener{&r.shops, &r.newsletter, &r.crm, &r.gateway} {
		if *one, err = net.Listen("tcp", net.JoinHostPort(host(l), "0")); err != nil {
			return err
		}
	}
	settings.Outbound = r.told()
	a, err := wire.Open(ctx, settings, clock.System{}, d.logger(env.stderr))
	if err == nil {
		err = errors.Join(c.serve(ctx, env, a, settings.Folder, r), a.Close())
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // told to stop before it was ready
	}
	return err
}

// settings are those of an installation in the folder that was given, else in
// a temporary one. A demo on PostgreSQL outlives a temporary folder, and so its
// master key is where that of any other installation is.
func (c *demoCmd) settings(d *Data, temporary string, l net.Listener, box *mailbox.Server) wire.Settings {
	s := d.settings()
	s.BaseURL = base(l)
	switch {
	case c.Folder != "":
		s.Folder = c.Folder
	case onPostgres(s.Database):
		s.Master = s.MasterPath()
		s.Folder = temporary
	case s.Database != defaultDatabase:
		s.Folder = s.Database
	default:
		s.Folder = temporary
	}
	if !onPostgres(s.Database) {
		s.Database = s.Folder
	}
	s.Mail.Config = mail.Config{Host: box.Host(), Port: box.Port(), TLS: mail.NoTLS}
	s.Mail.From = "privacy@demo.example.com"
	// Somebody who tries things out signs in more often than people do.
	s.Sign.AsksPerAddress, s.Sign.AsksPerNetwork = 100, 1000
	return s
}

func (c *demoCmd) serve(ctx context.Context, env *environment, a *wire.App, folder string, r receivers) error {
	if err := a.Seed(ctx, folder, c.People); err != nil {
		return fmt.Errorf("make the demo: %w", err)
	}
	sites, err := r.shop(ctx, a)
	if err != nil {
		return fmt.Errorf("open the shops: %w", err)
	}
	defer sites.Close() //nolint:errcheck // nothing hangs on its last answer
	stop, err := r.receive(ctx, a, folder)
	if err != nil {
		return fmt.Errorf("connect the systems: %w", err)
	}
	defer stop()
	service, err := wire.NewService(ctx, a, wire.Options{Version: version, Mailbox: r.box, Around: r.around(a)})
	if err != nil {
		return err
	}
	g, err := c.guide(ctx, a, base(r.portal), net.JoinHostPort(r.box.Host(), strconv.Itoa(r.box.Port())))
	if err != nil {
		return err
	}
	var ids []staff.MemberID
	if g.Staff, ids, err = members(ctx, service); err != nil {
		return err
	}
	if err := service.SeedRequests(ctx, folder, c.People, ids[0], ids[1]); err != nil {
		return fmt.Errorf("make the demo: %w", err)
	}
	g.Newsletter, g.CRM, g.Gateway = base(r.newsletter), base(r.crm), base(r.gateway)
	for i := range g.Brands {
		g.Brands[i].Site = storefront.Origin(g.Brands[i].Name, r.shopPort())
	}
	if c.JSON {
		err = json.NewEncoder(env.stdout).Encode(g)
	} else {
		_, err = fmt.Fprint(env.stdout, g)
	}
	if err != nil {
		return err
	}
	return serveUntil(ctx, service, r.portal, nil, c.Drain)
}

// A guide says where to go and whom to sign in as.
type guide struct {
	URL     string `json:"url"`
	Mailbox string `json:"mailbox"`
	SMTP    string `json:"smtp"` // where the mailbox receives
	// The pages of connected systems.
	Newsletter string            `json:"newsletter"`
	CRM        string            `json:"crm"`
	Gateway    string            `json:"gateway"`
	Health     string            `json:"health"`
	Brands     []guideBrand      `json:"brands"`
	People     []guidePerson     `json:"people"`
	Keys       map[string]string `json:"api_keys"`
	Staff      []guideMember     `json:"staff"`
}

// A guideMember is a staff member, with a link that lets one browser in once.
type guideMember struct {
	Name string     `json:"name"`
	Role authz.Role `json:"role"`
	Link string     `json:"link"`
}

type guideBrand struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	URL   string `json:"url"`
	Site  string `json:"site"` // of the brand itself, elsewhere
}

type guidePerson struct {
	Name    string     `json:"name"`
	Email   string     `json:"email"` // to sign in with
	Locale  string     `json:"locale"`
	Subject id.Subject `json:"subject"`
}

// guide makes an API key for the commands of the reference, and for scripts one
// for each system.
func (c *demoCmd) guide(ctx context.Context, a *wire.App, base, smtp string) (*guide, error) {
	g := &guide{URL: base, Mailbox: base + "/mailbox", SMTP: smtp, Health: base + "/readyz", Keys: map[string]string{}}
	for _, b := range a.Current.Load().Brands {
		g.Brands = append(g.Brands, guideBrand{Name: b.Name, Label: b.Label.In("en"), URL: base + "/" + b.Name})
	}
	for _, p := range demo.People(1, 3, a.Clock.Now()) {
		subject, err := a.Identity.ByEmail(ctx, p.Email)
		if err != nil && !errors.Is(err, errs.NotFound) {
			return nil, err
		}
		g.People = append(g.People, guidePerson{p.FullName(), p.Email, p.Locale, subject})
	}
	for _, system := range a.Current.Load().Systems {
		if !c.JSON && system.Name != demo.CRM {
			continue
		}
		_, text, err := a.Keys().Make(ctx, authz.APIKey{
			Name: "demo", System: system.Name, Brand: authz.AllBrands, Fields: []string{authz.AllFields},
			Scopes: authz.Scopes(), ExpiresAt: a.Clock.Now().AddDate(0, 0, 30),
		})
		if err != nil {
			return nil, err
		}
		g.Keys[system.Name] = text
	}
	return g, nil
}

// members invites the demo's staff, those of an earlier start anew.
func members(ctx context.Context, service *wire.Service) ([]guideMember, []staff.MemberID, error) {
	all, err := service.Staff.Members(ctx)
	if err != nil {
		return nil, nil, err
	}
	var list []guideMember
	var ids []staff.MemberID
	for _, m := range []staff.Member{
		{Name: "Mika Mori", Email: "dpo@demo.example.com", Role: authz.DPO},
		{Name: "Ren Ito", Email: "reviewer@demo.example.com", Role: authz.Reviewer},
		{Name: "Sam Sato", Email: "administrator@demo.example.com", Role: authz.Administrator},
	} {
		var token string
		at := slices.IndexFunc(all, func(had staff.Member) bool { return had.Email == m.Email && had.Enabled() })
		if at >= 0 {
			m, token, err = service.Staff.InviteAgain(ctx, staff.By{}, all[at].ID)
		} else {
			m, token, err = service.Staff.Invite(ctx, staff.By{}, m)
		}
		if err != nil {
			return nil, nil, err
		}
		list, ids = append(list, guideMember{m.Name, m.Role, service.InviteURL(token)}), append(ids, m.ID)
	}
	return list, ids, nil
}

func (g *guide) String() string {
	var b strings.Builder
	b.WriteString("\nThe demo is ready. Nothing leaves this machine.\n\n")
	for _, brand := range g.Brands {
		fmt.Fprintf(&b, "  %-18s %s\n", brand.Label, brand.URL)
	}
	b.WriteString("\nThe brands' own shops, with the portal inside your account there:\n\n")
	for _, brand := range g.Brands {
		fmt.Fprintf(&b, "  %-18s %s\n", brand.Label, brand.Site)
	}
	b.WriteString("\n")
	fmt.Fprintf(&b, "  %-18s %s\n", "Mailbox", g.Mailbox)
	b.WriteString("\nSystems of others, which are told what people decide:\n\n")
	fmt.Fprintf(&b, "  %-18s %s\n", "Newsletter tool", g.Newsletter)
	fmt.Fprintf(&b, "  %-18s %s\n", "Customer desk", g.CRM)
	fmt.Fprintf(&b, "  %-18s %s\n\nSign in as one of\n\n", "Club machines", g.Gateway)
	for _, p := range g.People {
		fmt.Fprintf(&b, "  %-28s %s\n", p.Email, p.Name)
	}
	b.WriteString("\nand open the mail in the mailbox. Say no to the newsletter and watch it arrive\nin the newsletter tool; change a phone number at the customer desk and watch it\ncome back into the profile; end a session at the club machines and find it under\nwhat you did. Each has an address, a page and a file of its own.\n\nThe console is for staff. A link lets you in once; your browser makes a passkey\nto come back with.\n\n")
	for _, m := range g.Staff {
		fmt.Fprintf(&b, "  %-18s %s\n", m.Role, m.Link)
	}
	fmt.Fprintf(&b, "\nThe API for systems is described at\n\n  %s/api/v1/docs\n\nwith commands that run in a shell with\n\n", g.URL)
	fmt.Fprintf(&b, "  export KEY=%s SYSTEM=%s ENDPOINT=main\n", g.Keys[demo.CRM], demo.CRM)
	b.WriteString("\nStop with Ctrl-C.\n")
	return b.String()
}

// base returns the address to go to. From outside a container, what listens
// everywhere is reached as this machine.
func base(l net.Listener) string {
	a, ok := l.Addr().(*net.TCPAddr)
	if ok && a.IP.IsUnspecified() {
		return "http://localhost:" + strconv.Itoa(a.Port)
	}
	return "http://" + l.Addr().String()
}

// host returns where the mail receiver listens: beside the demo, and never for
// other machines.
func host(l net.Listener) string {
	if a, ok := l.Addr().(*net.TCPAddr); ok && a.IP.IsLoopback() {
		return a.IP.String()
	}
	return "127.0.0.1"
}
