package organisation_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/organisation"
)

// small is a declaration without a problem or warning.
func small(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// with returns text with old replaced, which must be there once.
func with(t testing.TB, text, old, now string) string {
	t.Helper()
	if n := strings.Count(text, old); n != 1 {
		t.Fatalf("%q is there %d times, want once", old, n)
	}
	return strings.Replace(text, old, now, 1)
}

func draft(t testing.TB, text string) *organisation.Draft {
	t.Helper()
	d, err := organisation.Parse("organisation.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParse_reads_everything(t *testing.T) {
	o := draft(t, small(t)).Declared
	if got, want := o.Brands[0].Accent, "#0b6a58"; got != want {
		t.Errorf("accent: got %s, want %s", got, want)
	}
	if b := o.Brands[1]; b.Name != "club" || b.Register || b.Locales[0] != "ja" || b.Zone != "Asia/Tokyo" {
		t.Errorf("second brand: got %+v", b)
	}
	ideas := o.Purposes[0]
	if ideas.Purpose != "ideas" || ideas.Parent != "news" || ideas.Basis != consent.Consent || ideas.Expires != 730*24*time.Hour {
		t.Errorf("first purpose: got %+v", ideas)
	}
	if got, want := ideas.Words.Question.In("ja"), "提案"; got != want {
		t.Errorf("question: got %q, want %q", got, want)
	}
	var choices []string
	for _, c := range o.Fields[1].Choices {
		choices = append(choices, c.Value+"="+c.Label["en"])
	}
	if diff := cmp.Diff(choices, []string{"low=Low", "high=High"}); diff != "" {
		t.Errorf("choices keep the order of the file (-got +want):\n%s", diff)
	}
}

func TestParse_words_alone_are_in_the_language_of_the_file(t *testing.T) {
	text := with(t, small(t), "language: en", "language: pt-BR")
	o := draft(t, with(t, text, "voice: {en: Hello, ja: こんにちは}", "voice: Olá")).Declared
	if diff := cmp.Diff(map[string]string(o.Brands[0].Voice), map[string]string{"pt-BR": "Olá"}); diff != "" {
		t.Errorf("voice (-got +want):\n%s", diff)
	}
}

func TestParse_names_line_and_path(t *testing.T) {
	for _, tc := range []struct{ name, old, now, want string }{
		{"unknown key", "    mark: S", "    mork: S", "organisation.yaml:10:5: brands.shop.mork: is not known here; is it mark?"},
		{"unknown key at the top", "address: 1", "adres: 1", "organisation.yaml:4:1: adres: is not known here; is it address?"},
		{"key twice", "    mark: S", "    mark: S\n    mark: T", "organisation.yaml:11:5: brands.shop.mark: is there twice; first in line 10"},
		{"name twice", "  club:\n", "  shop:\n", "organisation.yaml:19:3: brands.shop: is there twice; first in line 8"},
		{"bad name", "  club:\n", "  Club_1:\n", "organisation.yaml:19:3: brands.Club_1: is no name"},
		{"bad choice", "      low: {en", "      Low!: {en", "fields.level.choices.Low!: is no value of a choice"},
		{"alias", "    mark: S", "    mark: &m S\n    zone2: *m", "organisation.yaml:11:5: brands.shop.zone2: is not known here"},
		{"alias as a value", "    mark: S\n    voice: {en: Hello, ja: こんにちは}", "    voice: &v {en: Hello, ja: こんにちは}\n    mark: *v", "organisation.yaml:11:11: brands.shop.mark: is an alias; write the value out"},
		{"tag", "    mark: S", "    mark: !!binary UzA=", "organisation.yaml:10:11: brands.shop.mark: has a tag (\"!!binary\")"},
		{"list for words", "    mark: S", "    mark: [S]", "brands.shop.mark: is a list and should be plain words"},
		{"words for a list", "locales: [en, ja]", "locales: en", "brands.shop.locales: is a single value and should be a list"},
		{"list for a mapping", "  contact: {label: {en: Contact, ja: 連絡先}}\n  training: {label: {en: Training, ja: トレーニング}}\n", "  - contact\n", "organisation.yaml:33:3: categories: is a list and should be a mapping"},
		{"twice in a list", "locales: [en, ja]", "locales: [en, en]", "organisation.yaml:14:19: brands.shop.locales[1]: \"en\" is there twice"},
		{"two lines", "    mark: S", "    mark: \"S\\nT\"", "brands.shop.mark: has more than one line"},
		{"control character", "    mark: S", "    mark: \"\\e[31m\"", "brands.shop.mark: has a control character"},
		{"turned direction", "    mark: S", "    mark: \"a\\u202Eb\"", "brands.shop.mark: has a character that turns the direction of writing"},
		{"a tag", "    mark: S", "    mark: <script>", "brands.shop.mark: has markup"},
		{"a link of Markdown", "    mark: S", "    mark: \"[S](https://x)\"", "brands.shop.mark: has markup"},
		{"no flag", "register: true", "register: yes", "organisation.yaml:15:15: brands.shop.register: should be true or false"},
		{"no number", "    rank: 1\n", "    rank: first\n", "systems.crm.rank: should be a whole number"},
		{"no term", "expires: P2Y", "expires: 2 years", "purposes.ideas.expires: \"2 years\" is no length of time"},
		{"no date", "expires: P2Y", "reask-by: 1.4.2027", "purposes.ideas.reask-by: \"1.4.2027\" is no date"},
		{"no language", "voice: {en: Hello, ja:", "voice: {en: Hello, xx-1:", "organisation.yaml:11:24: brands.shop.voice.xx-1: \"xx-1\" is no language"},
		{"odd language", "voice: {en: Hello, ja:", "voice: {en: Hello, JA:", "brands.shop.voice.JA: write ja for the language \"JA\""},
		{"two documents", "brands:\n  shop:", "---\nbrands:\n  shop:", "a second document begins"},
		{"bad indentation", "    mark: S", "   mark: S", "cannot be read as YAML"},
		{"not UTF-8", "    mark: S", "    mark: \xff", "cannot be read as YAML"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := organisation.Parse("organisation.yaml", []byte(with(t, small(t), tc.old, tc.now)))
			if err == nil {
				t.Fatal("was accepted")
			}
			if !errors.Is(err, errs.Invalid) {
				t.Errorf("is not of kind %s: %v", errs.Invalid, err)
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got:\n%v\nwant:\n%s", err, tc.want)
			}
		})
	}
}

func TestParse_tells_all_problems_in_the_order_of_the_file(t *testing.T) {
	text := with(t, small(t), "expires: P2Y", "expires: soon")
	text = with(t, text, "register: true", "register: perhaps")
	text = with(t, text, "    mark: S", "    mork: S")
	_, err := organisation.Parse("o.yaml", []byte(text))
	var problems organisation.Problems
	if !errors.As(err, &problems) || len(problems) != 3 {
		t.Fatalf("got %v, want three problems", err)
	}
	var paths []string
	for _, p := range problems {
		paths = append(paths, p.Path)
	}
	if diff := cmp.Diff(paths, []string{"brands.shop.mork", "brands.shop.register", "purposes.ideas.expires"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestParse_refuses_what_is_too_large_or_too_deep(t *testing.T) {
	for name, text := range map[string]string{
		"empty":       "",
		"comment":     "# nothing\n",
		"too large":   "label: " + strings.Repeat("x", organisation.MaxSize),
		"too deep":    "label: " + strings.Repeat("[", 200_000),
		"deep":        "label: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"alias bomb":  "a: &a [x,x,x,x,x,x,x,x,x]\n" + bomb(),
		"long word":   "label: {en: " + strings.Repeat("x", 5000) + "}",
		"no mapping":  "- 1\n- 2\n",
		"many errors": strings.Repeat("x", 10) + ": 1\n" + manyKeys(5000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := organisation.Parse("o.yaml", []byte(text))
			if err == nil {
				t.Fatal("was accepted")
			}
			if n := len(err.Error()); n > 20_000 {
				t.Errorf("the error has %d bytes", n)
			}
		})
	}
}

// bomb is the well-known file whose aliases stand for a thousand million
// values.
func bomb() string {
	var b strings.Builder
	for i := 'b'; i <= 'j'; i++ {
		b.WriteString(string(i) + ": &" + string(i) + " [")
		for range 9 {
			b.WriteString("*" + string(i-1) + ",")
		}
		b.WriteString("]\n")
	}
	return b.String()
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("k" + strings.Repeat("z", i%7) + string(rune('a'+i%26)) + ": 1\n")
	}
	return b.String()
}
