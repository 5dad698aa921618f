package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
)

// A Passkey is one key pair of a member; we have the public half.
type Passkey struct {
	ID         string // made by us
	Member     MemberID
	Credential []byte // the library's record as JSON, sealed: whoever adds one to the database has no key to sign in with
	CreatedAt  time.Time
	UsedAt     time.Time // zero before the first use
}

// A Ceremony is a challenge that waits for its answer.
type Ceremony struct {
	Token     []byte // digest of the challenge
	Member    MemberID
	Invite    []byte // digest of the invitation that it takes up; nil to sign in
	Body      []byte // the library's state as JSON, sealed
	CreatedAt time.Time
	ExpiresAt time.Time
}

// ceremonyLife is how long somebody may look for their key.
const ceremonyLife = 5 * time.Minute

// party returns who passkeys belong to: the host of origin. Browsers refuse
// addresses of the form 127.0.0.1 (WebAuthn, 5.1.2).
func party(origin string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return nil, fmt.Errorf("passkeys need a host name, and %q has none", origin)
	}
	required := true
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Living Profile", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &required, ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired,
		},
	})
}

// A holder is a member as the library knows one.
type holder struct {
	member      Member
	credentials []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return []byte(h.member.ID) }
func (h *holder) WebAuthnName() string                       { return h.member.Email }
func (h *holder) WebAuthnDisplayName() string                { return h.member.Name }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

// holder reads a member with their passkeys.
func (s *Service) holder(ctx context.Context, m MemberID) (*holder, []Passkey, error) {
	member, err := s.enabled(ctx, m)
	if err != nil {
		return nil, nil, err
	}
	keys, err := s.store.StaffPasskeys(ctx, m)
	if err != nil {
		return nil, nil, err
	}
	h := &holder{member: member}
	for _, k := range keys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Credential, &c); err != nil {
			return nil, nil, fmt.Errorf("passkey %s: %w", k.ID, err)
		}
		h.credentials = append(h.credentials, c)
	}
	return h, keys, nil
}

// Invited returns whom an invitation is for; errs.Gone when it cannot be taken
// up (any more). It spends nothing.
func (s *Service) Invited(ctx context.Context, token string) (Member, error) {
	_, m, err := s.invited(ctx, token)
	return m, err
}

func (s *Service) invited(ctx context.Context, token string) (Invite, Member, error) {
	gone := errs.New(errs.Gone, "error.invite_gone")
	if !login.ValidToken(token) {
		return Invite{}, Member{}, gone
	}
	invite, err := s.entrance.StaffInvite(ctx, s.keys.Digest(inviteDomain, []byte(token)))
	if errors.Is(err, errs.NotFound) {
		return Invite{}, Member{}, gone
	}
	if err != nil {
		return Invite{}, Member{}, err
	}
	if err := invite.Usable(s.clock.Now()); err != nil {
		return Invite{}, Member{}, err
	}
	m, err := s.enabled(ctx, invite.Member)
	if errors.Is(err, errs.NotFound) {
		return Invite{}, Member{}, gone
	}
	return invite, m, err
}

// BeginJoin returns what the browser of somebody invited needs to make a
// passkey, as JSON.
func (s *Service) BeginJoin(ctx context.Context, token string, from netip.Addr) ([]byte, error) {
	if err := s.mayBegin(ctx, from); err != nil {
		return nil, err
	}
	invite, m, err := s.invited(ctx, token)
	if err != nil {
		return nil, err
	}
	h, _, err := s.holder(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	options, state, err := s.party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.credentials).CredentialDescriptors()))
	if err != nil {
		return nil, fmt.Errorf("begin passkey: %w", err)
	}
	return s.ask(ctx, options.Response, state, m.ID, invite.Token)
}

// BeginSignIn returns what a browser needs to use a passkey, as JSON. It is the
// same whoever asks.
func (s *Service) BeginSignIn(ctx context.Context, from netip.Addr) ([]byte, error) {
	if err := s.mayBegin(ctx, from); err != nil {
		return nil, err
	}
	options, state, err := s.party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, fmt.Errorf("begin sign-in: %w", err)
	}
	return s.ask(ctx, options.Response, state, "", nil)
}

// ask keeps a challenge and returns the options for the browser.
func (s *Service) ask(ctx context.Context, options any, state *webauthn.SessionData, m MemberID, invite []byte) ([]byte, error) {
	now := s.clock.Now()
	body, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	err = s.entrance.SaveCeremony(ctx, Ceremony{
		Token: s.keys.Digest(ceremonyDomain, []byte(state.Challenge)), Member: m, Invite: invite, Body: body,
		CreatedAt: now, ExpiresAt: now.Add(ceremonyLife),
	})
	if err != nil {
		return nil, fmt.Errorf("keep challenge: %w", err)
	}
	return json.Marshal(options)
}

