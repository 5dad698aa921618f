package wire

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"livingprofile/handlers"
	"livingprofile/handlers/api"
	"livingprofile/handlers/console"
	"livingprofile/handlers/footer"
	"livingprofile/handlers/health"
	mailboxpages "livingprofile/handlers/mailbox"
	"livingprofile/handlers/middleware"
	"livingprofile/handlers/portal"
	"livingprofile/handlers/receipt"
	"livingprofile/handlers/signin"
	"livingprofile/handlers/transfers"
	"livingprofile/internal/activity"
	"livingprofile/internal/approval"
	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/automated"
	"livingprofile/internal/breach"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/figures"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/job"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/mail"
	"livingprofile/internal/mail/mailbox"
	"livingprofile/internal/once"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/outbound"
	"livingprofile/internal/profile"
	forms "livingprofile/internal/receipt"
	"livingprofile/internal/retention"
	"livingprofile/internal/review"
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
	a.Current = &Current{db: a.DB, log: a.Log}
	a.Index = decision.NewIndex(a.DB, 0)
	a.Door = inbound.NewService(apart{a.DB}, a.DB.Ring(), func() inbound.Catalogue { return a.Current.Load() }, a.Clock)
	a.DB.Tell(a.Index.Forget)
	a.keys = authz.NewKeys(a.DB, a.DB.Ring(), a.Clock)
	a.Identity = identity.NewService(a.DB, teller{}, a.Clock)
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

// A Service is an App that answers requests and works in the background.
type Service struct {
	*App
	Server *handlers.Server
	HTTP   *http.Server
	// Console serves the console alone, where it has a listener of its own; nil
	// where HTTP serves it too.
	Console  *http.Server
	Staff    *staff.Service
	Links    *login.Links
	base     *url.URL
	office   *url.URL // where staff reach the console
	Rights   *rights.Service
	Laws     *rights.Packs
	Review   *review.Service
	Breaches *breach.Service
	desk     *desk
	runner   *job.Runner
	hooks    *hook.Worker
	outward  *outbound.Door
	tasks    *job.Schedule
	notary   *ledger.Notary
	// processor takes what controllers pass on.
	processor *opendsr.Processor
	// controller passes on what people ask of us.
	controller *opendsr.Controller
	stop       context.CancelFunc
	stopped    chan struct{}
}

// Options are what a Service may be given beyond the settings.
type Options struct {
	Version string
	Mailbox *mailbox.Server // the demo's receiver, whose mails are shown
	Around  *portal.Around  // what the demo's first page leads to; nil for nothing
}

