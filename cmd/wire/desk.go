package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/audience"
	"livingprofile/internal/automated"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/footer"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/mail"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/receipt"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
	"livingprofile/store"
	view "livingprofile/views/mail"
	"livingprofile/views/report"
)

// carryKind is the kind of the jobs that carry requests out.
const carryKind = "rights.carry"

// A desk is what requests need from the rest of the product.
type desk struct {
	db      *store.DB
	org     *Current
	bundle  *i18n.Bundle
	consent *consent.Service
	laws    *rights.Packs
	base    *url.URL

	values    *profile.Service
	machinery *automated.Service

	receipts *receipt.Maker
	sender   *transfer.Sender
	erasures *rights.List
}

// A carried is the payload of a job that carries a request out. It names
// nobody, and is sealed with the installation's key: the job must outlive the
// key of whom it erases.
type carried struct {
	Subject id.Subject       `json:"subject"`
	Request rights.RequestID `json:"request"`
}

// Work prepares, at now, the job that carries r out at a time.
func (d *desk) Work(r rights.Request, at, now time.Time) (any, error) {
	j, err := job.New(carryKind, "", carried{r.Subject, r.ID}, now)
	return j.Later(at), err
}

// carry says how those jobs are done.
func carry(s *rights.Service, refer func(context.Context, id.Subject, rights.RequestID) error) job.Work {
	return job.Work{
		Kind: carryKind, Limit: 5 * time.Minute,
		Do: func(ctx context.Context, j job.Job) error {
			var c carried
			if err := j.Decode(&c); err != nil {
				return err
			}
			// First: an erasure takes by what processors know the person.
			if err := refer(ctx, c.Subject, c.Request); err != nil {
				return err
			}
			return s.Carry(ctx, c.Subject, c.Request)
		},
	}
}

// Letters prepares the mails about r to every address that the person has
// proved: whoever else may have asked in their name, they learn of it. That a
// grave request came in is told to every address that is known, with the way to
// take it back: one that nobody has proved may be the person's only one that
// works. What it may say to a stranger is that somebody asked, and nothing else.
func (d *desk) Letters(ctx context.Context, r rights.Request, message string, placed ...rights.PersonHold) ([]any, error) {
	all, err := d.identifiers(ctx, r.Subject)
	if err != nil {
		return nil, err
	}
	now := d.db.Clock().Now()
	m, owner := d.letter(r, message)
	if m.Cancel, err = d.cancelling(&r, message, now); err != nil {
		return nil, err
	}
	if m.Holds, err = d.holds(ctx, &r, message, placed); err != nil {
		return nil, err
	}
	full, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("letter about a request: %w", err)
	}
	bare, err := json.Marshal(view.Request{Kind: m.Kind, Number: m.Number, Message: m.Message, Due: m.Due, Acts: m.Acts, URL: m.URL, Cancel: m.Cancel})
	if err != nil {
		return nil, fmt.Errorf("letter about a request: %w", err)
	}
	var rows []any
	for i := range all {
		data := full
		switch {
		case all[i].Kind != identity.Email:
			continue
		case all[i].Verified():
		case m.Cancel == "":
			continue
		default:
			data = bare
		}
		j, err := mail.NewJob(mail.Letter{
			Template: view.RequestTemplate, To: mail.Address{Email: all[i].Value}, Brand: r.Brand, Locale: r.Locale, Data: data,
		}, owner, now)
		if err != nil {
			return nil, err
		}
		rows = append(rows, j)
	}
	return rows, nil
}

// cancelling is the link by which whoever gets the letter that a grave request
// came in takes it back, until it is carried out; "" for another letter.
func (d *desk) cancelling(r *rights.Request, message string, now time.Time) (string, error) {
	until := r.ActAt
	if until.IsZero() {
		until = r.DueAt
	}
	if message != "acknowledged" || !r.Kind.Grave() || !until.After(now) {
		return "", nil
	}
	text, err := footer.Mint(d.db.Ring().System(), footer.Link{
		Kind: footer.Cancel, Subject: r.Subject, Brand: r.Brand, Topic: string(r.ID), Expires: until,
	})
	return d.base.JoinPath("u", text).String(), err
}

