package bench

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/cmd/bench/floor"
	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/profile"
)

// seed makes the same people in each run.
const seed = 2026

// fewConsents is how many consents most people have; visitors have one on each
// purpose that leaves a choice.
const fewConsents = 4

// mostVisitors keeps two requests of one visitor from being under way at the
// same time.
const mostVisitors = 64

// people are whom the load is about.
type people struct {
	subjects []id.Subject
	names    []string // of the subjects, for the system that asks
	key      string   // of that system
	visitors []visitor
}

// A visitor is somebody who is signed in.
type visitor struct {
	subject      id.Subject
	cookie, csrf string
	notices      map[consent.PurposeID]string // hash of the words, in locale
}

// locale is the language that visitors read.
const locale = "ja"

// sharedFile holds, in the folder of an installation whose database several
// processes share, the address of that.
const sharedFile = "postgres"

// installation is the one in folder, as it is reached at host.
func installation(folder, host string) wire.Settings {
	s := wire.Settings{Database: folder, BaseURL: "http://" + host}
	if address, err := os.ReadFile(filepath.Join(folder, sharedFile)); err == nil {
		s.Database, s.Folder = string(address), folder
	}
	return s
}

// settle lays a product and a floor that hold the same into folder: n people,
// and visitors besides.
func settle(ctx context.Context, folder string, n, visitors int) (*people, error) {
	a, err := wire.Open(ctx, installation(folder, "127.0.0.1"), clock.System{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return nil, err
	}
	p, err := move(ctx, a, n, visitors)
	if err = errors.Join(err, a.Close()); err != nil {
		return nil, fmt.Errorf("fill product: %w", err)
	}
	db, err := floor.Open(ctx, folder)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	err = db.Fill(ctx, n+visitors, func(i int) floor.Person { return p.onFloor(i, now) })
	return p, errors.Join(err, db.Close())
}

// enterAtOnce is how many come in at a time, so that they share syncs.
const enterAtOnce = 64

// move declares the organisation and brings the people in.
func move(ctx context.Context, a *wire.App, n, visitors int) (*people, error) {
	actor := ledger.Actor{Kind: ledger.ByProgram, ID: "bench"}
	if _, err := a.Declare(ctx, wire.Declaration{Draft: draft(), Actor: actor}); err != nil {
		return nil, err
	}
	all := make([]id.Subject, n+visitors)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(enterAtOnce)
	for i := range all {
		g.Go(func() (err error) {
			all[i], err = enter(gctx, a, i, i >= n)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	p := &people{subjects: all[:n]}
	if err := p.name(ctx, a); err != nil {
		return nil, err
	}
	sessions := login.NewSessions(a.DB, a.DB.Ring(), a.Clock, login.Settings{})
	for _, subject := range all[n:] {
		v, err := signIn(ctx, a, sessions, subject)
		if err != nil {
			return nil, err
		}
		p.visitors = append(p.visitors, v)
	}
	return p, a.DB.Optimize(ctx)
}

// name makes a key, and reads by which names its system knows the people.
func (p *people) name(ctx context.Context, a *wire.App) (err error) {
	_, p.key, err = a.Keys().Make(ctx, authz.APIKey{
		System: systemName, Name: "bench", Brand: brandName, Scopes: []authz.Permission{authz.DecisionAsk, authz.AudienceRead}, ExpiresAt: a.Clock.Now().Add(24 * time.Hour),
	})
	for _, s := range p.subjects {
		if err != nil {
			return err
		}
		var name string
		name, err = a.DB.Ring().Pairwise(systemName, s)
		p.names = append(p.names, name)
	}
	return err
}

// enter writes person number i in one change.
func enter(ctx context.Context, a *wire.App, i int, visits bool) (id.Subject, error) {
	now := a.Clock.Now()
	person := demo.At(seed, i, now)
	c := identity.New([]identity.Identifier{{
		Kind: identity.Email, Value: address(i), VerifiedAt: now, Source: systemName,
	}}, ledger.Actor{Kind: ledger.BySystem, ID: systemName}, now)
	org := a.Current.Load()
	claims := map[string]profile.Claim{}
	for name, value := range values(&person, i) {
		claims[name] = profile.Claim{Value: value, Source: systemName, Origin: profile.Provided, At: now, Recorded: now}
	}
	state, steps := profile.ObserveAll(profile.State{}, claims, func(name string) *profile.Field {
		f, _ := org.Field(name)
		return f
	}, org.Rank)
	c.Entries = append(c.Entries, profile.Entry(steps...))
	c.Rows = append(c.Rows, state)
	records, err := decisions(a, c.Subject, visits)
	if err != nil {
		return "", err
	}
	for _, r := range records {
		c.Entries = append(c.Entries, r.Entry())
		c.Rows = append(c.Rows, r)
	}
	c.Rows = append(c.Rows, consent.Fold(records))
	_, err = a.DB.Commit(ctx, c)
	return c.Subject, err
}

// decisions are the consents that somebody comes with.
func decisions(a *wire.App, subject id.Subject, visits bool) ([]consent.Record, error) {
	n := fewConsents
	if visits {
		n = asked
	}
	var records []consent.Record
	for i := range n {
		v, ok := a.Current.Load().Purpose(purposeName(i))
		if !ok {
			return nil, fmt.Errorf("no purpose %s", purposeName(i))
		}
		r, _, err := consent.Decide(consent.Standing{Status: consent.Unknown}, consent.Decision{
			Subject: subject, Purpose: v, Answer: consent.Yes, Locale: locale, Brand: brandName, Channel: "api",
			Proof: consent.Proof{Kind: consent.BySystemSays, Ref: systemName}, At: a.Clock.Now(),
		})
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

func signIn(ctx context.Context, a *wire.App, sessions *login.Sessions, subject id.Subject) (visitor, error) {
	_, token, err := sessions.Start(ctx, login.SignedIn{
		Subject: subject, Brand: brandName, Method: login.ByLink, Assurance: login.Mailbox, UserAgent: "bench",
	}, "")
	v := visitor{
		subject: subject, cookie: "session=" + token, notices: map[consent.PurposeID]string{},
		csrf: base64.RawURLEncoding.EncodeToString(a.DB.Ring().Digest("csrf", []byte(token))),
	}
	for _, purpose := range a.Current.Load().AllPurposes() {
		v.notices[purpose.Purpose] = purpose.Notice(locale).Hash
	}
	return v, err
}

func address(i int) string { return fmt.Sprintf("person-%d@mail.example.com", i) }

// about makes the values of a person come to one kilobyte.
var about = strings.Repeat("Plays at home in the evening. ", 24)

// values are what is held of a person, by field.
func values(p *demo.Person, i int) map[string]string {
	return map[string]string{
		"given-name": p.Given, "family-name": p.Family, "email": address(i), "phone": p.Phone,
		"birthday": p.Birthday.Format(time.DateOnly), "street": p.Home.Street, "city": p.City,
		"postcode": p.Home.Postcode, "country": p.Country, "instrument": p.Instrument,
		"interests": strings.Join(p.Interests, ", "), "about": about,
	}
}

// onFloor is person number i as the floor holds them.
func (p *people) onFloor(i int, now time.Time) floor.Person {
	if i < len(p.subjects) {
		return p.as(p.subjects[i], i, fewConsents, now)
	}
	return p.as(p.visitors[i-len(p.subjects)].subject, i, purposes, now)
}

// as is person number i under an id, with n consents.
func (p *people) as(who id.Subject, i, n int, now time.Time) floor.Person {
	person := demo.At(seed, i, now)
	v := values(&person, i)
	f := floor.Person{Profile: floor.Profile{
		ID: string(who), Given: v["given-name"], Family: v["family-name"], Email: v["email"], Phone: v["phone"],
		Birthday: v["birthday"], Street: v["street"], City: v["city"], Postcode: v["postcode"], Country: v["country"],
		Instrument: v["instrument"], Interests: v["interests"], About: v["about"],
	}}
	for k := range n {
		purpose := purposeName(k)
		f.Consents = append(f.Consents, floor.Consent{
			Purpose: string(purpose), Status: "given", At: now.UnixMicro(), Notice: p.visitors[0].notices[purpose],
		})
	}
	return f
}
