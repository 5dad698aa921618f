package inbound

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// An Author is whoever tells something, with what they may tell of.
type Author struct {
	Organisation *organisation.Organisation
	System       *organisation.System
	Brand        string            // that it is told for; "" for all
	MayField     func(string) bool // beside what the system may hold
	MayProfile   bool
	MayConsent   bool
	MayActivity  bool
}

// ByKey is a system that tells something with a key, for a brand, "" for all.
func ByKey(org *organisation.Organisation, system *organisation.System, brand string, key *authz.APIKey) *Author {
	has := func(p authz.Permission) bool { return slices.Contains(key.Scopes, p) }
	return &Author{
		Organisation: org, System: system, Brand: brand, MayField: key.MayField,
		MayProfile: has(authz.ProfileWrite), MayConsent: has(authz.ConsentWrite), MayActivity: has(authz.ActivityWrite),
	}
}

// Sender is the author as the ledger names them.
func (a *Author) Sender(cause string) Sender {
	return Sender{System: a.System.Name, Brand: a.Brand, Cause: cause}
}

// Fields are those that the author may tell of, in the order of the
// declaration.
func (a *Author) Fields() []*profile.Field {
	var all []*profile.Field
	for i := range a.Organisation.Fields {
		f := &a.Organisation.Fields[i]
		here := a.Brand == "" || len(f.Brands) == 0 || slices.Contains(f.Brands, a.Brand)
		if here && !f.Retired && a.MayField(f.Name) && a.System.MayHold(f.Name) {
			all = append(all, f)
		}
	}
	return all
}

// MayKind tells whether the author reaches a kind of activity.
func (a *Author) MayKind(k *activity.Kind) bool {
	here := a.Brand == "" || len(k.Brands) == 0 || slices.Contains(k.Brands, a.Brand)
	return here && !k.Retired && a.MayField(k.Name) && a.System.MayTell(k.Name)
}

// country is where a phone number without a prefix is read.
func (a *Author) country() string {
	if b, ok := a.Organisation.Brand(a.Brand); ok {
		return b.Country
	}
	return ""
}

// A ClaimBody is what a system says about one field. A null value says that it
// holds nothing any more.
type ClaimBody struct {
	Value  *string        `json:"value"`
	Origin profile.Origin `json:"origin"` // provided when it is left out
	At     *string        `json:"at"`
	Proved bool           `json:"proved"` // the person gave it, and the system can show that
	How    string         `json:"how"`    // for an inferred value
}

// The most that words of a system may have, in bytes.
const (
	maxHow     = 500
	maxProof   = 500 // more than an address and a time need
	maxChannel = 40
	maxID      = 255
)

// Claims reads what is said about fields. A field that the author may not have
// is refused as one that does not exist.
func (a *Author) Claims(said map[string]ClaimBody) (map[string]profile.Claim, error) {
	if len(said) == 0 {
		return nil, errs.InvalidFields(errs.At("attributes", "error.required"))
	}
	var refused, bad []errs.Field
	claims, fields := map[string]profile.Claim{}, a.Fields()
	for _, name := range slices.Sorted(maps.Keys(said)) {
		path := "attributes." + name
		f, ok := a.Organisation.Field(name)
		if !ok || !slices.Contains(fields, f) {
			refused = append(refused, errs.At(path, "error.field_not_yours"))
			continue
		}
		claim, wrong := a.claim(f, said[name], path)
		claims[name], bad = claim, append(bad, wrong...)
	}
	if len(refused) > 0 {
		return nil, &errs.Error{Kind: errs.Forbidden, ID: "error.field_not_yours", Fields: refused}
	}
	return claims, errs.InvalidFields(bad...)
}

func (a *Author) claim(f *profile.Field, said ClaimBody, path string) (profile.Claim, []errs.Field) {
	var bad []errs.Field
	c := profile.Claim{Origin: said.Origin, Proved: said.Proved, How: said.How}
	if c.Origin == "" {
		c.Origin = profile.Provided
	}
	if !slices.Contains(profile.Origins[:], c.Origin) {
		bad = append(bad, errs.At(path+".origin", "error.not_a_choice"))
	}
	if c.Proved && c.Origin != profile.Provided {
		bad = append(bad, errs.At(path+".proved", "error.not_a_choice"))
	}
	if len(c.How) > maxHow {
		bad = append(bad, errs.At(path+".how", "error.too_long", "max", maxHow))
	}
	var wrong *errs.Field
	if c.At, wrong = Moment(said.At, path+".at"); wrong != nil {
		bad = append(bad, *wrong)
	}
	if said.Value == nil {
		return c, bad
	}
	var err error
	if c.Value, err = profile.Canonical(f, *said.Value, a.country()); err != nil {
		bad = append(bad, fieldOf(path+".value", err))
	}
	return c, bad
}

