package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
)

const (
	// maxAsked is how many people one question may be about.
	maxAsked = 10_000
	// farthest is how far ahead a question may look.
	farthest = 366 * 24 * time.Hour
)

// An asking is one question about one or many people.
type asking struct {
	*decision.Asking
	who    *caller
	names  *keyring.Pairing // of the caller's system
	record bool
}

// A ruling is the answer about one person.
type ruling struct {
	decision.Verdict
	name    string // by which the caller's system knows them; "" for nobody that it may know of
	version int    // of the purpose that was decided on
}

// Decide answers whether something may be done now, for up to maxAsked people.
func (a *API) Decide(c echo.Context) error {
	room, _ := a.rooms.Get().(*[]byte)
	if room == nil {
		room = new([]byte)
	}
	defer a.rooms.Put(room)
	return a.serve(func(c echo.Context, who *caller) (answer, error) { return a.decide(c, who, room) })(c)
}

// decide writes its answer into room, which is nobody else's until it is sent.
func (a *API) decide(c echo.Context, who *caller, room *[]byte) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in decideRequest
	if err := in.decode(c); err != nil {
		return answer{}, err
	}
	ask, err := a.asking(who, in.Purpose, in.Channel, in.At)
	if err != nil {
		return answer{}, err
	}
	if err := ask.machine(in.Automated); err != nil {
		return answer{}, err
	}
	ask.record = in.Record
	n := len(in.Subjects) + len(in.Identifiers)
	if n == 0 || n > maxAsked || len(in.Subjects) > 0 && len(in.Identifiers) > 0 {
		return answer{}, errs.InvalidFields(errs.At("subjects", "error.out_of_range_number", "min", 1, "max", maxAsked))
	}
	ctx := web.Context(c)
	if err := a.Index.Refresh(ctx); err != nil {
		return answer{}, err
	}
	body := append((*room)[:0], `{"decisions":[`...)
	for i := range n {
		var r ruling
		if len(in.Subjects) > 0 {
			r, err = a.rule(ctx, ask, in.Subjects[i])
		} else {
			r, err = a.ruleFor(ctx, ask, in.Identifiers[i], fmt.Sprintf("identifiers.%d.", i))
		}
		if err != nil {
			return answer{}, err
		}
		if i > 0 {
			body = append(body, ',')
		}
		body = r.append(body)
	}
	*room = append(body, "]}\n"...)
	return answer{status: http.StatusOK, body: written(*room)}, nil
}

// asking reads what is asked about. The moment is now, or later: what is held
// today says nothing about yesterday.
func (a *API) asking(who *caller, purpose consent.PurposeID, channel string, at *string) (*asking, error) {
	var bad []errs.Field
	now := a.Clock.Now()
	v, found := who.org.Purpose(purpose)
	if !found || v.Retired || who.brand != "" && !v.On(who.brand) {
		bad = append(bad, errs.At("purpose", "error.no_purpose"))
	}
	if _, ok := who.org.Channel(channel); channel != "" && !ok {
		bad = append(bad, errs.At("channel", "error.not_a_choice"))
	}
	when, wrong := inbound.Moment(at, "at")
	switch {
	case wrong != nil:
		bad = append(bad, *wrong)
	case when.IsZero():
		when = now
	case when.Before(now.Add(-time.Minute)) || when.After(now.Add(farthest)):
		bad = append(bad, errs.At("at", "error.out_of_range"))
	}
	if len(bad) > 0 {
		return nil, errs.InvalidFields(bad...)
	}
	names, err := a.Secrets.Pairing(who.system.Name)
	if err != nil {
		return nil, err
	}
	q := decision.Question{Purpose: v, Brand: who.brand, Channel: channel, At: when}
	return &asking{Asking: decision.NewAsking(q, who.system.Name, who.org.Revision), who: who, names: names}, nil
}

// rule answers about whom the caller's system knows by name. What is not there,
// or another brand's, is unknown.
func (a *API) rule(ctx context.Context, ask *asking, name string) (ruling, error) {
	subject, ok := ask.names.Subject(name)
	if !ok {
		return refused(errs.NotFound, ask.who)
	}
	return a.ruleOn(ctx, ask, subject, name)
}

// ruleOn answers about a subject, by the bytes of its id, and under the name that
// the caller's system has for it.
func (a *API) ruleOn(ctx context.Context, ask *asking, subject [16]byte, name string) (ruling, error) {
	known, err := a.Index.Look(ctx, subject, ask.Asking)
	if err != nil {
		return refused(err, ask.who)
	}
	if ask.who.key.Brand != authz.AllBrands {
		is, err := known.Concerns(ctx, ask.Asking, ask.who.org.Field)
		if err != nil || !is {
			return refused(errors.Join(err, errs.NotFound), ask.who)
		}
	}
	r := ruling{name: name}
	r.Verdict, r.version = known.May(ask.Asking)
	if ask.record {
		return r, a.recordRuling(ctx, ask, id.Subject(id.Of(subject)), &r)
	}
	return r, nil
}

