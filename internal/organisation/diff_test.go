package organisation_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
)

var (
	monday  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	tuesday = monday.AddDate(0, 0, 1)
)

// applied returns what stands after text was applied on Monday.
func applied(t testing.TB, text string) *organisation.Organisation {
	t.Helper()
	return organisation.Diff(nil, draft(t, text), monday).Next
}

// change applies another text on Tuesday.
func change(t testing.TB, from, to string) *organisation.Plan {
	t.Helper()
	return organisation.Diff(applied(t, from), draft(t, to), tuesday)
}

// steps writes a plan as one line per step.
func steps(p *organisation.Plan) []string {
	var lines []string
	for _, s := range p.Steps {
		line := strings.TrimRight(string(s.Action)+" "+s.What+" "+s.Name, " ")
		for _, d := range s.Details {
			line += "; " + d.String()
		}
		lines = append(lines, line)
	}
	return lines
}

func TestDiff_creates_everything_the_first_time(t *testing.T) {
	p := organisation.Diff(nil, draft(t, small(t)), monday)
	if p.Next.Revision != 1 {
		t.Errorf("got revision %d, want 1", p.Next.Revision)
	}
	var order []string
	for _, v := range p.Next.Purposes {
		order = append(order, string(v.Purpose))
		if v.Number != 1 || !v.From.Equal(monday) {
			t.Errorf("%s: got version %d from %s", v.Purpose, v.Number, v.From)
		}
	}
	if diff := cmp.Diff(order, []string{"news", "ideas", "orders"}); diff != "" {
		t.Errorf("parents come first, else the order of the file (-got +want):\n%s", diff)
	}
}

func TestDiff_of_the_same_is_empty(t *testing.T) {
	stands := applied(t, small(t))
	p := organisation.Diff(stands, draft(t, small(t)), tuesday)
	if !p.Empty() || p.Next != stands {
		t.Errorf("got %v", steps(p))
	}
}

func TestDiff(t *testing.T) {
	base := small(t)
	for _, tc := range []struct {
		name, old, now string
		want           []string
	}{
		{"attribute", "mark: S", "mark: Z", []string{"change brand shop; mark: S → Z"}},
		{"attribute gone", "    mark: S\n", "", []string{"change brand shop; mark: S (gone)"}},
		{"organisation", "address: 1 Sample", "address: 2 Sample", []string{"change organisation; address: 1 Sample Street → 2 Sample Street"}},
		{"new thing", "  post: {label", "  sms: {label: {en: Text, ja: SMS}}\n  post: {label", []string{"create channel sms"}},
		{"order", "  email: {label: {en: E-mail, ja: メール}}\n  post: {label: {en: Post, ja: 郵便}}\n", "  post: {label: {en: Post, ja: 郵便}}\n  email: {label: {en: E-mail, ja: メール}}\n", []string{"change channel; order: email, post → post, email"}},
		{"choice", "      low: {en: Low, ja: 低い}\n", "", []string{"change field level; choices: low, high → high; choices.low.en: Low (gone); choices.low.ja: 低い (gone)"}},
		{"topic words", "label: {en: Offers, ja: お得}", "label: {en: Bargains, ja: お得}", []string{"change topic offers; label.en: Offers → Bargains"}},

		{"purpose words", "en: We write.", "en: We write often.", []string{"new version purpose news; version: 1 → 2; sentence.en: We write. → We write often."}},
		{"purpose basis", "basis: contract", "basis: legal-obligation", []string{"new version purpose orders; version: 1 → 2; basis: contract → legal-obligation"}},
		{"purpose data", "categories: [training]", "categories: [training, contact]", []string{"new version purpose ideas; version: 1 → 2; categories: training → training, contact"}},
		{"purpose recipients", "recipients: [tool, crm]", "recipients: [tool]", []string{"new version purpose news; version: 1 → 2; recipients: tool, crm → tool"}},
		{"purpose channels", "channels: [email, post]\n    categories", "channels: [email]\n    categories", []string{"new version purpose news; version: 1 → 2; channels: email, post → email"}},
		{"purpose expiry", "expires: P2Y", "expires: P1Y", []string{"new version purpose ideas; version: 1 → 2; expires: 730 days → 365 days"}},
		{"purpose required", "    required: true\n", "", []string{"new version purpose orders; version: 1 → 2; required: true (gone)"}},
		{"purpose parent", "    parent: news\n", "", []string{"new version purpose ideas; version: 1 → 2; parent: news (gone)", "change purpose; order: news, ideas, orders → ideas, orders, news"}},
		{"new text of a purpose", "    double-opt-in: true\n", "    double-opt-in: true\n    locked: {en: No., ja: いいえ。}\n", []string{"new version purpose news; version: 1 → 2; locked.en: No. (new); locked.ja: いいえ。 (new)"}},
		{"reask-by", "    expires: P2Y\n", "    expires: P2Y\n    reask-by: 2027-01-01\n", []string{"change purpose ideas; reask-by: 2027-01-01 (new)"}},
		{"added language", "why: {en: To tell., ja: 伝えるため。}", "why: {en: To tell., ja: 伝えるため。, fr: Pour dire.}", []string{"change purpose news; why.fr: Pour dire. (new)"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := with(t, base, tc.old, tc.now)
			p := change(t, base, text)
			got := steps(p)
			if len(got) != len(tc.want) {
				t.Fatalf("got %q, want %q", got, tc.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], tc.want[i]) {
					t.Errorf("got  %s\nwant %s", got[i], tc.want[i])
				}
			}
			if p.Next.Revision != 2 {
				t.Errorf("got revision %d, want 2", p.Next.Revision)
			}
			if again := organisation.Diff(p.Next, draft(t, text), tuesday); !again.Empty() {
				t.Errorf("applied again: %v", steps(again))
			}
		})
	}
}