// fieldOf ties an Invalid error to one place.
func fieldOf(path string, err error) errs.Field {
	if e, ok := err.(*errs.Error); ok { //nolint:errorlint // as it is made
		return errs.Field{Path: path, ID: e.ID, Args: e.Args}
	}
	return errs.At(path, "error.wrong_type")
}

// Moment reads a time (RFC 3339); the zero time for none.
func Moment(text *string, path string) (time.Time, *errs.Field) {
	if text == nil {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, *text)
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		bad := errs.At(path, "error.not_a_moment")
		return time.Time{}, &bad
	}
	return t.UTC().Truncate(time.Microsecond), nil
}

// A ReportBody is a decision that a system tells of.
type ReportBody struct {
	Purpose   consent.PurposeID `json:"purpose"`
	Status    consent.Status    `json:"status"`
	At        *string           `json:"at"`
	Confirmed bool              `json:"confirmed"`
	Proof     string            `json:"proof"`
	Channel   string            `json:"channel"`
}

// Report reads a decision.
func (a *Author) Report(b *ReportBody) (consent.Report, error) {
	r := consent.Report{
		System: a.System.Name, Purpose: b.Purpose, Status: b.Status, Confirmed: b.Confirmed,
		Proof: b.Proof, Scope: a.Brand, Brand: a.Brand, Channel: b.Channel,
	}
	if r.Channel == "" {
		r.Channel = "api"
	}
	var bad []errs.Field
	switch b.Status {
	case consent.Given, consent.Refused, consent.Revoked:
	case consent.Withdrawn:
		r.Status = consent.Refused // what it withdraws is for us to say
	default:
		bad = append(bad, errs.At("status", "error.not_a_choice"))
	}
	if len(b.Proof) > maxProof {
		bad = append(bad, errs.At("proof", "error.too_long", "max", maxProof))
	}
	if len(b.Channel) > maxChannel {
		bad = append(bad, errs.At("channel", "error.too_long", "max", maxChannel))
	}
	var wrong *errs.Field
	if r.At, wrong = Moment(b.At, "at"); wrong != nil {
		bad = append(bad, *wrong)
	}
	return r, errs.InvalidFields(bad...)
}

// Purpose returns a purpose that is in force where the author tells of it.
func (a *Author) Purpose(name consent.PurposeID) (*consent.PurposeVersion, bool) {
	v, ok := a.Organisation.Purpose(name)
	if !ok || v.Retired || a.Brand != "" && !v.On(a.Brand) {
		return nil, false
	}
	return v, true
}

// An IdentifierBody is an identifier as systems write it.
type IdentifierBody struct {
	Kind  identity.Kind `json:"kind"`
	Value string        `json:"value"`
}

// Identifier returns an identifier in its normal form; path is where it stands.
// A number counts within the author's own system, whose people alone it may
// name.
func (a *Author) Identifier(b IdentifierBody, path string) (identity.Identifier, error) {
	i := identity.Identifier{Kind: b.Kind}
	switch b.Kind {
	case identity.Email, identity.Phone:
	case identity.Customer, identity.Device:
		i.Scope = a.System.Name
	default:
		return i, errs.InvalidFields(errs.At(path+"kind", "error.not_a_choice"))
	}
	var err error
	i.Value, err = identity.Normalise(b.Kind, b.Value, a.country())
	var e *errs.Error
	if errors.As(err, &e) && e.Kind == errs.Invalid && len(e.Fields) == 0 {
		return i, errs.InvalidFields(errs.Field{Path: path + "value", ID: e.ID, Args: e.Args})
	}
	return i, err
}

// An ActivityBody is one thing that a system saw a person do.
type ActivityBody struct {
	Event  string            `json:"event"` // the system's own id of it
	Kind   string            `json:"kind"`
	At     *string           `json:"at"`
	Values map[string]string `json:"values"`
}

// Item reads an activity; path is where it stands.
func (b *ActivityBody) Item(path string) (activity.Item, *errs.Field) {
	at, wrong := Moment(b.At, path+"at")
	if b.At == nil {
		missing := errs.At(path+"at", "error.required")
		wrong = &missing
	}
	return activity.Item{Event: b.Event, Kind: b.Kind, At: at, Values: b.Values}, wrong
}

