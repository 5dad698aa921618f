package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"livingprofile/cmd/storefront"
	"livingprofile/cmd/wire"
	"livingprofile/internal/demo"
)

func (r *receivers) shopPort() string {
	_, port, _ := net.SplitHostPort(r.shops.Addr().String())
	return port
}

// shop starts the brands' own sites, which show the portal inside.
func (r *receivers) shop(ctx context.Context, a *wire.App) (*http.Server, error) {
	port := r.shopPort()
	at, err := r.neighbours(a)
	if err != nil {
		return nil, err
	}
	err = a.ShowOn(ctx, at, func(brand string) string { return storefront.Origin(brand, port) })
	if err != nil {
		return nil, err
	}
	var brands []storefront.Brand
	for _, b := range a.Current.Load().Brands {
		key, err := a.SiteKey(ctx, b.Name, demo.Shop)
		if err != nil {
			return nil, err
		}
		brands = append(brands, storefront.Brand{Name: b.Name, Label: b.Label.In("en"), Accent: b.Accent, Key: key})
	}
	var people []storefront.Person
	for _, p := range demo.People(1, 3, a.Clock.Now()) {
		people = append(people, storefront.Person{Name: p.FullName(), Email: p.Email})
	}
	sites := storefront.New(base(r.portal), port, brands, people)
	server := &http.Server{Handler: sites.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(r.shops) }()
	return server, nil
}