// answered takes the challenge that an answer names; after that nobody else can
// (S19).
func (s *Service) answered(ctx context.Context, challenge string) (Ceremony, webauthn.SessionData, error) {
	var state webauthn.SessionData
	c, err := s.entrance.TakeCeremony(ctx, s.keys.Digest(ceremonyDomain, []byte(challenge)), s.clock.Now())
	if err != nil {
		return c, state, err
	}
	return c, state, json.Unmarshal(c.Body, &state)
}

// refused is the one word on a passkey that was not accepted; the cause is for
// the log.
func refused(cause error) error {
	return errs.Wrap(errs.Forbidden, "error.passkey_refused", cause)
}

// Join takes an invitation up with the passkey that the browser has made, and
// signs the member in. It returns the session and the value of its cookie. Of
// any number of uses of an invitation one succeeds; the others are errs.Gone.
func (s *Service) Join(ctx context.Context, token string, answer []byte) (Session, string, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Session{}, "", refused(err)
	}
	invite, m, err := s.invited(ctx, token)
	if err != nil {
		return Session{}, "", err
	}
	ceremony, state, err := s.answered(ctx, parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return Session{}, "", err
	}
	if ceremony.Member != m.ID || string(ceremony.Invite) != string(invite.Token) {
		return Session{}, "", refused(errors.New("the challenge is another's"))
	}
	h, _, err := s.holder(ctx, m.ID)
	if err != nil {
		return Session{}, "", err
	}
	credential, err := s.party.CreateCredential(h, state, parsed)
	if err != nil {
		return Session{}, "", refused(err)
	}
	body, err := json.Marshal(credential)
	if err != nil {
		return Session{}, "", err
	}
	now := s.clock.Now()
	session, cookie := begin(s.keys, m, now)
	_, err = s.store.Commit(ctx, ledger.Change{
		At: now, Actor: m.Actor(),
		Rows: []any{
			TakenUp{invite.Token},
			Passkey{ID: id.New(), Member: m.ID, Credential: body, CreatedAt: now},
			session,
		},
		Entries: []ledger.Draft{
			{Kind: KindJoined, Payload: Trace{m.ID, string(m.Role), m.Brands}},
			{Kind: KindSignedIn, Payload: Trace{Member: m.ID}},
		},
	})
	return session, cookie, err
}

// SignIn signs a member in by their passkey, and returns the session and the
// value of its cookie. Everything that is not accepted is errs.Forbidden or,
// for a challenge that was answered or is over, errs.Gone.
func (s *Service) SignIn(ctx context.Context, answer []byte) (Session, string, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Session{}, "", refused(err)
	}
	ceremony, state, err := s.answered(ctx, parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return Session{}, "", err
	}
	if ceremony.Member != "" {
		return Session{}, "", refused(errors.New("the challenge is for another act"))
	}
	var h *holder
	var keys []Passkey
	credential, err := s.party.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		h, keys, err = s.holder(ctx, MemberID(handle))
		if err != nil {
			return nil, err
		}
		return h, nil
	}, state, parsed)
	switch {
	case err != nil:
		return Session{}, "", refused(err)
	case credential.Authenticator.CloneWarning:
		return Session{}, "", refused(errors.New("the counter of the passkey went back"))
	}
	used, err := s.used(h, keys, credential)
	if err != nil {
		return Session{}, "", err
	}
	now := s.clock.Now()
	used.UsedAt = now
	session, cookie := begin(s.keys, h.member, now)
	_, err = s.store.Commit(ctx, ledger.Change{
		At: now, Actor: h.member.Actor(), Rows: []any{Used{used}, session},
		Entries: []ledger.Draft{{Kind: KindSignedIn, Payload: Trace{Member: h.member.ID}}},
	})
	return session, cookie, err
}

// used returns the passkey that was used as it stands after it.
func (s *Service) used(h *holder, keys []Passkey, c *webauthn.Credential) (Passkey, error) {
	for i := range h.credentials {
		if string(h.credentials[i].ID) != string(c.ID) {
			continue
		}
		body, err := json.Marshal(c)
		if err != nil {
			return Passkey{}, err
		}
		keys[i].Credential = body
		return keys[i], nil
	}
	return Passkey{}, refused(errors.New("the passkey is not the member's"))
}