func TestDiff_keeps_the_older_version(t *testing.T) {
	p := change(t, small(t), with(t, small(t), "en: We write.", "en: We write often."))
	v, _ := p.Next.Purpose("news")
	if v.Number != 2 || !v.From.Equal(tuesday) {
		t.Errorf("newest: got version %d from %s", v.Number, v.From)
	}
	old, ok := p.Next.PurposeVersion("news", 1)
	if !ok || old.Words.Sentence["en"] != "We write." || !old.From.Equal(monday) {
		t.Errorf("version 1: got %+v, %t", old, ok)
	}
	if got := len(p.Next.Versions("news")); got != 2 {
		t.Errorf("got %d versions, want 2", got)
	}
}

func TestDiff_adds_a_language_in_place(t *testing.T) {
	p := change(t, small(t), with(t, small(t), "why: {en: To tell., ja: 伝えるため。}", "why: {en: To tell., ja: 伝えるため。, fr: Pour dire.}"))
	v, _ := p.Next.Purpose("news")
	if v.Number != 1 || v.Words.Why["fr"] != "Pour dire." {
		t.Errorf("got version %d with %v", v.Number, v.Words.Why)
	}
	before, _ := applied(t, small(t)).Purpose("news")
	for _, tag := range []string{"en", "ja"} {
		if v.Notice(tag) != before.Notice(tag) {
			t.Errorf("what people read in %s is another", tag)
		}
	}
}

// Words that a language borrowed from another were read by people in that
// language: its own words are a change to them.
func TestDiff_completing_a_language_is_a_new_version(t *testing.T) {
	gap := with(t, small(t), "if-no: {en: No news., ja: 届きません。}", "if-no: {en: No news.}")
	p := change(t, gap, small(t))
	v, _ := p.Next.Purpose("news")
	if v.Number != 2 {
		t.Errorf("got version %d, want 2: %v", v.Number, steps(p))
	}
}

func TestDiff_keeps_the_words_of_a_language_that_is_dropped(t *testing.T) {
	text := small(t)
	for _, words := range []string{", ja: お知らせ", ", ja: 書きます。", ", ja: 伝えるため。", ", ja: 断るまで。", ", ja: 届きません。"} {
		text = with(t, text, words, "")
	}
	text = with(t, text, "why: {en: To tell.}\n    source: {en: From you., ja: ご本人から。}", "why: {en: To tell.}\n    source: {en: From you.}")
	p := change(t, small(t), text)
	if !p.Empty() {
		t.Errorf("got %v, want nothing", steps(p))
	}
}

