// Package console answers the pages of staff members: what needs attention, a
// person's profile, purposes, the ledger, staff and keys.
//
// Every page is behind a passkey and a permission of the member's role, which
// routes.go names. What a member sees beyond that, by role, brand and field, is
// decided by authz and asked here, where pages are built: a page is handed what
// the member may see and nothing else.
package console

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/approval"
	"livingprofile/internal/attachment"
	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/automated"
	"livingprofile/internal/breach"
	"livingprofile/internal/clock"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/profile"
	"livingprofile/internal/retention"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/static"
	"livingprofile/views/layout"
	"livingprofile/views/ui"
)

// People reads what is held of somebody.
type People interface {
	// Subject returns a data subject, erased ones too.
	Subject(ctx context.Context, s id.Subject) (identity.Subject, error)
	// Facts returns all that is held of a subject.
	Facts(ctx context.Context, s id.Subject) (decision.Facts, error)
	// Held returns what is held of a subject itself, whoever is joined with it.
	Held(ctx context.Context, s id.Subject) (decision.Facts, error)
	// Identifiers returns a subject's identifiers, oldest first.
	Identifiers(ctx context.Context, s id.Subject) ([]identity.Identifier, error)
	// Holders returns who bears an identifier, whose value is normalised.
	Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error)
	// Circle returns the subjects that are joined with one, itself among them.
	Circle(ctx context.Context, s id.Subject) ([]id.Subject, error)
}

// An Office reads how the installation is.
type Office interface {
	// Search returns entries of all lanes, newest first.
	Search(ctx context.Context, s ledger.Search) ([]ledger.Happening, error)
	// LastCheckpoint returns the newest as signed; errs.NotFound before it.
	LastCheckpoint(ctx context.Context) (signed []byte, at time.Time, err error)
	// Unsealed returns how many entries no checkpoint covers.
	Unsealed(ctx context.Context) (entries int64, since time.Time, err error)
	// LedgerCheck returns the newest check that was asked for; errs.NotFound for
	// none.
	LedgerCheck(ctx context.Context) (ledger.Check, error)
	// GivenUp returns how many jobs are parked.
	GivenUp(ctx context.Context) (int, error)
	// Oldest returns since when the oldest due job waits; zero for none.
	Oldest(ctx context.Context, now time.Time) (time.Time, error)
	// Figures returns what was counted; errs.NotFound before the first count.
	Figures(ctx context.Context) (figures.Figures, error)
	// RequestFigures returns what was counted of requests; errs.NotFound before
	// the first count.
	RequestFigures(ctx context.Context) (figures.Requests, error)
}

