package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/inbound"
)

// A consentBody is what stands about one purpose, and whether it may be acted
// on now.
type consentBody struct {
	Purpose consent.PurposeID `json:"purpose"`
	Status  consent.Status    `json:"status"`
	Version int               `json:"version,omitempty"` // of the purpose, that was decided on
	At      *time.Time        `json:"at,omitempty"`
	Until   *time.Time        `json:"until,omitempty"`
	Record  consent.RecordID  `json:"record,omitempty"`
	Allowed bool              `json:"allowed"`
	Reasons []decision.Reason `json:"reasons"`
	// Changes is when the answer may become another by itself.
	Changes *time.Time `json:"changes,omitempty"`
}

func (a *API) consentBody(f decision.Facts, v *consent.PurposeVersion, st consent.Standing, brand string) consentBody {
	verdict := decision.May(f, decision.Question{Purpose: v, Brand: brand, At: a.Clock.Now()})
	return consentBody{
		Purpose: v.Purpose, Status: st.Status, Version: st.Version, At: optional(st.At), Until: optional(st.Until),
		Record: st.Record, Allowed: verdict.Allow, Reasons: verdict.Reasons, Changes: optional(verdict.Until),
	}
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Consents answers with what stands about each purpose.
func (a *API) Consents(c echo.Context) error { return a.serve(a.consents)(c) }

func (a *API) consents(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c, "cursor", "limit"); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	list := []consentBody{}
	for _, v := range who.purposes() {
		list = append(list, a.consentBody(p.facts, v, p.facts.Consents.Of(v.Purpose, who.brand), who.brand))
	}
	page, next, err := paged(a, c, list, func(b consentBody) string { return string(b.Purpose) })
	return answer{
		status: http.StatusOK, subject: p.id, header: next,
		body: map[string]any{"subject": p.name, "version": p.facts.Version, "consents": page},
	}, err
}

// ReportConsent records a decision that a system tells of.
func (a *API) ReportConsent(c echo.Context) error { return a.serve(a.reportConsent)(c) }

func (a *API) reportConsent(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in inbound.ReportBody
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	r, err := who.author().Report(&in)
	if err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	v, found := who.purpose(in.Purpose)
	if !found {
		return answer{}, errs.InvalidFields(errs.At("purpose", "error.no_purpose"))
	}
	o, err := a.take(web.Context(c), who, inbound.Item{Subject: p.id, Report: &r})
	if err != nil {
		return answer{}, err
	}
	after := o.After.Consents.Of(r.Purpose, r.Scope)
	status := http.StatusOK
	if len(o.Records) > 0 {
		status = http.StatusCreated
	}
	return answer{status: status, subject: p.id, body: map[string]any{
		"recorded": len(o.Records) > 0, "consent": a.consentBody(o.After, v, after, who.brand),
	}}, nil
}

// purpose returns a purpose that is in force where the request is for.
func (w *caller) purpose(name consent.PurposeID) (*consent.PurposeVersion, bool) {
	all := w.purposes()
	i := slices.IndexFunc(all, func(v *consent.PurposeVersion) bool { return v.Purpose == name })
	if i < 0 {
		return nil, false
	}
	return all[i], true
}

// A recordBody is one line of the proof.
type recordBody struct {
	Record  consent.RecordID  `json:"record"`
	Purpose consent.PurposeID `json:"purpose"`
	Version int               `json:"version"`
	Status  consent.Status    `json:"status"`
	Brand   string            `json:"brand,omitempty"` // that it is limited to
	At      time.Time         `json:"at"`
	Until   *time.Time        `json:"until,omitempty"`
	Notice  string            `json:"notice,omitempty"`
	Locale  string            `json:"locale,omitempty"`
	Proof   consent.ProofKind `json:"proof"`
	Channel string            `json:"channel"`
	Via     consent.PurposeID `json:"via,omitempty"`
}

// Records answers with the records about a subject's consents, oldest first.
func (a *API) Records(c echo.Context) error { return a.serve(a.records)(c) }

func (a *API) records(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c, "purpose", "cursor", "limit"); err != nil {
		return answer{}, err
	}
	purpose := consent.PurposeID(c.QueryParam("purpose"))
	if _, ok := who.purpose(purpose); purpose != "" && !ok {
		return answer{}, errs.InvalidFields(errs.At("purpose", "error.no_purpose"))
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	all, err := a.Store.Records(web.Context(c), p.id, purpose)
	if err != nil {
		return answer{}, err
	}
	list := []recordBody{}
	for _, r := range all {
		if who.mayRecord(&r) {
			list = append(list, recordBody{
				r.ID, r.Purpose, r.Version, r.Status, r.Scope, r.At, optional(r.Until), r.Notice, r.Locale, r.Proof.Kind, r.Channel, r.Via,
			})
		}
	}
	page, next, err := paged(a, c, list, func(r recordBody) string { return string(r.Record) })
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, subject: p.id, header: next, body: map[string]any{"subject": p.name, "records": page}}, nil
}

// mayRecord tells whether a record counts at the brand that the request is for.
func (w *caller) mayRecord(r *consent.Record) bool {
	_, here := w.purpose(r.Purpose)
	return w.key.Brand == authz.AllBrands && w.brand == "" || here && (r.Scope == "" || r.Scope == w.brand)
}
