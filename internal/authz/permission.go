package authz

import (
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// A Permission is a resource and a verb. It stands beside each route.
type Permission string

// Permissions of people. Each includes those above it.
const (
	Public   Permission = "public"      // anybody
	SignedIn Permission = "self:use"    // a subject, about their own data
	Fresh    Permission = "self:decide" // the same, with a fresh proof
)

// Operator is for whoever runs the installation, from the shell or on the
// operator's own address.
const Operator Permission = "installation:operate"

// Permissions of systems. They are the scopes that an API key may have.
const (
	ProfileRead  Permission = "profile:read"
	ProfileWrite Permission = "profile:write"
	ConsentRead  Permission = "consent:read"
	ConsentWrite Permission = "consent:write"
	// What people did.
	ActivityRead  Permission = "activity:read"
	ActivityWrite Permission = "activity:write"
	// What people ask of the controller through a system.
	RequestWrite Permission = "request:write"
	// What systems decide by themselves.
	AutomatedRead  Permission = "automated:read"
	AutomatedWrite Permission = "automated:write"

	LinkCreate   Permission = "link:create"
	FrameCreate  Permission = "frame:create"
	ImportWrite  Permission = "import:write"
	AudienceRead Permission = "audience:read"
	// AudienceWrite is for saving audiences.
	AudienceWrite Permission = "audience:write"
	DecisionAsk   Permission = "decision:ask"
	EventRead     Permission = "event:read"
	ChangeWrite   Permission = "change:write"
	// RequestSend is for controllers that pass on what people ask of them.
	RequestSend Permission = "request:send"
)

// Permissions of staff members. Which role has which says Role.Permissions.
const (
	ConsoleUse    Permission = "console:use"
	FigureRead    Permission = "figure:read"
	PersonRead    Permission = "person:read"
	PersonJoin    Permission = "person:join"
	ImportRead    Permission = "import:read"
	ImportMake    Permission = "import:make"
	PurposeRead   Permission = "purpose:read"
	PurposeManage Permission = "purpose:manage"
	RequestRead   Permission = "request:read"
	RequestAssign Permission = "request:assign"
	RequestCreate Permission = "request:create"
	RequestDecide Permission = "request:decide"
	LawRead       Permission = "law:read"
	// How long things are kept; looking at what is kept beyond an erasure.
	RetentionRead   Permission = "retention:read"
	RetentionManage Permission = "retention:manage"
	// Audiences: counts alone; saving them; taking the people away as a file.
	AudienceView   Permission = "audience:view"
	AudienceManage Permission = "audience:manage"
	AudienceExport Permission = "audience:export"

	// What takes two members, as taking many people's data away: reading what
	// was asked and by whom; being the second.
	ApprovalRead Permission = "approval:read"
	ApprovalGive Permission = "approval:give"

	BrandRead   Permission = "brand:read"
	BrandManage Permission = "brand:manage"

	LedgerRead   Permission = "ledger:read"
	LedgerExport Permission = "ledger:export"
	StaffRead    Permission = "staff:read"
	StaffManage  Permission = "staff:manage"
	KeyRead      Permission = "apikey:read"
	KeyManage    Permission = "apikey:manage"

	// Connected systems: how they do; telling them again, pausing; secrets and
	// the maps of their feeds.
	SystemRead    Permission = "system:read"
	SystemOperate Permission = "system:operate"
	SystemManage  Permission = "system:manage"
	// Breaches: seeing them; writing one down; deciding who is told, and telling.
	BreachRead   Permission = "breach:read"
	BreachOpen   Permission = "breach:open"
	BreachManage Permission = "breach:manage"
	// Reports: figures as files; one request with its proof.
	ReportRead  Permission = "report:read"
	RequestShow Permission = "request:show"
	// ConflictDecide is for what no rule decides between two systems.
	ConflictDecide Permission = "conflict:decide"
)

// A Holder is a sort of caller that a permission can belong to.
type Holder string

// The holders.
const (
	Anybody       Holder = "anybody"
	Subject       Holder = "subject"
	ProvenSubject Holder = "subject with a fresh proof"
	System        Holder = "system"
	StaffMember   Holder = "staff member"
	TheOperator   Holder = "operator"
)

// An Entry is one line of the table of permissions.
type Entry struct {
	Permission  Permission
	Holder      Holder
	Description string // for the documentation and the list of routes, in English
}

// Permissions returns the table. What is not in it, nobody may.
func Permissions() []Entry { return slices.Clone(permissions[:]) }

var permissions = [...]Entry{
	{Public, Anybody, "use what is open to everybody"},
	{SignedIn, Subject, "see and change what is one's own"},
	{Fresh, ProvenSubject, "take grave steps with what is one's own: export, erase, change a contact address"},
	{Operator, TheOperator, "run the installation"},
	{ProfileRead, System, "read the fields of profiles that the key names"},
	{ProfileWrite, System, "change the fields of profiles that the key names"},
	{ConsentRead, System, "read purposes, consent states, records and preferences"},
	{ConsentWrite, System, "report a consent, refusal or withdrawal with its proof, and preferences"},
	{ActivityRead, System, "read what people did, of the kinds that the key names"},
	{ActivityWrite, System, "tell what people did, of the kinds that the key names"},
	{RequestWrite, System, "hand in requests that people made to the key's own system, and read how they stand"},
	{AutomatedRead, System, "read the automated decisions of the key's own system, with what people and reviewers say of them"},
	{AutomatedWrite, System, "register automated decisions of the key's own system"},
	{LinkCreate, System, "make links that take a person to their own page"},
	{FrameCreate, System, "make links that show a person's portal inside the brand's own site; with link:create"},
	{ImportWrite, System, "bring data in from files, each as far as the key may write what it brings"},
	{AudienceRead, System, "filter a list by what may be done with each person's data"},
	{AudienceWrite, System, "save audiences: conditions by which people are found for a purpose"},
	{DecisionAsk, System, "ask whether data may be used for a purpose"},
	{EventRead, System, "read the feed of events"},
	{ChangeWrite, System, "tell of changes in batches, each as far as the key may write what it says"},
	{RequestSend, System, "pass on requests of people, and read what became of them"},
	{ConsoleUse, StaffMember, "use the console at all, and sign out"},
	{FigureRead, StaffMember, "see what needs attention, and counts that name nobody"},
	{PersonRead, StaffMember, "find a person and open their profile, for a reason that they read"},
	{PersonJoin, StaffMember, "decide whether two records are of one person"},
	{ImportRead, StaffMember, "see imports and their reports, which name nobody"},
	{ImportMake, StaffMember, "bring data in from files"},
	{PurposeRead, StaffMember, "see purposes, their versions and how many people answered"},
	{PurposeManage, StaffMember, "write the words of purposes, and publish them"},
	{AudienceView, StaffMember, "see audiences, and how many people each has"},
	{AudienceManage, StaffMember, "save and remove audiences"},
	{AudienceExport, StaffMember, "look at people of an audience, and take them away when another approves"},
	{ApprovalRead, StaffMember, "see what members asked to take away, and who approved it"},
	{ApprovalGive, StaffMember, "approve or refuse what another member asked to take away"},
	{RequestRead, StaffMember, "see the queue of requests, and open one, of which the person reads"},
	{RequestAssign, StaffMember, "give requests to a staff member"},
	{RequestCreate, StaffMember, "take down a request that came by phone or letter"},
	{RequestDecide, StaffMember, "write to the person, ask, extend, accept, refuse, hold"},
	{RetentionRead, StaffMember, "see how long things are kept, and what ends when"},
	{RetentionManage, StaffMember, "look at what is kept of erased people, and release holds"},
	{LawRead, StaffMember, "see the law packs and the limits in them"},
	{BrandRead, StaffMember, "see brands: names, look, sites, and what they ask for"},
	{BrandManage, StaffMember, "change brands, each within its own bounds"},
	{LedgerRead, StaffMember, "search the ledger, without what is sealed for a person, and have it checked"},
	{LedgerExport, StaffMember, "take a part of the ledger away as a file"},
	{StaffRead, StaffMember, "see who works here and in which role"},
	{StaffManage, StaffMember, "invite, change and disable staff members"},
	{KeyRead, StaffMember, "see the API keys of systems"},
	{KeyManage, StaffMember, "make and revoke API keys"},
	{SystemRead, StaffMember, "see how connected systems do, without what they are told of anybody"},
	{SystemOperate, StaffMember, "pause and resume systems, try them, tell them again"},
	{SystemManage, StaffMember, "change the secrets of systems, and how their feeds are read"},
	{BreachRead, StaffMember, "see breaches of personal data, and how many people they touch"},
	{BreachOpen, StaffMember, "write down a breach, from which its clock runs"},
	{BreachManage, StaffMember, "find whom a breach touches, decide who is told, tell them, close it"},
	{ReportRead, StaffMember, "take figures of requests and consents away as files"},
	{RequestShow, StaffMember, "take one request away with its proof, of which the person reads"},
	{ConflictDecide, StaffMember, "decide which of two systems is right about a person, of which the person reads"},
}

// Lookup returns the line of p, and whether there is one. A route whose
// permission has none must not be served.
func Lookup(p Permission) (Entry, bool) {
	for _, e := range &permissions {
		if e.Permission == p {
			return e, true
		}
	}
	return Entry{}, false
}

// Scopes returns the permissions that an API key may have.
func Scopes() []Permission {
	var scopes []Permission
	for _, e := range &permissions {
		if e.Holder == System {
			scopes = append(scopes, e.Permission)
		}
	}
	return scopes
}

// A Caller is who makes a request, as found by the checks of a session, a key
// or the operator's address. The zero Caller is anybody.
type Caller struct {
	Subject    id.Subject // signed in; "" for none
	FreshUntil time.Time  // of the session's fresh proof; zero for none
	Key        *APIKey    // the key presented, or nil
	Operator   bool
	Role       Role   // of the staff member signed in; "" for none
	Brand      string // on whose site or for which brand the request is
}

// May returns nil if the caller may use what asks for p. Else the error is
// errs.Unauthenticated when signing in or a key could help, errs.Stale when a
// fresh proof could, and errs.Forbidden when nothing will.
func (c Caller) May(p Permission, now time.Time) error {
	e, ok := Lookup(p)
	if !ok {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	switch e.Holder {
	case Anybody:
		return nil
	case Subject, ProvenSubject:
		return c.asSubject(e.Holder, now)
	case System:
		if c.Key == nil {
			return c.stranger()
		}
		return c.Key.Allows(p, c.Brand, now)
	case TheOperator:
		if !c.Operator {
			return c.stranger()
		}
		return nil
	case StaffMember:
		if !c.Role.Has(p) {
			return c.stranger()
		}
		return nil
	}
	return errs.New(errs.Forbidden, "error.forbidden")
}

func (c Caller) asSubject(h Holder, now time.Time) error {
	if c.Subject == "" {
		return c.stranger()
	}
	if h == ProvenSubject && !now.Before(c.FreshUntil) {
		return errs.New(errs.Stale, "error.proof_needed")
	}
	return nil
}

// stranger is the refusal of a caller who is not of the right sort: one who has
// shown nothing may yet show something.
func (c Caller) stranger() error {
	if c.Subject == "" && c.Key == nil && !c.Operator && c.Role == "" {
		return errs.New(errs.Unauthenticated, "error.sign_in_needed")
	}
	return errs.New(errs.Forbidden, "error.forbidden")
}

func isScope(p Permission) bool {
	e, ok := Lookup(p)
	return ok && e.Holder == System
}
