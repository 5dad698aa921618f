package logintest_test

import (
	"testing"

	"livingprofile/internal/id"
	"livingprofile/internal/login"
	"livingprofile/internal/login/logintest"
)

func TestMemory(t *testing.T) {
	logintest.Run(t, func(*testing.T) logintest.Backend {
		m := logintest.NewMemory()
		return logintest.Backend{
			Store:   m,
			Subject: func() id.Subject { return id.Subject(id.New()) },
			Jobs:    m.Jobs,
			Journal: func(s id.Subject) []login.Journal {
				var of []login.Journal
				for _, j := range m.Journal() {
					if j.Subject == s {
						of = append(of, j)
					}
				}
				return of
			},
		}
	})
}