// NewService readies an App to serve. Start begins the work in the background.
func NewService(ctx context.Context, a *App, o Options) (*Service, error) {
	base, err := a.settings.baseURL()
	if err != nil {
		return nil, err
	}
	proxies, err := a.settings.proxies()
	if err != nil {
		return nil, err
	}
	s := &Service{App: a, base: base}
	if err := a.EraseAgain(ctx); err != nil {
		return nil, err
	}
	if s.notary, err = a.Notary(ctx); err != nil {
		return nil, err
	}
	people := &directory{a.DB, a.Identity, a.Current}
	post, err := a.post(base)
	if err != nil {
		return nil, err
	}
	laws, err := a.settings.Packs()
	if err != nil {
		return nil, err
	}
	s.Laws = laws
	s.desk = &desk{db: a.DB, org: a.Current, bundle: a.Bundle, consent: a.Consent, laws: laws, erasures: a.erasures, base: base, receipts: a.receipts(base)}
	s.Rights = rights.NewService(a.DB, s.desk, a.Clock)
	s.Breaches = breach.NewService(a.DB, a.Audience, s.desk, a.Clock)
	s.background(people, post)
	if err := s.tellSystems(); err != nil {
		return nil, err
	}
	if s.desk.sender, err = s.sender(); err != nil {
		return nil, err
	}
	if err := s.meetPeers(); err != nil {
		return nil, err
	}
	ring := a.DB.Ring()
	s.Links = login.NewLinks(a.DB, ring, people, a.Clock, a.settings.Sign, s.runner.Wake)
	sessions := login.NewSessions(a.DB, ring, a.Clock, a.settings.Sign)
	if s.office, err = a.settings.consoleURL(base); err != nil {
		return nil, err
	}
	if s.Staff, err = a.Office(s.office.String()); err != nil {
		a.Log.Warn("nobody can sign in to the console", "error", err)
		if s.Staff, err = a.Office(""); err != nil {
			return nil, err
		}
	}
	offers := s.receiver()
	deps := handlers.Deps{
		BaseURL: base, Proxies: proxies, Organisation: a.Current.Load, Bundle: a.Bundle, Sessions: sessions,
		Key: s.desk.sender.Key, Secrets: ring, Observe: a.metrics.request, Log: a.Log, Clock: a.Clock, Hear: a.Consent.Hear,
		Health: health.New(a.DB, a.Clock, o.Version), Transfers: transfers.New(offers),
		Portal: portal.New(portal.Deps{
			Read: store.Together{DB: a.DB}, Consent: a.Consent, Profile: a.Profile, Identity: a.Identity, Activity: a.Activity, Automated: a.Automated,
			Sessions: sessions, Links: s.Links, Frames: a.frames(), Rights: s.Rights, Offers: offers, Joins: a.DB, Joiner: a.Joiner, Door: a.Door, Laws: laws, Errands: a.DB.Errands, Certificates: a.DB, Around: o.Around, Later: endSharing, Wake: s.runner.Wake,
			Clock: a.Clock, Bundle: a.Bundle,
			Receipts: s.desk.receipts, Base: base,
		}),
		SignIn: signin.New(signin.Deps{
			Links: s.Links, Sessions: sessions, Identity: a.Identity, Consent: a.Consent, Records: a.DB, Clock: a.Clock,
			SetCookie: middleware.SetCookie, ClearCookie: middleware.ClearCookie,
		}),
		Receipt: receipt.New(receipt.Deps{Store: a.DB, Open: a.OpenCheckpoint, Verify: ledger.SignedBy(a.verifier)}),
		Figures: a.DB,
	}
	deps.API = a.api(base, s.Rights, laws)
	deps.SCIM, deps.OpenDSR = s.scim(deps.API), s.opendsr(deps.API)
	deps.Footer = footer.New(footer.Deps{Store: a.DB, Secrets: ring, Consent: a.Consent, Clock: a.Clock})
	if o.Mailbox != nil {
		deps.Mailbox = mailboxpages.New(o.Mailbox)
	}
	s.Review = review.NewService(a.DB, s.Rights, s.Staff, a.Clock)
	s.tasks.Add(s.digests(s.Review))
	s.tasks.Add(s.warnOfSystems())
	s.addBreachTasks()
	deps.Staff, deps.Console = s.Staff, console.New(console.Deps{
		Staff: s.Staff, People: a.DB, Office: a.DB, Audience: a.Audience, Approval: approval.NewService(a.DB, a.Clock), Automated: a.Automated, Retention: a.Retention, Endings: a.DB, Breach: s.Breaches, Notice: s.desk.breachPreview, Keys: a.Keys(), Joins: a.DB, Joiner: a.Joiner,
		Desk: a.Desk(), Uploads: a.DB, Amend: a.Amend, Base: base, Clock: a.Clock, Locale: a.Bundle.Locales(),
		Feeds: &feedDesk{a, s.outward}, Conflicts: a.DB, Door: a.Door, Systems: a.DB, Hooks: hook.NewDesk(a.DB, s.outward, a.Clock, s.base.String()).Checking(a.speaker(s.outward).check),
		Review: s.Review, Laws: laws, Profile: a.Profile, Wake: s.runner.Wake,
		Letter: s.desk.preview, Evidence: s.Evidence, Counts: a.DB, NoDigests: a.settings.WarnDays < 0, Errands: a.DB.Errands, URL: s.office.String(), Open: a.OpenCheckpoint,
		SetCookie: middleware.SetStaffCookie, ClearCookie: middleware.ClearStaffCookie,
	})
	return s, s.serve(deps)
}

// serve makes the servers: one for all, or one for each face.
func (s *Service) serve(deps handlers.Deps) (err error) {
	if s.settings.Apart {
		own := deps
		own.Face, own.BaseURL = handlers.ConsoleOnly, s.office
		server, err := handlers.New(own)
		if err != nil {
			return err
		}
		s.Console, deps.Face = server.HTTP(), handlers.PortalOnly
	}
	if s.Server, err = handlers.New(deps); err != nil {
		return err
	}
	s.HTTP = s.Server.HTTP()
	return nil
}

