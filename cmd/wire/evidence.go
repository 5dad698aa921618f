package wire

import (
	"context"
	"errors"

	"livingprofile/internal/errs"
	"livingprofile/internal/evidence"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/views/report"
)

// Evidence makes the pack of a request, its page in the language of the member
// who takes it. Of an erased person it has what is left: dates, state, law, and
// the lines of the ledger unopened.
func (s *Service) Evidence(ctx context.Context, row review.Row) ([]byte, error) {
	p := evidence.Pack{
		Installation: s.DB.Installation(), MadeAt: s.Clock.Now(), PublicKey: s.publicKey, Checkpoints: map[int64][]byte{},
	}
	r, _, err := s.Review.Read(ctx, row)
	switch {
	case errors.Is(err, errs.Gone), errors.Is(err, errs.NotFound):
		r = rights.Request{
			ID: row.ID, Number: row.Number, Subject: row.Subject, Kind: row.Kind, State: row.State, Brand: row.Brand, Pack: row.Pack,
			ReceivedAt: row.ReceivedAt, DueAt: row.DueAt, ActAt: row.ActAt, ClosedAt: row.ClosedAt, Assignee: row.Assignee,
		}
	case err != nil:
		return nil, err
	}
	r.Proof.Session = "" // is nobody's business and proves nothing
	p.Request = r
	if pack, ok := s.Laws.Edition(r.Pack); ok {
		right := pack.Rights[r.Kind]
		p.Law = evidence.Law{
			Edition: r.Pack, Name: pack.Law.In(i18n.Locale(ctx)), Right: right.Called.In(i18n.Locale(ctx)), Article: right.Rule.Article,
			Source: pack.Source, Reviewed: pack.Reviewed,
		}
	}
	if p.Letters, err = s.lettersOf(ctx, r); err != nil {
		return nil, err
	}
	if err := s.prove(ctx, &p); err != nil {
		return nil, err
	}
	if p.Page, err = s.evidencePage(ctx, &p); err != nil {
		return nil, err
	}
	return p.Zip(s.sign)
}

// lettersOf writes again what the person was written at each step.
func (s *Service) lettersOf(ctx context.Context, r rights.Request) ([]evidence.Letter, error) {
	messages := map[rights.Move]string{}
	for _, t := range rights.Transitions() {
		messages[t.Move] = t.Message
	}
	zone := s.Current.Load().Zone(r.Brand)
	var all []evidence.Letter
	for i, step := range r.Steps {
		message := messages[step.Move]
		if message == "" {
			continue
		}
		then := r
		then.State, then.Steps = step.State, r.Steps[:i+1]
		subject, text, err := s.desk.preview(ctx, then, message)
		if err != nil {
			return nil, err
		}
		all = append(all, evidence.Letter{At: step.At.In(zone), Message: message, Subject: subject, Text: text})
	}
	return all, nil
}

// prove adds the lines of the ledger with their proof.
func (s *Service) prove(ctx context.Context, p *evidence.Pack) error {
	found, err := s.DB.CausedBy(ctx, p.Request.Subject, string(p.Request.ID))
	if err != nil {
		return err
	}
	for i := range found {
		signed, joints, err := s.DB.Proof(ctx, &found[i].Entry, s.OpenCheckpoint)
		var number int64
		switch {
		case errors.Is(err, errs.NotFound): // the next checkpoint will
		case err != nil:
			return err
		default:
			c, err := s.OpenCheckpoint(signed)
			if err != nil {
				return err
			}
			number = c.Number
			p.Checkpoints[number] = signed
		}
		p.Lines = append(p.Lines, evidence.LineOf(&found[i], joints, number))
	}
	return nil
}

func (s *Service) evidencePage(ctx context.Context, p *evidence.Pack) ([]byte, error) {
	r, org := &p.Request, s.Current.Load()
	zone := org.Zone(r.Brand)
	ctx = i18n.InZone(ctx, zone)
	t := func(id string, args ...any) string { return i18n.T(ctx, id, args...) }
	e := report.Evidence{Number: r.Number, Kind: t("rights.kind." + string(r.Kind)), MadeAt: p.MadeAt}
	fact := func(label, text string) {
		if text != "" {
			e.Facts = append(e.Facts, report.EvidenceFact{Label: t("evidence.fact." + label), Text: text})
		}
	}
	if b, ok := org.Brand(r.Brand); ok {
		fact("controller", b.LegalName)
	}
	fact("state", t("request.state."+string(r.State)))
	fact("received", i18n.DateTime(ctx, r.ReceivedAt))
	fact("due", i18n.DateTime(ctx, r.DueAt))
	if !r.ClosedAt.IsZero() {
		fact("closed", i18n.DateTime(ctx, r.ClosedAt))
	}
	fact("zone", zone.String())
	fact("law", p.Law.Name+" · "+p.Law.Right+" "+p.Law.Article+" · "+p.Law.Edition)
	fact("words", r.Matter.Text)
	members, err := s.Staff.Members(ctx)
	if err != nil {
		return nil, err
	}
	for i := range r.Steps {
		step := &r.Steps[i]
		e.Steps = append(e.Steps, report.EvidenceStep{
			At: step.At, Who: whoDid(ctx, members, step), What: t("request.step." + string(step.Move)), Why: step.Note,
		})
	}
	for _, l := range p.Letters {
		e.Letters = append(e.Letters, report.EvidenceLetter{At: l.At, Subject: l.Subject, Text: l.Text})
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		covered := t("evidence.uncovered")
		if l.Checkpoint > 0 {
			covered = t("evidence.checkpoint", "number", i18n.Number(ctx, int(l.Checkpoint)))
		}
		e.Lines = append(e.Lines, report.EvidenceLine{At: l.At, Kind: string(l.Kind), Hash: l.Hash, Checkpoint: covered})
	}
	return report.RenderEvidence(ctx, e)
}

// whoDid names who made a step: a member by name, for the authority asks who.
func whoDid(ctx context.Context, members []staff.Member, step *rights.Step) string {
	if step.By == ledger.ByStaff {
		for i := range members {
			if string(members[i].ID) == step.Member {
				return members[i].Name
			}
		}
	}
	return i18n.T(ctx, "console.actor."+string(step.By))
}
