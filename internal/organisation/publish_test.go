package organisation_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
)

// drafted is a draft of what stands of the purpose ideas, with other words.
func drafted(o *organisation.Organisation, change func(w *consent.PurposeWords)) *organisation.PurposeDraft {
	v, _ := o.Purpose("ideas")
	d := &organisation.PurposeDraft{Purpose: "ideas", Base: o.PurposeFingerprint("ideas"), Words: v.Words}
	change(&d.Words)
	return d
}

// says is text with other words in a language.
func says(text i18n.Text, tag, words string) i18n.Text {
	next := maps.Clone(text)
	next[tag] = words
	return next
}

func TestPublish(t *testing.T) {
	stands := applied(t, small(t))
	end := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name   string
		change func(w *consent.PurposeWords)
		reask  time.Time
		want   []string
	}{
		{"nothing", func(*consent.PurposeWords) {}, time.Time{}, nil},
		{"other words", func(w *consent.PurposeWords) { w.Question = says(w.Question, "ja", "おすすめ") }, time.Time{}, []string{
			"new version purpose ideas; version: 1 → 2; question.ja: 提案 → おすすめ",
		}},
		{"another meaning", func(w *consent.PurposeWords) { w.Question = says(w.Question, "ja", "おすすめ") }, end, []string{
			"new version purpose ideas; version: 1 → 2; question.ja: 提案 → おすすめ; reask-by: 2030-01-01 (new)",
		}},
		{"another language", func(w *consent.PurposeWords) { w.Question = says(w.Question, "de", "Ideen") }, time.Time{}, []string{
			"change purpose ideas; question.de: Ideen (new)",
		}},
	} {
		d := drafted(stands, tc.change)
		p, err := organisation.Publish(stands, d, tc.reask, tuesday)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if diff := cmp.Diff(steps(p), tc.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", tc.name, diff)
		}
		if got, want := p.Renews("ideas"), len(tc.want) > 0 && strings.HasPrefix(tc.want[0], "new"); got != want {
			t.Errorf("%s: renews: got %t", tc.name, got)
		}
		if p.Empty() {
			continue
		}
		if p.Next.PurposeFingerprint("ideas") == d.Base {
			t.Errorf("%s: nobody can tell that the purpose is another", tc.name)
		}
		if _, err := organisation.Publish(p.Next, d, tc.reask, tuesday); !errors.Is(err, errs.Conflict) {
			t.Errorf("%s, by who saw the words before: got %v", tc.name, err)
		}
		// A language that somebody has read stays, whatever the file has.
		older := organisation.Diff(p.Next, draft(t, small(t)), tuesday)
		if puts := len(older.PutsBack) > 0; puts != p.Renews("ideas") {
			t.Errorf("%s: the older file: %v, puts back %v", tc.name, steps(older), older.PutsBack)
		}
		f, err := organisation.Write(p.Next)
		if err != nil {
			t.Fatal(err)
		}
		if same := organisation.Diff(p.Next, draft(t, string(f.Text)), tuesday); len(same.PutsBack) > 0 || len(same.Next.Older["ideas"]) != len(p.Next.Older["ideas"]) {
			t.Errorf("%s: the written file: %v, puts back %v", tc.name, steps(same), same.PutsBack)
		}
	}
	if diff := cmp.Diff(steps(organisation.Diff(stands, draft(t, small(t)), tuesday)), []string(nil)); diff != "" {
		t.Errorf("a draft wrote into what stands:\n%s", diff)
	}
}

func TestPublish_refuses(t *testing.T) {
	stands := applied(t, small(t))
	var problems organisation.Problems
	d := drafted(stands, func(w *consent.PurposeWords) { w.Why = nil })
	if _, err := organisation.Publish(stands, d, time.Time{}, tuesday); !errors.As(err, &problems) || problems[0].Path != "purposes.ideas.why" {
		t.Errorf("without a reason: got %v", err)
	}
	d.Purpose = "none"
	if _, err := organisation.Publish(stands, d, time.Time{}, tuesday); !errors.Is(err, errs.NotFound) {
		t.Errorf("of no purpose: got %v", err)
	}
	retired := applied(t, small(t))
	for i := range retired.Purposes {
		retired.Purposes[i].Retired = true
	}
	if _, err := organisation.Publish(retired, drafted(retired, func(*consent.PurposeWords) {}), time.Time{}, tuesday); !errors.Is(err, errs.NotFound) {
		t.Errorf("of one that is no longer asked: got %v", err)
	}
}