// InviteURL returns the address of an invitation to the console.
func (s *Service) InviteURL(token string) string {
	return s.office.JoinPath("console", "invite", token).String()
}

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
		Index: a.Index, Door: a.Door, Keys: a.Keys(), Activity: a.Activity, Automated: a.Automated, Audience: a.Audience, Frames: a.frames(), Store: a.DB, Secrets: a.DB.Ring(), Consent: a.Consent, Profile: a.Profile, Identity: a.Identity,
		Desk: a.Desk(), Uploads: a.DB, Rights: r, Laws: laws, Clock: a.Clock, Base: base, PerMinute: a.settings.APIPerMinute,
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

// background registers what is done outside requests.
func (s *Service) background(people login.Directory, post *mail.Post) {
	opts := job.Options{Log: s.Log, Observe: s.metrics.job}
	s.runner = job.NewRunner(s.DB, s.Clock, opts)
	s.runner.Handle(login.Work(people, post, linkURL(s.base, s.Current.Load)))
	s.runner.Handle(post.Work())
	s.runner.Handle(carry(s.Rights, s.refer))
	s.runner.Handle(endSharings(s.Profile))
	s.tasks = job.NewSchedule(s.DB, s.Clock, opts)
	s.tasks.Add(login.Sweep(s.DB))
	s.tasks.Add(job.Sweep(s.DB))
	s.tasks.Add(staff.Sweep(s.DB))
	s.tasks.Add(figures.Task(s.DB))
	s.tasks.Add(figures.RequestTask(s.DB))
	s.tasks.Add(figures.PublishTask(s.DB, func() figures.Cycle { return s.Current.Load().Transparency }))
	s.tasks.Add(sweepCopies(s.DB))
	s.tasks.Add(joining(s.Joiner))
	s.tasks.Add(s.importingTask())
	s.tasks.Add(s.sweepUploads())
	s.tasks.Add(s.sendingTask())
	s.tasks.Add(job.Task{Name: "api.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		_, err := s.DB.SweepAnswers(ctx, now.Add(-once.Keep))
		return err
	}})
	s.tasks.Add(job.Task{Name: "inbound.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		_, err := s.DB.SweepEvents(ctx, now.Add(-inbound.Keep))
		return err
	}})
	s.tasks.Add(job.Task{Name: "hook.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		_, err := s.DB.SweepDeliveries(ctx, now.Add(-hook.Keep))
		return err
	}})
	s.addActivityTasks()
	s.addAutomatedTasks()
	s.addRetentionTasks()
	s.tasks.Add(job.Task{Name: "consent.expire", Every: time.Minute, Do: func(ctx context.Context, _ time.Time) error {
		_, err := s.Consent.ExpireDue(ctx, s.DB)
		return err
	}})
}

// Start begins the work in the background.
func (s *Service) Start() {
	s.runner.Start()
	s.tasks.Start()
	s.hooks.Start()
	ctx, cancel := context.WithCancel(context.Background())
	s.stop, s.stopped = cancel, make(chan struct{})
	go s.tend(ctx)
}

// tend seals the ledger, copies what must outlive the database, and notices what other processes changed.
func (s *Service) tend(ctx context.Context) {
	defer close(s.stopped)
	seal, refresh, reload := time.NewTicker(sealEvery), time.NewTicker(refreshEvery), time.NewTicker(reloadEvery)
	defer seal.Stop()
	defer refresh.Stop()
	defer reload.Stop()
	for {
		var what string
		var err error
		select {
		case <-ctx.Done():
			return
		case <-seal.C:
			what, err = "seal ledger", s.notary.Seal(ctx)
			if err == nil {
				what, err = "copy erasures", s.erasures.Copy(ctx)
			}
		case <-refresh.C:
			what, err = "refresh organisation", s.Current.Refresh(ctx)
		case <-reload.C:
			what = "reload master key"
			_, err = s.Master.Reload()
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Error(what, "error", err)
		}
	}
}

// Stop ends the background: running work is finished as far as ctx allows, and
// the ledger is sealed once more.
func (s *Service) Stop(ctx context.Context) error {
	err := errors.Join(s.runner.Stop(ctx), s.tasks.Stop(ctx), s.hooks.Stop(ctx))
	if s.stop != nil {
		s.stop()
		<-s.stopped
	}
	return errors.Join(err, s.notary.Finish(ctx))
}

// Keys makes and checks the API keys of the installation.
func (a *App) Keys() *authz.Keys { return a.keys }
