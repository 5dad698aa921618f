package rights

import (
	"errors"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

func TestFiles_of_a_move(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		move  Move
		files int
		had   int // files of the same side
		want  string
	}{
		"a message":              {Write, 1, 0, ""},
		"as many as fit":         {Write, 3, MaxAttached - 3, ""},
		"too many at once":       {Write, MaxAtOnce + 1, 0, "attachment.error.at_once"},
		"one more than fits":     {Write, 1, MaxAttached, "attachment.error.too_many"},
		"with what ends it":      {Reject, 1, 0, "error.bad_form"},
		"with what nobody reads": {Assign, 1, 0, "error.bad_form"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request(t, Complaint)
			r.State = Acknowledged
			r.Steps = append(r.Steps, Step{By: ledger.ByStaff, Files: tt.had}, Step{By: ledger.BySubject, Files: MaxAttached})
			a := Act{Move: tt.move, At: received, Actor: actors()[ledger.ByStaff], Note: "n", Ground: r.Rule.Grounds[0], Files: make([]Attachment, tt.files)}
			next, _, err := r.With(a)
			got := ""
			var e *errs.Error
			if errors.As(err, &e) {
				if got = e.ID; len(e.Fields) > 0 {
					got = e.Fields[0].ID
				}
			}
			if got != tt.want {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if err == nil && next.Steps[len(next.Steps)-1].Files != tt.files {
				t.Errorf("the step has %d files, want %d", next.Steps[len(next.Steps)-1].Files, tt.files)
			}
		})
	}
}

// TestFiles_of_a_filing: a correction alone begins with something to show.
func TestFiles_of_a_filing(t *testing.T) {
	t.Parallel()
	f := Filing{
		Subject: "somebody", Actor: ledger.Self("somebody"), Kind: Rectification, Matter: Matter{Scope: FieldScope, Name: "name", Text: "t"},
		Zone: time.UTC, Pack: pack(t, "EU", "DE"), At: received, Files: make([]Attachment, MaxAtOnce),
	}
	r, err := New(f)
	if err != nil || r.Steps[0].Files != MaxAtOnce || r.entry(RequestInitiated).Payload.(Trace).Files != MaxAtOnce {
		t.Errorf("got %v and %v", r.Steps, err)
	}
	f.Files = make([]Attachment, MaxAtOnce+1)
	if _, err := New(f); !errors.Is(err, errs.Invalid) {
		t.Errorf("too many: got %v, want invalid", err)
	}
	f.Files, f.Kind, f.Matter = f.Files[:1], Complaint, Matter{Text: "t"}
	if _, err := New(f); !errors.Is(err, errs.Invalid) {
		t.Errorf("with a complaint: got %v, want invalid", err)
	}
}

// TestFiles_of_a_person: another request is no way round the limit.
func TestFiles_of_a_person(t *testing.T) {
	t.Parallel()
	full := func(closed time.Time) Request {
		return Request{ClosedAt: closed, Steps: []Step{{By: ledger.BySubject, Files: MaxAttached}, {By: ledger.ByStaff, Files: MaxAttached}}}
	}
	var all []Request
	for range maxOfSubject / MaxAttached {
		all = append(all, full(time.Time{}))
	}
	if err := mayKeep(all[1:], MaxAtOnce, received); err != nil {
		t.Errorf("within the limit: got %v", err)
	}
	if err := mayKeep(all, 1, received); !errors.Is(err, errs.Invalid) {
		t.Errorf("past it: got %v, want invalid", err)
	}
	if err := mayKeep(all, 0, received); err != nil {
		t.Errorf("words alone: got %v", err)
	}
	all[0] = full(received.Add(-AttachmentLife))
	if err := mayKeep(all, 1, received); err != nil {
		t.Errorf("after files were deleted: got %v", err)
	}
}
