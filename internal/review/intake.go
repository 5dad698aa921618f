package review

import (
	"context"

	"livingprofile/internal/errs"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
)

// Take files a request that came by phone or letter. Nothing that releases or
// destroys begins by it: somebody has to accept it, and an erasure takes two.
// Nobody takes down what they ask for themselves.
func (s *Service) Take(ctx context.Context, m staff.Member, f rights.Filing) (r rights.Request, known bool, err error) {
	if !m.Sees(f.Brand) {
		return r, false, errs.New(errs.Forbidden, "error.forbidden")
	}
	self, err := s.Is(ctx, m, f.Subject)
	if err != nil {
		return r, false, err
	}
	if self {
		return r, false, errs.New(errs.Forbidden, "request.error.own")
	}
	f.Actor = m.Actor()
	return s.rights.File(ctx, f)
}