// Deps is what the console stands on.
type Deps struct {
	Staff  *staff.Service
	People People
	Office Office
	// Audience finds people for a purpose.
	Audience *audience.Sender
	// Approval has what leaves in bulk take two.
	Approval *approval.Service
	// Retention ends what is over, and Endings counts it.
	Retention *retention.Service
	Endings   Endings
	// Breach moves breaches of personal data, and Notice is what the notice of
	// one would say in a language.
	Breach *breach.Service
	Notice func(ctx context.Context, b *breach.Breach, locale string) (subject, text string, err error)
	// Automated has what systems decided by themselves.
	Automated *automated.Service
	Keys      *authz.Keys
	Joins     Joins
	Joiner    *identity.Joiner
	// Desk takes files in, and Uploads has what became of them.
	Desk    *intake.Desk
	Uploads Uploads
	// Systems reads how connected systems do, and Hooks changes that.
	Systems Systems
	Hooks   *hook.Desk
	Feeds   Feeds
	// Conflicts reads what no rule decided, and Door decides it.
	Conflicts Conflicts
	Door      *inbound.Service
	// Review answers requests under Laws, Profile writes what a correction
	// comes to, and Wake has work done that was just enqueued.
	Review  *review.Service
	Laws    *rights.Packs
	Profile *profile.Service
	Wake    func()
	// Counts has the figures of a period.
	Counts Counts
	// NoDigests tells that no member is mailed what waits for them.
	NoDigests bool
	// Evidence makes the pack of a request with its proof.
	Evidence func(ctx context.Context, r review.Row) ([]byte, error)
	// Errands are the processors that a request was passed on to.
	Errands func(ctx context.Context, r rights.RequestID) ([]opendsr.Errand, error)
	// Attachments returns the files that were added to the requests of a subject,
	// oldest first, TakeAttachment hands one out, and Files reads new ones.
	Attachments    func(ctx context.Context, subject id.Subject) ([]rights.Attachment, error)
	TakeAttachment func(ctx context.Context, r *rights.Request, file string, by ledger.Actor) (rights.Attachment, error)
	Files          *attachment.Reader
	// Letter is what a letter about a request would say to its person.
	Letter func(ctx context.Context, r rights.Request, message string) (subject, text string, err error)
	// Check has the whole ledger verified for a member, unless it is under way.
	Check func(ctx context.Context, m staff.Member) error
	// Drafts has the words of purposes that Publish gives them.
	Drafts  Drafts
	Publish Publisher
	// Amend changes a brand, whose portal is under Base.
	Amend  Amender
	Base   *url.URL
	Clock  clock.Clock
	Locale []string // that the console speaks
	URL    string   // under which the console is reached, for invitations
	// Open reads a signed checkpoint and checks its signature.
	Open func(signed []byte) (*ledger.Checkpoint, error)
	// SetCookie and ClearCookie keep the session's value in the browser.
	SetCookie   func(c echo.Context, token string)
	ClearCookie func(c echo.Context)
}

// Console answers staff members. It is safe for concurrent use.
type Console struct{ Deps }

// New returns the handlers.
func New(d Deps) *Console { return &Console{d} }

// sections are the parts of the console, with what it takes to open each.
var sections = [...]struct {
	layout.Section
	needs authz.Permission
}{
	{layout.Section{Name: "today", Href: web.ConsolePath, Icon: "home"}, authz.FigureRead},
	{layout.Section{Name: "requests", Href: web.ConsolePath + "/requests", Icon: "scale"}, authz.RequestRead},
	{layout.Section{Name: "people", Href: web.ConsolePath + "/people", Icon: "person"}, authz.PersonRead},
	{layout.Section{Name: "joins", Href: web.ConsolePath + "/joins", Icon: "share"}, authz.PersonJoin},
	{layout.Section{Name: "conflicts", Href: ConflictsPath, Icon: "hand"}, authz.ConflictDecide},
	{layout.Section{Name: "imports", Href: ImportsPath, Icon: "box"}, authz.ImportRead},
	{layout.Section{Name: "purposes", Href: PurposesPath, Icon: "shield"}, authz.PurposeRead},
	{layout.Section{Name: "register", Href: RegisterPath, Icon: "doc"}, authz.PurposeRead},
	{layout.Section{Name: "audiences", Href: web.ConsolePath + "/audiences", Icon: "people"}, authz.AudienceView},
	{layout.Section{Name: "brands", Href: BrandsPath, Icon: "building"}, authz.BrandRead},
	{layout.Section{Name: "laws", Href: web.ConsolePath + "/laws", Icon: "book"}, authz.LawRead},
	{layout.Section{Name: "retention", Href: RetentionPath, Icon: "bin"}, authz.RetentionRead},
	{layout.Section{Name: "approvals", Href: ApprovalsPath, Icon: "check"}, authz.ApprovalRead},
	{layout.Section{Name: "breaches", Href: BreachesPath, Icon: "alert"}, authz.BreachRead},
	{layout.Section{Name: "audit", Href: web.ConsolePath + "/audit", Icon: "clock"}, authz.LedgerRead},
	{layout.Section{Name: "reports", Href: ReportsPath, Icon: "chart"}, authz.ReportRead},
	{layout.Section{Name: "staff", Href: web.ConsolePath + "/staff", Icon: "people"}, authz.StaffRead},
	{layout.Section{Name: "systems", Href: SystemsPath, Icon: "told"}, authz.SystemRead},
	{layout.Section{Name: "keys", Href: web.ConsolePath + "/keys", Icon: "key"}, authz.KeyRead},
	{layout.Section{Name: "settings", Href: SettingsPath, Icon: "bell"}, authz.ConsoleUse},
}