// holds are what a letter about an erasure says of the holds on the person, which
// is not carried out as they asked (Art. 12(4) GDPR): those in force as it came
// in, or those that are placed now.
func (d *desk) holds(ctx context.Context, r *rights.Request, message string, all []rights.PersonHold) (told []view.Hold, err error) {
	if message == "acknowledged" && r.Kind == rights.Erasure {
		if all, err = d.db.PersonHolds(ctx, r.Subject); err != nil {
			return nil, err
		}
	}
	for i := range all {
		h := &all[i]
		told = append(told, view.Hold{Fields: fieldLabels(d.org.Load(), h.Fields, r.Locale), Reason: h.Reason, Until: h.Until})
	}
	return told, nil
}

// Sent tells whether every mail to a subject has gone out, or was given up.
func (d *desk) Sent(ctx context.Context, subject id.Subject) (bool, error) {
	n, err := d.db.Waiting(ctx, mail.JobKind, subject)
	return n == 0, err
}

// letter is what a letter about r says, and with whose key it is sealed.
func (d *desk) letter(r rights.Request, message string) (view.Request, id.Subject) {
	message, certificate, erased := strings.Cut(message, ":")
	m := view.Request{Kind: string(r.Kind), Number: r.Number, Message: message, Due: r.DueAt}
	if message == "held" && len(r.HeldFields) > 0 {
		m.Message, m.Fields = "held_fields", fieldLabels(d.org.Load(), r.HeldFields, r.Locale)
	}
	if n := len(r.Steps); n > 0 && r.Steps[n-1].By == ledger.ByStaff {
		m.Words = r.Steps[n-1].Note
		if pack, ok := d.laws.Edition(r.Pack); ok && message == "rejected" {
			m.Ground, m.Authority = groundWords(pack, r.Steps[n-1].Ground, r.Locale), pack.Authority.Name.In(r.Locale)
			m.Complain = pack.Authority.Address
		}
	}
	if erased {
		m.URL = d.base.JoinPath("erasures", certificate).String()
		return m, ""
	}
	m.URL = d.base.JoinPath(r.Brand, "requests", string(r.ID)).String()
	if r.Kind == rights.Erasure && !r.ActAt.IsZero() {
		m.Acts = r.ActAt
	}
	if message == "fulfilled" && (r.Kind == rights.Access || r.Kind == rights.Portability) && r.Matter.Scope != rights.ControllerScope {
		m.Take = r.ClosedAt.Add(rights.CopyLife)
	}
	m.Thaws, m.Appeal = r.ThawAt, r.AppealBy()
	return m, r.Subject
}

func fieldLabels(org *organisation.Organisation, names []string, locale string) []string {
	var labels []string
	for _, f := range org.FieldsOf(names) {
		labels = append(labels, f.Label.In(locale))
	}
	return labels
}

// groundWords is the letter that a law pack has for a refusal.
func groundWords(pack *rights.Pack, code, locale string) string {
	g, _ := pack.Ground(code)
	return g.Letter.In(locale)
}

// preview is the letter about r as its person would read it.
func (d *desk) preview(ctx context.Context, r rights.Request, message string) (subject, text string, err error) {
	m, _ := d.letter(r, message)
	data, err := json.Marshal(m)
	if err != nil {
		return "", "", fmt.Errorf("letter about a request: %w", err)
	}
	written, err := (&renderer{bundle: d.bundle, org: d.org}).Render(ctx, mail.Letter{
		Template: view.RequestTemplate, Brand: r.Brand, Locale: r.Locale, Data: data,
	})
	return written.Subject, written.Text, err
}

// Erased puts what was erased on the erasure list.
func (d *desk) Erased(ctx context.Context) error { return d.erasures.Copy(ctx) }

// Names returns by which identifiers connected systems know somebody.
func (d *desk) Names(all []identity.Identifier) []identity.Identifier {
	return hook.Names(d.org.Load(), all)
}

// StopMarketing says no to the purpose that r objects to, when it is direct
// marketing.
func (d *desk) StopMarketing(ctx context.Context, r rights.Request) (bool, error) {
	v, ok := d.org.Load().Purpose(consent.PurposeID(r.Matter.Name))
	if !ok || !v.Marketing {
		return false, nil
	}
	proof, channel := consent.Proof{Kind: consent.BySession, Ref: r.Proof.Session}, "portal"
	if r.Proof.Member != "" {
		proof, channel = consent.Proof{Kind: consent.ByStaffEntry, Ref: r.Proof.Member}, r.Proof.Method
	}
	if r.Proof.System != "" {
		proof, channel = consent.Proof{Kind: consent.BySystemSays, Ref: r.Proof.System}, "api"
	}
	_, err := d.consent.Decide(ctx, consent.Ask{
		Subject: r.Subject, Actor: ledger.Self(r.Subject), Purpose: v.Purpose, Answer: consent.No, Locale: r.Locale,
		Proof: proof, Brand: r.Brand, Channel: channel, At: r.Steps[0].At, Cause: string(r.ID),
	})
	return err == nil, err
}

