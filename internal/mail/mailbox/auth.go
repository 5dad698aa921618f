package mailbox

import (
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"livingprofile/internal/secret"
)

var _ smtp.AuthSession = (*session)(nil)

// AuthMechanisms is smtp.AuthSession.AuthMechanisms.
func (s *session) AuthMechanisms() []string {
	if s.server.opts.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth is smtp.AuthSession.Auth.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		o := s.server.opts
		if !secret.Equal(username, o.Username) || !secret.Equal(password, o.Password) {
			return smtp.ErrAuthFailed
		}
		s.signed = true
		return nil
	}), nil
}
