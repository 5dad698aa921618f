package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
)

// JobKind is the kind of the jobs that NewJob makes and Work does.
const JobKind = "mail.send"

// A Letter is a mail that is not written yet.
type Letter struct {
	Template string  `json:"template"` // dotted: "login.link"
	To       Address `json:"to"`       // personal
	Brand    string  `json:"brand"`
	// Locale is the recipient's language, as a BCP 47 tag; "" for the brand's.
	Locale string `json:"locale,omitempty"`
	// Data is what the template shows; its type belongs to the template.
	Data json.RawMessage `json:"data,omitempty"`
	// ExpiresAt is when the letter is of no more use; zero for never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// A Renderer writes letters. It fills in everything but ID and To; what it is
// asked for a template it does not know is errs.NotFound.
type Renderer interface {
	Render(ctx context.Context, l Letter) (Message, error)
}

// NewJob returns the job that sends l. subject is whose letter it is, or ""
// when the address is nobody's yet; the letter is sealed accordingly.
func NewJob(l Letter, subject id.Subject, now time.Time) (job.Job, error) {
	return job.New(JobKind, subject, l, now)
}

// Post writes letters and sends them.
type Post struct {
	sender   Sender
	renderer Renderer
	clock    clock.Clock
}

// NewPost returns a Post. It is safe for concurrent use if its parts are.
func NewPost(s Sender, r Renderer, c clock.Clock) *Post {
	return &Post{sender: s, renderer: r, clock: c}
}

// Deliver writes and sends l. id makes the Message-ID: the same letter sent
// again must have the same. The error is as Sender.Send has it, errs.Gone for
// an expired letter, or the Renderer's.
func (p *Post) Deliver(ctx context.Context, id string, l Letter) error {
	if !l.ExpiresAt.IsZero() && !p.clock.Now().Before(l.ExpiresAt) {
		return errs.New(errs.Gone, "error.mail_expired")
	}
	m, err := p.renderer.Render(ctx, l)
	if err != nil {
		return fmt.Errorf("render %s: %w", l.Template, err)
	}
	m.ID, m.To = id, l.To
	return p.sender.Send(ctx, m)
}

// Work says how the jobs of JobKind are done.
func (p *Post) Work() job.Work {
	return job.Work{
		Kind:  JobKind,
		Limit: 2 * time.Minute,
		Do: func(ctx context.Context, j job.Job) error {
			var l Letter
			if err := j.Decode(&l); err != nil {
				return err
			}
			return p.Deliver(ctx, string(j.ID), l)
		},
	}
}