// Bundle makes the file of a copy: all that is held, in the words of the
// organisation and the language of the person.
func (d *desk) Bundle(ctx context.Context, r rights.Request) ([]byte, error) {
	doc, err := d.document(ctx, r)
	if err != nil {
		return nil, err
	}
	ctx = i18n.With(ctx, d.bundle.Localizer(r.Locale).In(d.org.Load().Zone(r.Brand)))
	words := (&reader{ctx, d.org.Load(), doc}).page()
	page, err := report.Render(ctx, words)
	if err != nil {
		return nil, err
	}
	print, err := report.PDF(ctx, words)
	if err != nil {
		return nil, err
	}
	return doc.Zip(page, print)
}

// Copy makes the file of all that is held of somebody, as access hands it out.
func (s *Service) Copy(ctx context.Context, subject id.Subject, brand, locale string) ([]byte, error) {
	return s.desk.Bundle(ctx, rights.Request{Subject: subject, Kind: rights.Access, Brand: brand, Locale: locale})
}

// Forget carries out an accepted erasure as if its day had come.
func (s *Service) Forget(ctx context.Context, r rights.Request) error {
	return rights.NewService(s.DB, s.desk, clock.NewFake(r.ActAt)).Carry(ctx, r.Subject, r.ID)
}

func (d *desk) document(ctx context.Context, r rights.Request) (*rights.Document, error) {
	facts, err := d.db.Facts(ctx, r.Subject)
	if err != nil {
		return nil, err
	}
	identifiers, err := d.identifiers(ctx, r.Subject)
	if err != nil {
		return nil, err
	}
	circle, err := d.db.Circle(ctx, r.Subject)
	if err != nil {
		return nil, err
	}
	var records []consent.Record
	for _, one := range circle {
		some, err := d.db.Records(ctx, one, "")
		if err != nil {
			return nil, err
		}
		records = append(records, some...)
	}
	doc := &rights.Document{Number: r.Number, Kind: r.Kind, Locale: r.Locale, MadeAt: d.db.Clock().Now()}
	w := &writer{org: d.org.Load(), facts: facts, locale: r.Locale}
	doc.Given, doc.Inferred = w.sections()
	if doc.Activities, err = d.activities(ctx, r); err != nil {
		return nil, err
	}
	if doc.Machines, err = d.machines(ctx, r); err != nil {
		return nil, err
	}
	if doc.Attached, err = d.attached(ctx, circle); err != nil {
		return nil, err
	}
	doc.Consents, doc.Purposes = w.decisions(records), w.purposes()
	if doc.Receipts, err = d.receiptFiles(ctx, r, records); err != nil {
		return nil, err
	}
	for _, i := range identifiers {
		doc.Identifiers = append(doc.Identifiers, rights.NamedValue{
			Kind: string(i.Kind), Scope: i.Scope, Value: i.Value, Source: w.system(i.Source), Verified: i.VerifiedAt,
		})
	}
	if doc.Preferences, err = json.Marshal(facts.Preferences); err != nil {
		return nil, fmt.Errorf("preferences: %w", err)
	}
	if r.Kind == rights.Access {
		told, err := store.Together{DB: d.db}.Deliveries(ctx, r.Subject, mostReceived)
		if err != nil {
			return nil, err
		}
		for _, one := range circle {
			some, err := d.history(ctx, one)
			if err != nil {
				return nil, err
			}
			doc.History = append(doc.History, some...)
		}
		slices.SortStableFunc(doc.History, func(a, b rights.Happened) int { return b.At.Compare(a.At) })
		var files []audience.Handout
		for _, one := range circle {
			some, err := d.db.Handouts(ctx, one)
			if err != nil {
				return nil, err
			}
			files = append(files, some...)
		}
		staff := i18n.T(i18n.With(ctx, d.bundle.Localizer(r.Locale)), "actor.staff")
		doc.Recipients = w.recipients(told, doc.History, files, staff)
	}
	return doc, nil
}