// refused is the answer about somebody who is not there. That somebody was
// erased is told to a key for all brands alone: it is told so by hooks, too.
func refused(err error, who *caller) (ruling, error) {
	switch {
	case errors.Is(err, errs.Gone) && who.key.Brand == authz.AllBrands:
		return ruling{Verdict: decision.Verdict{Reasons: []decision.Reason{decision.Erased}}}, nil
	case errors.Is(err, errs.Gone), errors.Is(err, errs.NotFound):
		return ruling{Verdict: decision.Verdict{Reasons: []decision.Reason{decision.Nobody}}}, nil
	}
	return ruling{}, err
}

// ruleFor answers about whoever bears an identifier. One that several bear and
// nobody has proved is nobody's: it cannot be told whose no would count.
func (a *API) ruleFor(ctx context.Context, ask *asking, body inbound.IdentifierBody, path string) (ruling, error) {
	i, err := ask.who.author().Identifier(body, path)
	if err != nil {
		return ruling{}, err
	}
	subject, err := a.bearer(ctx, i)
	if err != nil {
		return refused(err, ask.who)
	}
	name, err := a.Secrets.Pairwise(ask.who.system.Name, subject)
	if err != nil {
		return ruling{}, err
	}
	b, _ := id.Bytes(string(subject)) // which has a name
	return a.ruleOn(ctx, ask, b, name)
}

// bearer returns the one subject that an identifier names: who has proved it,
// or the only one that bears it; else errs.NotFound.
func (a *API) bearer(ctx context.Context, i identity.Identifier) (id.Subject, error) {
	holders, err := a.Store.Holders(ctx, i.Kind, i.Scope, i.Value)
	if err != nil {
		return "", err
	}
	if len(holders) == 0 {
		return "", noSubject()
	}
	for _, h := range holders[1:] {
		if holders[0].VerifiedAt.IsZero() && h.Subject != holders[0].Subject {
			return "", noSubject()
		}
	}
	return holders[0].Subject, nil
}

// recordRuling keeps an answer in the person's ledger, and counts a contact
// that was allowed.
func (a *API) recordRuling(ctx context.Context, ask *asking, subject id.Subject, r *ruling) error {
	now := a.Clock.Now()
	return ledger.Retry(func() error {
		f, err := a.Store.Beside(ctx, subject)
		if err != nil {
			return err
		}
		// Decided on what is written on: of two contacts at the same moment the
		// second one meets a budget that the first has used.
		r.Verdict = decision.May(f, ask.Question)
		c := ledger.Change{
			Subject: subject, Base: f.Version, At: now, Brand: ask.Brand,
			Actor: ledger.Actor{Kind: ledger.BySystem, ID: ask.who.system.Name},
			Entries: []ledger.Draft{{Kind: decision.Asked, Payload: decision.Trace{
				System: ask.who.system.Name, Purpose: ask.Purpose.Purpose, Brand: ask.Brand, Channel: ask.Channel,
				Allow: r.Allow, Reason: r.Reasons[0], Record: r.Record, Version: ask.Purpose.Number,
			}}},
		}
		if r.Allow && ask.Channel != "" && ask.Purpose.Marketing {
			c.Rows = append(c.Rows, f.Contacts.With(decision.Contact{At: now, Brand: ask.Brand}))
		}
		_, err = a.Store.Commit(ctx, c)
		return err
	})
}

// A written body is JSON already.
type written []byte

// append writes the answer as JSON. It is written by hand: a batch has ten
// thousand of them.
func (r *ruling) append(b []byte) []byte {
	b = append(b, '{')
	if r.name != "" {
		b = append(append(append(b, `"subject":"`...), r.name...), `",`...)
	}
	b = strconv.AppendBool(append(b, `"allow":`...), r.Allow)
	b = append(b, `,"reasons":[`...)
	for i, reason := range r.Reasons {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), reason...), '"')
	}
	b = append(b, ']')
	if r.Record != "" {
		b = append(append(append(b, `,"record":"`...), r.Record...), '"')
	}
	if r.version > 0 {
		b = strconv.AppendInt(append(b, `,"version":`...), int64(r.version), 10)
	}
	if !r.Until.IsZero() {
		b = r.Until.UTC().AppendFormat(append(b, `,"until":"`...), time.RFC3339Nano)
		b = append(b, '"')
	}
	return append(b, '}')
}

// MarshalJSON writes what append does.
func (r *ruling) MarshalJSON() ([]byte, error) { return json.RawMessage(r.append(nil)), nil }