func TestDiff_in_another_language_altogether_is_a_new_version(t *testing.T) {
	p := &organisation.Draft{Declared: organisation.Organisation{Purposes: []consent.PurposeVersion{{
		Purpose: "news", Words: consent.PurposeWords{Question: i18n.Text{"en": "News"}},
	}}}}
	q := &organisation.Draft{Declared: organisation.Organisation{Purposes: []consent.PurposeVersion{{
		Purpose: "news", Words: consent.PurposeWords{Question: i18n.Text{"ja": "お知らせ"}},
	}}}}
	got := steps(organisation.Diff(organisation.Diff(nil, p, monday).Next, q, tuesday))
	if diff := cmp.Diff(got, []string{"new version purpose news; version: 1 → 2; question.ja: News → お知らせ"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestDiff_restores_a_purpose_that_says_the_same(t *testing.T) {
	gone := organisation.Diff(applied(t, small(t)), draft(t, without(t, small(t))), tuesday).Next
	if f, ok := gone.Field("level"); !ok || !f.Retired || len(gone.FieldsOn("club")) != 1 {
		t.Errorf("got field %+v, %t, and %d fields on club", f, ok, len(gone.FieldsOn("club")))
	}
	p := organisation.Diff(gone, draft(t, small(t)), tuesday)
	if v, _ := p.Next.Purpose("ideas"); v.Retired || v.Number != 1 {
		t.Errorf("got %+v, want version 1 again", v)
	}
	if again := organisation.Diff(p.Next, draft(t, small(t)), tuesday); !again.Empty() {
		t.Errorf("applied again: %v", steps(again))
	}
}

func TestDiff_retires_and_restores(t *testing.T) {
	base := small(t)
	cut := base[:strings.Index(base, "  tips:\n")] + base[strings.Index(base, "fields:\n"):]
	p := change(t, base, cut)
	if diff := cmp.Diff(steps(p), []string{"retire topic tips"}); diff != "" {
		t.Fatalf("(-got +want):\n%s", diff)
	}
	topic, ok := p.Next.Topic("tips")
	if !ok || !topic.Retired {
		t.Errorf("got %+v, %t; want it retired", topic, ok)
	}
	if got := p.Next.TopicsOn("club"); len(got) != 1 || got[0].Name != "offers" {
		t.Errorf("got %d topics on club", len(got))
	}
	back := organisation.Diff(p.Next, draft(t, base), tuesday)
	if diff := cmp.Diff(steps(back), []string{"restore topic tips"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if topic, _ := back.Next.Topic("tips"); topic.Retired {
		t.Error("is still retired")
	}
}

func TestDiff_retires_a_purpose_and_keeps_its_versions(t *testing.T) {
	base := small(t)
	changed := applied(t, with(t, base, "en: We send ideas.", "en: We send many ideas."))
	without := without(t, base)
	p := organisation.Diff(changed, draft(t, without), tuesday)
	v, ok := p.Next.Purpose("ideas")
	if !ok || !v.Retired || v.Asks() {
		t.Fatalf("got %+v, %t; want it retired", v, ok)
	}
	if got := p.Next.Children("news"); len(got) != 0 {
		t.Errorf("got %d children, want none", len(got))
	}
	if again := organisation.Diff(p.Next, draft(t, without), tuesday); !again.Empty() {
		t.Errorf("applied again: %v", steps(again))
	}
	back := organisation.Diff(p.Next, draft(t, base), tuesday)
	restored, _ := back.Next.Purpose("ideas")
	if restored.Retired || restored.Number != 2 || restored.Words.Sentence["en"] != "We send ideas." {
		t.Errorf("got %+v, want version 2 with the first words", restored)
	}
}

// without returns text without the purpose ideas and all that needs it.
func without(t *testing.T, text string) string {
	t.Helper()
	cut := func(from, to string) {
		text = text[:strings.Index(text, from)] + text[strings.Index(text, to):]
	}
	cut("  ideas:\n", "  orders:\n    basis")
	cut("  tips:\n", "fields:\n")
	text = text[:strings.Index(text, "  level:\n")]
	text = with(t, text, "fields: [email, level]", "fields: [email]")
	return with(t, text, "purposes: [orders, news, ideas]", "purposes: [orders, news]")
}

func TestDiff_keeps_former_channels_and_categories(t *testing.T) {
	base := small(t)
	text := with(t, base, "  post: {label: {en: Post, ja: 郵便}}\n", "")
	text = strings.ReplaceAll(text, "[email, post]", "[email]")
	p := change(t, base, text)
	if c, ok := p.Next.Channel("post"); !ok || c.Label["ja"] != "郵便" {
		t.Errorf("got %+v, %t", c, ok)
	}
	if got := len(p.Next.AllChannels()); got != 1 {
		t.Errorf("got %d channels, want 1", got)
	}
	back := organisation.Diff(p.Next, draft(t, base), tuesday)
	if got := steps(back)[0]; got != "restore channel post" {
		t.Errorf("got %s", got)
	}
	if len(back.Next.Former.Channels) != 0 {
		t.Errorf("got former channels %v", back.Next.Former.Channels)
	}
}

func TestDiff_warns_of_a_date_that_was_for_another_version(t *testing.T) {
	base := with(t, small(t), "expires: P2Y", "expires: P2Y\n    reask-by: 2026-04-01")
	p := change(t, base, with(t, base, "en: We send ideas.", "en: We send many ideas."))
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "purpose ideas: reask-by is 2026-04-01 as before") {
		t.Errorf("got %q", p.Warnings)
	}
}

func TestDiff_leaves_what_stands_alone(t *testing.T) {
	stands := change(t, with(t, small(t), "en: We write.", "en: We wrote."), small(t)).Next
	before, err := organisation.Encode(stands)
	if err != nil {
		t.Fatal(err)
	}
	organisation.Diff(stands, draft(t, without(t, with(t, small(t), "mark: S", "mark: Z"))), tuesday)
	organisation.Diff(stands, draft(t, with(t, small(t), "why: {en: To tell., ja: 伝えるため。}", "why: {en: To tell., ja: 伝えるため。, fr: Pour dire.}")), tuesday)
	organisation.Diff(stands, draft(t, with(t, small(t), "en: We write.", "en: We write often.")), tuesday)
	organisation.Diff(stands, draft(t, with(t, small(t), "basis: contract", "basis: legal-obligation")), tuesday)
	after, err := organisation.Encode(stands)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(after, before) {
		t.Error("planning changed what stands")
	}
}

func TestPlan_String(t *testing.T) {
	base := small(t)
	text := with(t, base, "mark: S", "mark: Z")
	text = with(t, text, "voice: {en: Hello, ja: こんにちは}", "voice: {en: \"Hello\\nyou there, who read this rather long line of words\", ja: こんにちは}")
	text = with(t, text, "en: We write.", "en: We write often.")
	text = with(t, text, "  post: {label: {en: Post, ja: 郵便}}\n", "  sms: {label: {en: Text, ja: SMS}}\n")
	text = strings.ReplaceAll(text, "[email, post]", "[email]")
	got := change(t, base, text).String()
	want := `~ brand    shop    mark: S → Z
                   voice.en: Hello → Hello you there, who read this rather long line…
+ channel  sms     create
- channel  post    retire
~ purpose  news    new version
                   version: 1 → 2
                   channels: email, post → email
                   sentence.en: We write. → We write often.
~ topic    offers  channels: email, post → email

1 to create, 2 to change, 1 with a new version, 1 to retire.
`
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if strings.Contains(change(t, base, with(t, base, "mark: S", "mark: \"\u200f\"")).String(), "\u200f") {
		t.Error("a mark that turns the direction round reaches the terminal")
	}
	if got := organisation.Diff(applied(t, base), draft(t, base), tuesday).String(); !strings.HasPrefix(got, "Nothing to do") {
		t.Errorf("empty plan: got %q", got)
	}
}

func TestNotices_are_the_words_of_every_version(t *testing.T) {
	p := change(t, small(t), with(t, small(t), "en: We write.", "en: We write often."))
	hashes := map[string]bool{}
	for _, n := range organisation.Notices(p.Next) {
		hashes[n.Hash] = true
	}
	for _, id := range []consent.PurposeID{"news", "ideas", "orders"} {
		for _, v := range p.Next.Versions(id) {
			for _, tag := range []string{"en", "ja"} {
				if !hashes[v.Notice(tag).Hash] {
					t.Errorf("%s version %d in %s is not kept", id, v.Number, tag)
				}
			}
		}
	}
	if got, want := len(organisation.Notices(p.Next)), 4*2; got != want {
		t.Errorf("got %d notices, want %d", got, want)
	}
}