// activity reads what somebody did, at a time of the change where it has none. A
// kind that the author does not reach is refused as one that does not exist.
func (a *Author) activity(b *ActivityBody, at time.Time) (*activity.Item, error) {
	if b.At == nil && !at.IsZero() {
		text := at.Format(time.RFC3339Nano)
		b.At = &text
	}
	item, wrong := b.Item("activity.")
	if wrong != nil {
		return nil, errs.InvalidFields(*wrong)
	}
	if k, ok := a.Organisation.Activity(b.Kind); !ok || !a.MayKind(k) {
		beyond := errs.At("activity.kind", "error.beyond_key", "name", b.Kind)
		return nil, &errs.Error{Kind: errs.Forbidden, ID: "error.beyond_key", Args: beyond.Args, Fields: []errs.Field{beyond}}
	}
	return &item, nil
}

// A Told is one change as it was told, and by what it names its person: the
// name by which the system knows them, or identifiers.
type Told struct {
	Item
	Name  string
	Names []identity.Identifier
}

// change is the schema of one change, the same wherever it comes from.
type change struct {
	ID          string               `json:"id"`
	Sequence    int64                `json:"sequence"`
	At          *string              `json:"at"`
	CausedBy    string               `json:"caused_by"`
	Subject     string               `json:"subject"`
	Identifiers []IdentifierBody     `json:"identifiers"`
	Attributes  map[string]ClaimBody `json:"attributes"`
	Consent     *ReportBody          `json:"consent"`
	Identifier  *IdentifierBody      `json:"identifier"`
	Activity    *ActivityBody        `json:"activity"`
}

// Read reads one change. The id is returned with an error as well, if it can be
// read.
func (a *Author) Read(raw json.RawMessage) (Told, error) {
	var c change
	if err := strict(raw, &c); err != nil {
		var named struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(raw, &named) // strict stops where it does not understand
		return Told{Item: Item{ID: named.ID}}, err
	}
	t := Told{Item: Item{ID: c.ID, Cause: c.CausedBy}, Name: c.Subject}
	if err := c.check(); err != nil {
		return t, err
	}
	for i, body := range c.Identifiers {
		name, err := a.Identifier(body, "identifiers."+string(rune('0'+i))+".")
		if err != nil {
			return t, err
		}
		t.Names = append(t.Names, name)
	}
	return t, a.read(&c, &t)
}

// check refuses what names nobody, or says nothing or several things.
func (c *change) check() error {
	var bad []errs.Field
	if c.ID == "" || len(c.ID) > maxID {
		bad = append(bad, errs.At("id", "error.required"))
	}
	if c.Sequence < 0 {
		bad = append(bad, errs.At("sequence", "error.out_of_range"))
	}
	if (c.Subject == "") == (len(c.Identifiers) == 0) || len(c.Identifiers) > 9 {
		bad = append(bad, errs.At("subject", "error.required"))
	}
	said := 0
	for _, is := range []bool{c.Attributes != nil, c.Consent != nil, c.Identifier != nil, c.Activity != nil} {
		if is {
			said++
		}
	}
	if said != 1 {
		bad = append(bad, errs.At("", "error.one_change"))
	}
	return errs.InvalidFields(bad...)
}

// read reads what the change says.
func (a *Author) read(c *change, t *Told) (err error) {
	forbidden := &errs.Error{Kind: errs.Forbidden, ID: "error.forbidden"}
	at, wrong := Moment(c.At, "at")
	switch {
	case wrong != nil:
		return errs.InvalidFields(*wrong)
	case !a.mayTell(c):
		return forbidden
	case c.Activity != nil:
		t.Activity, err = a.activity(c.Activity, at)
		return err
	case c.Attributes != nil:
		if t.Attributes, err = a.Claims(c.Attributes); err != nil {
			return err
		}
		for name, claim := range t.Attributes {
			if claim.Seq = c.Sequence; claim.At.IsZero() {
				claim.At = at
			}
			t.Attributes[name] = claim
		}
		return nil
	case c.Consent != nil:
		r, err := a.Report(c.Consent)
		if err != nil {
			return err
		}
		if _, ok := a.Purpose(r.Purpose); !ok {
			return errs.InvalidFields(errs.At("consent.purpose", "error.no_purpose"))
		}
		if r.At.IsZero() {
			r.At = at
		}
		t.Report = &r
		return nil
	}
	i, err := a.Identifier(*c.Identifier, "identifier.")
	t.Identifier = &i
	return err
}

// mayTell tells whether the author may tell of such a thing at all.
func (a *Author) mayTell(c *change) bool {
	switch {
	case c.Activity != nil:
		return a.MayActivity
	case c.Consent != nil:
		return a.MayConsent
	}
	return a.MayProfile
}

// strict reads one JSON object into v and refuses what v does not have.
func strict(raw json.RawMessage, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return errs.InvalidFields(errs.At(wrong.Field, "error.wrong_type"))
	}
	// encoding/json has no type for this.
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return errs.InvalidFields(errs.At(strings.Trim(name, `"`), "error.unknown_member"))
	}
	return errs.InvalidFields(errs.At("", "error.wrong_type"))
}