// attached are the files that were added to the requests of a person.
func (d *desk) attached(ctx context.Context, circle []id.Subject) ([]rights.Attached, error) {
	var all []rights.Attached
	for _, one := range circle {
		files, err := d.db.Attachments(ctx, one)
		if err != nil {
			return nil, err
		}
		docket, err := d.db.Docket(ctx, one)
		if err != nil {
			return nil, err
		}
		for i := range files {
			f := &files[i]
			r, _ := docket.Find(f.Request)
			all = append(all, rights.Attached{Request: r.Number, Name: f.Name, Type: f.Type, Bytes: f.Size, By: string(f.By), At: f.At})
		}
	}
	return all, nil
}

// receiptFiles are the receipts of records in all their forms. Each is a
// document of its own, as a program that checks or reads receipts wants it.
func (d *desk) receiptFiles(ctx context.Context, r rights.Request, records []consent.Record) ([]rights.File, error) {
	org := d.org.Load()
	b, ok := org.Brand(r.Brand)
	if !ok {
		return nil, fmt.Errorf("receipts: no brand %s", r.Brand)
	}
	// The same few checkpoints seal most records of a person.
	receipts := *d.receipts
	receipts.Open = remembered(receipts.Open)
	var all []rights.File
	for i := range records {
		proved, err := receipts.ProvedRecord(ctx, records[i].ID)
		if err != nil {
			return nil, fmt.Errorf("receipt: %w", err)
		}
		own, err := receipts.Make(ctx, org, proved)
		if err != nil {
			return nil, fmt.Errorf("receipt: %w", err)
		}
		for _, f := range receipts.Forms(org, b, &own) {
			all = append(all, rights.File{Name: "receipts/" + string(own.ID) + f.Ending, Content: f.Content})
		}
	}
	return all, nil
}

// remembered opens each checkpoint once. It is for one goroutine.
func remembered(open func([]byte) (*ledger.Checkpoint, error)) func([]byte) (*ledger.Checkpoint, error) {
	opened := map[string]*ledger.Checkpoint{}
	return func(signed []byte) (*ledger.Checkpoint, error) {
		if cp, ok := opened[string(signed)]; ok {
			return cp, nil
		}
		cp, err := open(signed)
		if err == nil {
			opened[string(signed)] = cp
		}
		return cp, err
	}
}

// identifiers are those of all records of the person, each once.
func (d *desk) identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error) {
	circle, err := d.db.Circle(ctx, subject)
	if err != nil {
		return nil, err
	}
	var all []identity.Identifier
	for _, one := range circle {
		some, err := d.db.Identifiers(ctx, one)
		if kind := errs.KindOf(err); one != subject && (kind == errs.Gone || kind == errs.NotFound) {
			continue // erased in this moment
		}
		if err != nil {
			return nil, err
		}
		for _, i := range some {
			at := slices.IndexFunc(all, func(o identity.Identifier) bool {
				return o.Kind == i.Kind && o.Scope == i.Scope && o.Value == i.Value
			})
			switch {
			case at < 0:
				all = append(all, i)
			case i.Verified() && !all[at].Verified():
				all[at] = i
			}
		}
	}
	return all, nil
}

// mostReceived bounds what a copy tells of what systems received.
const mostReceived = 1000

// historyAtOnce is how much of the history is read at a time.
const historyAtOnce = 500

func (d *desk) history(ctx context.Context, subject id.Subject) ([]rights.Happened, error) {
	var all []rights.Happened
	for before := int64(0); ; {
		page, err := d.db.History(ctx, subject, ledger.HistoryPage{Before: before, Limit: historyAtOnce})
		if err != nil {
			return nil, err
		}
		for _, h := range page {
			all = append(all, rights.Happened{
				At: h.At, Kind: string(h.Kind), Actor: string(h.Actor.Kind), Brand: h.Brand, Payload: h.Payload,
			})
			before = h.Version
		}
		if len(page) < historyAtOnce {
			return all, nil
		}
	}
}

// sweepCopies deletes the copies that nobody took in time.
func sweepCopies(db *store.DB) job.Task {
	return job.Task{Name: "rights.copies", Every: time.Minute, Do: func(ctx context.Context, now time.Time) error {
		_, err := db.SweepCopies(ctx, now)
		return err
	}}
}

// Packs reads the law packs: those that the product brings, under those of the
// operator's folder.
func (s *Settings) Packs() (*rights.Packs, error) {
	p, err := rights.FolderPacks(s.Laws)
	if err != nil {
		return nil, errors.Join(errors.New("law packs"), err)
	}
	return p, nil
}
