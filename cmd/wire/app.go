package wire

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"livingprofile/handlers/api"
	"livingprofile/internal/activity"
	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/automated"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/mail"
	"livingprofile/internal/profile"
	forms "livingprofile/internal/receipt"
	"livingprofile/internal/retention"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/store"
)

// An App is an open installation with everything that works on it.
type App struct {
	DB        *store.DB
	Master    *keyring.Master
	Current   *Current
	Clock     clock.Clock
	Log       *slog.Logger
	Bundle    *i18n.Bundle
	Identity  *identity.Service
	Profile   *profile.Service
	Consent   *consent.Service
	Joiner    *identity.Joiner
	Index     *decision.Index
	Door      *inbound.Service
	Activity  *activity.Service
	Automated *automated.Service
	Retention *retention.Service
	Audience  *audience.Sender

	NewMaster bool // the master key was made just now

	settings Settings
	keys     *authz.Keys
	erasures *rights.List // nil before EraseAgain
	metrics  *metrics
	laws     *rights.Packs
	signer   note.Signer
	verifier note.Verifier
	// publicKey is the verifier as text (golang.org/x/mod/sumdb/note).
	publicKey string
}

// Open opens the installation that the settings name, and makes it where there
// is none. Nothing runs in the background yet.
func Open(ctx context.Context, s Settings, c clock.Clock, log *slog.Logger) (*App, error) {
	if s.Keyless() {
		return nil, fmt.Errorf("the data is here and its master key is not: put the copy of %s back", s.MasterPath())
	}
	for _, path := range []string{s.MasterPath(), s.CheckpointPath(), s.ErasurePath()} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("make data folder: %w", err)
		}
	}
	master, created, err := keyring.OpenMaster(s.MasterPath())
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	db, err := store.Open(ctx, store.Options{
		Database: s.Database, Keys: s.Keys, Master: master, Clock: c, Connections: s.Connections,
	})
	if errors.Is(err, keyring.ErrMaster) {
		return nil, wrongMaster(s.MasterPath(), created)
	}
	if err != nil {
		return nil, err
	}
	a := &App{DB: db, Master: master, NewMaster: created, Clock: c, Log: log, settings: s, metrics: newMetrics()}
	if err := a.assemble(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

// wrongMaster says what to do about a master key that does not open the key
// store. One that was made just now is deleted: it has sealed nothing, and
// stands where the right one belongs.
func wrongMaster(path string, created bool) error {
	if created {
		return errors.Join(
			fmt.Errorf("%w: it was not at %s, where it is looked for. Put its copy there, or name it with --master-key", keyring.ErrMaster, path),
			os.Remove(path))
	}
	return fmt.Errorf("%w. The key is %s: put the right copy there, or name it with --master-key", keyring.ErrMaster, path)
}

func (a *App) assemble(ctx context.Context) (err error) {
	if a.Bundle, err = Words(); err != nil {
		return err
	}
	name := "livingprofile/" + a.DB.Installation()
	if a.signer, a.verifier, err = a.DB.Ring().CheckpointKeys(name); err != nil {
		return err
	}
	if a.publicKey, err = a.DB.Ring().CheckpointPublicKey(name); err != nil {
		return err
	}
	if a.laws, err = a.settings.Packs(); err != nil {
		return err
	}
	a.Current = &Current{db: a.DB, log: a.Log, laws: a.laws, clock: a.Clock}
	a.Index = decision.NewIndex(borne{told{a.DB}}, 0)
	a.Door = inbound.NewService(apart{a.DB}, a.DB.Ring(), func() inbound.Catalogue { return a.Current.Load() }, a.Clock)
	a.Door.Observe(a.metrics.change)
	a.DB.Tell(a.Index.Forget)
	a.keys = authz.NewKeys(a.DB, a.DB.Ring(), a.Clock)
	a.Identity = identity.NewService(a.DB, teller{a.DB.Ring(), a.settings.baseURL}, a.Clock)
	a.Profile = profile.NewService(a.DB, func() profile.Schema { return a.Current.Load() }, a.Clock)
	a.Consent = consent.NewService(a.DB, func() consent.Catalogue { return a.Current.Load() }, a.Clock)
	a.Activity = activity.NewService(apart{a.DB}, func() activity.Schema { return a.Current.Load() }, a.Clock)
	a.Automated = automated.NewService(store.Together{DB: a.DB}, func() automated.Schema { return a.Current.Load() }, a.Clock)
	a.Retention = retention.NewService(a.DB, func() retention.Schema { return a.Current.Load() }, a.Clock)
	a.join()
	a.Audience = a.audiences()
	return a.Current.Refresh(ctx)
}

// Verifier checks the signatures of checkpoints and receipts.
func (a *App) Verifier() note.Verifier { return a.verifier }

// PublicKey returns the verifier as text, for whoever checks without us.
func (a *App) PublicKey() string { return a.publicKey }

// OpenCheckpoint reads a signed checkpoint of this installation.
func (a *App) OpenCheckpoint(signed []byte) (*ledger.Checkpoint, error) {
	return ledger.OpenCheckpoint(signed, a.verifier)
}

// sign returns the installation's signature on text.
func (a *App) sign(text string) (string, error) {
	b, err := a.signer.Sign([]byte(text))
	return base64.StdEncoding.EncodeToString(b), err
}

// Notary returns the one who signs checkpoints, with the installation's file.
func (a *App) Notary(ctx context.Context) (*ledger.Notary, error) {
	path := a.settings.CheckpointPath()
	n, err := ledger.NewNotary(ctx, a.DB, a.signer, a.verifier, a.Clock, path)
	var foreign *note.UnverifiedNoteError
	switch {
	case errors.Is(err, ledger.ErrOlder):
		return nil, fmt.Errorf("%w, %s: it was put back from a backup, or its end was cut. Look for newer data; livingprofile verify names what is missing. If there is none, move the file aside, keep it, and start again", err, path)
	case errors.As(err, &foreign):
		return nil, fmt.Errorf("the checkpoints in %s are not of this installation: name its own file with --checkpoints, or move this one aside: %w", path, err)
	}
	return n, err
}

// EraseAgain opens the erasure list, which erases again whom a backup brought
// back. Nothing may be read or written for anybody before.
func (a *App) EraseAgain(ctx context.Context) error {
	ring := a.DB.Ring()
	list, n, err := rights.OpenList(ctx, a.DB, a.Clock, a.settings.ErasurePath(), func(line []byte) []byte {
		mark := ring.Blind("erasure-list", "", string(line))
		return mark[:]
	})
	if err != nil {
		return err
	}
	if n > 0 {
		a.Log.Warn("a backup had brought people back: they are erased again", "people", n)
		keyless, err := a.DB.KeptKeyless(ctx)
		if err != nil {
			return err
		}
		if keyless > 0 {
			a.Log.Error("what laws keep of erased people cannot be read: the key store is older than their erasure; put back a newer one", "values", keyless)
		}
	}
	a.erasures = list
	return nil
}

// Close closes the installation.
func (a *App) Close() error { return a.DB.Close() }

// Office returns who lets staff in at origin; "" for one that only invites.
func (a *App) Office(origin string) (*staff.Service, error) {
	return staff.NewService(staff.Deps{
		Store: a.DB, Entrance: a.DB, Keys: a.DB.Ring(), Clock: a.Clock, Origin: origin,
		Brand: func(name string) bool {
			b, ok := a.Current.Load().Brand(name)
			return ok && !b.Retired
		},
	})
}

// api returns what answers connected systems.
func (a *App) api(base *url.URL, r *rights.Service, laws *rights.Packs) *api.API {
	return api.New(api.Deps{
		Index: a.Index, Door: a.Door, Keys: a.Keys(), Activity: a.Activity, Automated: a.Automated, Audience: a.Audience, Frames: a.frames(), Store: told{a.DB}, Secrets: a.DB.Ring(), Consent: a.Consent, Profile: a.Profile, Identity: a.Identity,
		Desk: a.Desk(), Uploads: a.DB, Rights: r, Laws: laws, Clock: a.Clock, Base: base, PerMinute: a.settings.APIPerMinute,
		Deliveries: a.DB, Heard: a.metrics.acknowledged,
	})
}

// receipts makes the receipts of the installation.
func (a *App) receipts(base *url.URL) *forms.Maker {
	return &forms.Maker{
		Registry: a.DB, Issuer: a.DB.Installation(), PublicKey: a.publicKey, Base: base, Open: a.OpenCheckpoint, Sign: a.sign,
	}
}

// frames opens the portal inside the pages of brands' own sites.
func (a *App) frames() *login.Frames {
	return login.NewFrames(a.DB, a.DB.Ring(), a.Clock, a.settings.Sign)
}

// post returns what writes and sends letters.
func (a *App) post(base *url.URL) (*mail.Post, error) {
	r := &renderer{bundle: a.Bundle, org: a.Current, from: or(a.settings.Mail.From, "no-reply@"+base.Hostname())}
	if a.settings.Mail.Host == "" {
		return mail.NewPost(unready{}, r, a.Clock), nil
	}
	cfg := a.settings.Mail.Config
	cfg.Domain = base.Hostname()
	smtp, err := mail.NewSMTP(cfg, a.Clock)
	if err != nil {
		return nil, err
	}
	return mail.NewPost(smtp, r, a.Clock), nil
}

// Keys makes and checks the API keys of the installation.
func (a *App) Keys() *authz.Keys { return a.keys }
