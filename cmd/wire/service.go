package wire

import (
	"context"
	"net/http"
	"net/url"

	"livingprofile/handlers"
	"livingprofile/handlers/console"
	"livingprofile/handlers/footer"
	"livingprofile/handlers/health"
	mailboxpages "livingprofile/handlers/mailbox"
	"livingprofile/handlers/middleware"
	"livingprofile/handlers/portal"
	"livingprofile/handlers/receipt"
	"livingprofile/handlers/signin"
	"livingprofile/handlers/transfers"
	"livingprofile/internal/approval"
	"livingprofile/internal/attachment"
	"livingprofile/internal/breach"
	"livingprofile/internal/hook"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/mail/mailbox"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/outbound"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/store"
)

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
	s.Laws = a.laws
	s.desk = &desk{
		db: a.DB, org: a.Current, bundle: a.Bundle, consent: a.Consent, laws: a.laws, erasures: a.erasures, base: base,
		receipts: a.receipts(base), values: a.Profile, machinery: a.Automated,
	}
	s.Rights = rights.NewService(a.DB, s.desk, a.Clock)
	a.Profile.AskedOf(s.wishes)
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
	files := &attachment.Reader{}
	deps := handlers.Deps{
		BaseURL: base, Proxies: proxies, Organisation: a.Current.Load, Bundle: a.Bundle, Sessions: sessions,
		Key: s.desk.sender.Key, Secrets: ring, Observe: a.metrics.request, Log: a.Log, Clock: a.Clock, Hear: a.Consent.Hear,
		Health: health.New(a.DB, a.Clock, o.Version), Transfers: transfers.New(offers),
		Portal: portal.New(portal.Deps{
			Read: store.Together{DB: a.DB}, Consent: a.Consent, Profile: a.Profile, Identity: a.Identity, Activity: a.Activity, Automated: a.Automated,
			Sessions: sessions, Links: s.Links, Frames: a.frames(), Rights: s.Rights, Offers: offers, Joins: a.DB, Joiner: a.Joiner, Door: a.Door, Laws: a.laws, Errands: a.DB.Errands, Certificates: a.DB, Attachments: a.DB.Attachments, Files: files, Around: o.Around, Later: endSharing, Wake: s.runner.Wake,
			Clock: a.Clock, Bundle: a.Bundle,
			Receipts: s.desk.receipts, Base: base,
		}),
		SignIn: signin.New(signin.Deps{
			Links: s.Links, Sessions: sessions, Identity: a.Identity, Consent: a.Consent, Records: a.DB, Clock: a.Clock,
			SetCookie: middleware.SetCookie, ClearCookie: middleware.ClearCookie,
		}),
		Receipt: receipt.New(receipt.Deps{Store: a.DB, Open: a.OpenCheckpoint, Verify: ledger.SignedBy(a.verifier)}),
		Figures: a.DB, Laws: a.laws,
	}
	deps.API = a.api(base, s.Rights, a.laws)
	deps.SCIM, deps.OpenDSR = s.scim(deps.API), s.opendsr(deps.API)
	deps.Footer = footer.New(footer.Deps{Store: a.DB, Secrets: ring, Consent: a.Consent, Rights: s.Rights, Contacts: a.Identity, Sessions: sessions, Clock: a.Clock})
	if o.Mailbox != nil {
		deps.Mailbox = mailboxpages.New(o.Mailbox)
	}
	s.Review = review.NewService(a.DB, s.Rights, s.Staff, a.Clock)
	s.tasks.Add(s.digests(s.Review))
	s.tasks.Add(s.warnOfSystems())
	s.addBreachTasks()
	deps.Staff, deps.Console = s.Staff, console.New(console.Deps{
		Staff: s.Staff, People: a.DB, Office: a.DB, Audience: a.Audience, Approval: approval.NewService(a.DB, a.Clock), Automated: a.Automated, Retention: a.Retention, Endings: a.DB, Breach: s.Breaches, Notice: s.desk.breachPreview, Keys: a.Keys(), Joins: a.DB, Joiner: a.Joiner,
		Desk: a.Desk(), Uploads: a.DB, Drafts: a.DB, Publish: a.Publish, Check: s.askCheck, Amend: a.Amend, Base: base, Clock: a.Clock, Locale: a.Bundle.Locales(),
		Feeds: &feedDesk{a, s.outward}, Conflicts: a.DB, Door: a.Door, Systems: a.DB, Hooks: hook.NewDesk(a.DB, s.outward, a.Clock, s.base.String()).Checking(a.speaker(s.outward).check),
		Review: s.Review, Laws: a.laws, Profile: a.Profile, Wake: s.runner.Wake, Attachments: a.DB.Attachments, TakeAttachment: s.Rights.TakeAttachment, Files: files,
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
