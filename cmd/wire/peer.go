package wire

import (
	"context"

	"livingprofile/handlers/api"
	"livingprofile/handlers/scim"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// scim returns what answers systems that speak SCIM.
func (s *Service) scim(a *api.API) *scim.SCIM {
	return scim.New(scim.Deps{
		API: a, Store: told{s.DB}, Names: s.DB.Ring(), Door: s.Door, Clock: s.Clock, Base: s.base,
		Forget: func(ctx context.Context, system, brand string, subject id.Subject) error {
			_, err := s.PassOn(ctx, system, brand, subject, rights.Erasure)
			return err
		},
	})
}

// PassOn files a request of a person that a system passes on: who asks is
// proved by the system alone, and so staff decide on what is grave. Without a
// brand it is filed at the first.
func (s *Service) PassOn(ctx context.Context, system, brand string, subject id.Subject, kind rights.Kind) (rights.Request, error) {
	org, now := s.Current.Load(), s.Clock.Now()
	for i := range org.Brands {
		if brand == "" && !org.Brands[i].Retired {
			brand = org.Brands[i].Name
		}
	}
	b, ok := org.Brand(brand)
	if !ok {
		return rights.Request{}, errs.New(errs.NotFound, "error.no_brand")
	}
	r, _, err := s.Rights.File(ctx, rights.Filing{
		Subject: subject, Actor: ledger.Actor{Kind: ledger.BySystem, ID: system}, Kind: kind,
		Proof: rights.Proof{Method: rights.BySystem, Session: system, At: now},
		Brand: brand, Locale: b.Locales[0], Zone: org.Zone(brand), Pack: s.Laws.For(b.Place(), now),
	})
	return r, err
}
