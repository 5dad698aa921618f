package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"livingprofile/cmd/crm"
	"livingprofile/cmd/gateway"
	"livingprofile/cmd/newsletter"
	"livingprofile/cmd/wire"
	"livingprofile/handlers/portal"
	"livingprofile/internal/demo"
	"livingprofile/internal/mail/mailbox"
	"livingprofile/internal/transfer"
)

// receivers are what the demo listens with: its own portal, and those who are
// outside of it.
type receivers struct {
	portal     net.Listener
	box        *mailbox.Server
	shops      net.Listener
	newsletter net.Listener
	crm        net.Listener
	gateway    net.Listener
}

func (r *receivers) close() {
	for _, l := range []net.Listener{r.shops, r.newsletter, r.crm, r.gateway} {
		if l != nil {
			_ = l.Close() // a server has closed it mostly
		}
	}
}

// told are the addresses that the demo connects to.
func (r *receivers) told() []string {
	_, own, _ := net.SplitHostPort(r.portal.Addr().String())
	return []string{
		r.portal.Addr().String(), net.JoinHostPort("127.0.0.1", own), net.JoinHostPort("::1", own), r.newsletter.Addr().String(), r.crm.Addr().String(), r.gateway.Addr().String(),
	}
}

// neighbours are where the connected systems are reached.
func (r *receivers) neighbours(a *wire.App) (demo.Neighbours, error) {
	key, err := a.TransferKey()
	return demo.Neighbours{
		Itself: base(r.portal) + transfer.TakePath, ItselfKey: key.Public(),
		Newsletter: base(r.newsletter) + "/hooks", CRM: base(r.crm) + "/hooks", Feed: base(r.crm) + "/feed",
		Machines: base(r.gateway) + "/hooks",
	}, err
}

// around are their pages, and who may sign in to see what arrives there.
func (r *receivers) around(a *wire.App) *portal.Around {
	at := &portal.Around{Mailbox: "/mailbox", Systems: []portal.AroundSystem{
		{Name: demo.Newsletter, URL: base(r.newsletter)}, {Name: demo.CRM, URL: base(r.crm)}, {Name: demo.Machines, URL: base(r.gateway)},
	}}
	for _, p := range demo.People(1, 3, a.Clock.Now()) {
		at.People = append(at.People, p.Email)
	}
	return at
}

// receive starts the systems, which keep what they are told in folder.
func (r *receivers) receive(ctx context.Context, a *wire.App, folder string) (stop func(), err error) {
	at, err := r.neighbours(a)
	if err != nil {
		return nil, err
	}
	secrets, err := a.ConnectAll(ctx, at)
	if err != nil {
		return nil, err
	}
	tool, err := newsletter.New(secrets[demo.Newsletter].String(), folder)
	if err != nil {
		return nil, err
	}
	people := demo.People(1, 3, a.Clock.Now())
	desk := crm.Options{Secret: secrets[demo.CRM].String(), Folder: folder}
	if desk.Key, err = a.FeedKey(demo.FeedSecret); err != nil {
		return nil, err
	}
	club := gateway.Options{Secret: secrets[demo.Machines].String(), Folder: folder, Portal: base(r.portal)}
	if club.Key, err = a.GatewayKey(ctx); err != nil {
		return nil, err
	}
	for i := range people {
		p := &people[i]
		if p.CRM != nil {
			desk.Contacts = append(desk.Contacts, crm.Contact{Number: p.CRM.Number, Name: p.FullName(), Phone: p.CRM.Phone})
		}
		if p.Machines != nil {
			club.Members = append(club.Members, gateway.Member{Number: p.Machines.Number, Name: p.FullName()})
		}
	}
	customers, err := crm.New(desk)
	if err != nil {
		return nil, err
	}
	machines, err := gateway.New(club)
	if err != nil {
		return nil, err
	}
	var all []*http.Server
	for _, one := range []struct {
		at net.Listener
		do http.Handler
	}{{r.newsletter, tool.Handler()}, {r.crm, customers.Handler()}, {r.gateway, machines.Handler()}} {
		server := &http.Server{Handler: one.do, ReadHeaderTimeout: 5 * time.Second}
		all = append(all, server)
		go func() { _ = server.Serve(one.at) }()
	}
	return func() {
		for _, server := range all {
			_ = server.Close() // nothing hangs on its last answer
		}
	}, nil
}
