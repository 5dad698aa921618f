package mail_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/mail"
)

type renderer struct{ asked []mail.Letter }

func (r *renderer) Render(_ context.Context, l mail.Letter) (mail.Message, error) {
	r.asked = append(r.asked, l)
	if l.Template != "test.hello" {
		return mail.Message{}, errs.New(errs.NotFound, "")
	}
	return mail.Message{From: mail.Address{Email: "a@b.example"}, Subject: l.Locale, Text: string(l.Data)}, nil
}

type outbox struct{ sent []mail.Message }

func (o *outbox) Send(_ context.Context, m mail.Message) error {
	o.sent = append(o.sent, m)
	return nil
}

func TestPost(t *testing.T) {
	var r renderer
	var out outbox
	c := clock.NewFake(noon)
	work := mail.NewPost(&out, &r, c).Work()
	letter := mail.Letter{
		Template: "test.hello", To: mail.Address{Name: "花", Email: "hana@example.com"},
		Brand: "hibiki", Locale: "ja", Data: []byte(`{"word":"こんにちは"}`), ExpiresAt: noon.Add(time.Minute),
	}
	j, err := mail.NewJob(letter, "subject", noon)
	if err != nil {
		t.Fatal(err)
	}
	if j.Kind != work.Kind || j.Subject != "subject" {
		t.Errorf("job %s of %s", j.Kind, j.Subject)
	}
	for range 2 {
		if err := work.Do(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(r.asked, []mail.Letter{letter, letter}); d != "" {
		t.Errorf("rendered (-got +want):\n%s", d)
	}
	want := mail.Message{
		ID: string(j.ID), From: mail.Address{Email: "a@b.example"}, To: letter.To,
		Subject: "ja", Text: `{"word":"こんにちは"}`,
	}
	if d := cmp.Diff(out.sent, []mail.Message{want, want}); d != "" {
		t.Errorf("sent, both times under one id (-got +want):\n%s", d)
	}

	c.Advance(time.Minute)
	if err := work.Do(t.Context(), j); !errors.Is(err, errs.Gone) || len(out.sent) != 2 {
		t.Errorf("expired letter: %v, %d sent", err, len(out.sent))
	}
	letter.Template, letter.ExpiresAt = "test.unknown", time.Time{}
	if j, err = mail.NewJob(letter, "", noon); err != nil {
		t.Fatal(err)
	}
	if err := work.Do(t.Context(), j); !errors.Is(err, errs.NotFound) {
		t.Errorf("unknown template: %v", err)
	}
	j.Payload = []byte(`{"to":"hana@example.com"`)
	if err := work.Do(t.Context(), j); !errors.Is(err, errs.Invalid) {
		t.Errorf("unreadable payload: %v", err)
	}
}