// desk returns what is round a page, with what the last action did.
func (s *Console) desk(c echo.Context, section, title string) layout.Desk {
	f := web.Frame(c, section, title)
	f.BrandName, f.Locales, f.Check = i18n.T(web.Context(c), "console.name"), s.Locale, ""
	f.Style, f.Scripts = static.Path("console.css"), []string{"app.js", "console.js"}
	if flash, ok := web.TakeFlash(c); ok {
		f.Flash = &layout.Flash{Kind: "given", Text: flash.Text(c)}
		if flash.Fail {
			f.Flash.Kind = "failed"
		}
	}
	d := layout.Desk{Frame: f}
	if v := web.Of(c); v.Staff != nil {
		m := v.Staff.Member
		d.Member, d.Role = m.Name, roleName(web.Context(c), m.Role)
		for _, section := range sections {
			if m.Role.Has(section.needs) {
				d.Nav = append(d.Nav, section.Section)
			}
		}
	}
	return d
}

func title(c echo.Context, section string) string {
	return i18n.T(web.Context(c), "console.section."+section)
}

// me is who is signed in; the permission of the route has seen to that.
func me(c echo.Context) staff.Member { return web.Of(c).Staff.Member }

func by(c echo.Context) staff.By { return staff.By{Member: me(c)} }

func roleName(ctx context.Context, r authz.Role) string {
	return i18n.T(ctx, "console.role."+strings.ReplaceAll(string(r), "-", "_"))
}

// brandNames joins the labels of brands; all of them for none named.
func brandNames(c echo.Context, names []string) string {
	ctx := web.Context(c)
	if len(names) == 0 || slices.Contains(names, authz.AllBrands) {
		return i18n.T(ctx, "console.all_brands")
	}
	var labels []string
	for _, name := range names {
		labels = append(labels, brandName(c, name))
	}
	return i18n.List(ctx, labels)
}

func brandName(c echo.Context, name string) string {
	v := web.Of(c)
	if b, ok := v.Organisation.Brand(name); ok {
		return b.Label.In(v.Locale)
	}
	return name
}

// brandOptions are the brands that there are, as answers.
func brandOptions(c echo.Context) []ui.Option {
	v := web.Of(c)
	var all []ui.Option
	for i := range v.Organisation.Brands {
		if b := &v.Organisation.Brands[i]; !b.Retired {
			all = append(all, ui.Option{Value: b.Name, Label: b.Label.In(v.Locale)})
		}
	}
	return all
}

// network names where a request comes from, for limits.
func network(c echo.Context) netip.Addr {
	addr, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return netip.Addr{}
	}
	return addr
}

// Language remembers the language of the console in the browser.
func (s *Console) Language(c echo.Context) error {
	form, err := web.Form(c, "locale", "back")
	if err != nil {
		return err
	}
	if !slices.Contains(s.Locale, form.Get("locale")) {
		return errs.New(errs.Invalid, "error.not_a_choice")
	}
	if v := web.Of(c); v.Staff != nil {
		if err := s.Staff.Speak(web.Context(c), v.Staff.Member, form.Get("locale")); err != nil {
			return err
		}
	}
	web.SetLocale(c, form.Get("locale"))
	return web.SeeOther(c, web.Local(form.Get("back"), web.ConsolePath))
}

// page answers with a page, 422 when something was wrong in its form.
func page(wrong map[string]string) int {
	if len(wrong) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// failed leaves a sentence about what could not be done, and goes back.
func failed(c echo.Context, message, path string) error {
	web.SetFlash(c, web.Flash{ID: message, Fail: true})
	return web.SeeOther(c, path)
}
