package pdf

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// write sets a document of every kind of block.
func write(t testing.TB, lang string, rightToLeft bool, rows [][]string) []byte {
	t.Helper()
	d, err := New(Options{Title: rows[0][0], Foot: "R-7K3Q-V2MD", Lang: lang, RightToLeft: rightToLeft, MadeAt: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	d.Heading(1, rows[0][0])
	d.Paragraph(rows[0][1])
	d.Heading(2, rows[0][2])
	d.Table(rows[1], []float64{2, 4, 2}, rows[2:])
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	english = [][]string{
		{"What is held about you", "Made on 12 March 2026 for request R-7K3Q-V2MD.", "What you gave"},
		{"What", "Value", "From"},
		{"Family name", "García-Łukasz", "the web shop"},
		{"Note", strings.Repeat("a long note, which needs more than one line. ", 8), "you"},
		{"Nickname", "عائشة 123 محمد", "you"},
		{"Address", "静岡県浜松市中央区1-2-3 with a-very-long-word-" + strings.Repeat("that-never-ends-", 10), "you"},
	}
	japanese = [][]string{
		{"お預かりしている情報", "2026年3月12日作成（受付番号 R-7K3Q-V2MD）", "いただいた情報と、ご利用の記録"},
		{"項目", "内容", "出どころ"},
		{"お名前", "佐藤 愛子", "ご本人"},
		{"覚え書き", strings.Repeat("長い文章は、句読点が行の頭に来ないように折り返します。", 6), "ネットショップ"},
	}
	arabic = [][]string{
		{"ما لدينا عنك", "أُعدّ في 12 مارس 2026 للطلب R-7K3Q-V2MD.", "ما أعطيته وما رأيناه"},
		{"البند", "القيمة", "المصدر"},
		{"الاسم", "محمد بن عبد الله", "أنت"},
		{"البريد", "aiko@mail.example.com", "المتجر"},
		{"ملاحظة", strings.Repeat("نص طويل يحتاج إلى أكثر من سطر واحد، وفيه رقم 42 و Latin أيضاً. ", 5), "أنت"},
	}
)

var languages = map[string][][]string{"en": english, "ja": japanese, "ar": arabic}

func TestBytes(t *testing.T) {
	for lang, rows := range languages {
		b := write(t, lang, lang == "ar", rows)
		if lang == "ar" && !bytes.Equal(b, write(t, lang, true, rows)) {
			t.Error("the same document is written otherwise")
		}
		if !bytes.HasPrefix(b, []byte("%PDF-1.7\n")) || !bytes.Contains(b, []byte("/Lang("+lang+")")) {
			t.Errorf("%s: it begins with %.60q", lang, b)
		}
		table := b[bytes.LastIndex(b, []byte("xref\n0 ")):]
		for i, at := range offset.FindAllSubmatch(table, -1) {
			start, _ := strconv.Atoi(string(at[1]))
			if want := fmt.Sprintf("%d 0 obj\n", i+1); !bytes.HasPrefix(b[start:], []byte(want)) {
				t.Errorf("%s: object %d is not where the table says", lang, i+1)
			}
		}
		if got := bytes.Count(b, []byte("/Title <feff")); got != 1 {
			t.Errorf("%s: got %d titles", lang, got)
		}
	}
}

var offset = regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`)

func newTestSetter(t testing.TB, lang string) *setter {
	t.Helper()
	s, err := newSetter(lang)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWrap(t *testing.T) {
	s := newTestSetter(t, "ja")
	const width = 12
	for _, rows := range languages {
		for _, text := range rows[len(rows)-1] {
			lines := s.wrap(text, width)
			for _, line := range lines {
				if _, wide := s.line(line); wide > width {
					t.Errorf("%q is %.1f wide", line, wide)
				}
				if line != "" && strings.ContainsAny(line[:1], ",.!?)") || strings.HasPrefix(line, "、") || strings.HasPrefix(line, "。") {
					t.Errorf("%q begins with what must not begin a line", line)
				}
			}
			squeezed := strings.ReplaceAll(strings.Join(lines, ""), " ", "")
			if want := strings.ReplaceAll(text, " ", ""); squeezed != want {
				t.Errorf("got %q, want %q", squeezed, want)
			}
		}
	}
	if got := s.wrap("one\ntwo", width); len(got) != 2 {
		t.Errorf("a break of the text: got %q", got)
	}
}

// Arabic letters are joined and run from right to left; what is Latin in them
// does not.
func TestLine_of_Arabic(t *testing.T) {
	s := newTestSetter(t, "ar")
	glyphs, _ := s.line("ب")
	alone := glyphs[0].id
	glyphs, _ = s.line("ببب")
	if len(glyphs) != 3 || glyphs[0].id == alone || glyphs[1].id == glyphs[2].id {
		t.Errorf("the letters are not joined: %v", glyphs)
	}
	order := func(text string) (seen string) {
		for _, r := range s.runs(text) {
			seen += string(r.text) + "|"
		}
		return seen
	}
	for text, want := range map[string]string{
		"طلب R-7K":     "R-7K|طلب |",
		"رقم 42 فقط":   " فقط|42|رقم |",
		"plain":        "plain|",
		"佐藤 aiko":      "佐藤| aiko|",
		"see طلب here": "see |طلب| here|",
		"+962 7":       "+962 7|",
		"":             "",
	} {
		if got := order(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestTable_goes_on_over_pages(t *testing.T) {
	d, err := New(Options{Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	rows := make([][]string, 100)
	for i := range rows {
		rows[i] = []string{"x", strings.Repeat("long ", i%7) + "\U0001F3B5"} // which no font has
	}
	d.Table([]string{"H", "V"}, []float64{1, 3}, rows)
	if len(d.pages) < 3 {
		t.Fatalf("got %d pages", len(d.pages))
	}
	head, _ := d.set.line("H")
	for i, p := range d.pages {
		if p.glyphs[0].id != head[0].id {
			t.Errorf("page %d does not begin with the head", i+1)
		}
		if n := len(p.glyphs); i+1 < len(d.pages) && p.rules[len(p.rules)-1].y > p.glyphs[n-1].y {
			t.Errorf("page %d ends within a row", i+1)
		}
		for _, g := range p.glyphs {
			if g.y < bottom-body || g.y > pageHeight-margin {
				t.Errorf("page %d: a glyph at %.0f", i+1, g.y)
			}
		}
	}
}
