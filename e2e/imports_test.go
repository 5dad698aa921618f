package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/authz"
	"livingprofile/internal/testkit"
)

// TestConsoleImports: a file is sent, read before anything is written, tried,
// imported, and its refused rows are taken, in both languages.
func TestConsoleImports(t *testing.T) {
	axe(t)
	w := open(t)
	p := w.works(t, testkit.View{Still: true}, authz.Administrator)
	file := filepath.Join(t.TempDir(), "people.csv")
	rows := "id,email,given_name,family_name\n9001,zora.marker@mail.example.com,Zora,Marker\n9002,nobody,Jo,Short\n,,,\n9003\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	for l, tt := range []struct{ locale, act, held, done string }{
		{"en", "try", "What the first rows mean", "Nothing was written"},
		{"ja", "import", "", "完了"},
	} {
		t.Run(tt.locale, func(t *testing.T) {
			p := p.in(t)
			p.Look(testkit.View{Locale: tt.locale, Still: true})
			want(t, "the list", p.Open(w.console()+"/imports"), http.StatusOK)
			if l == 0 {
				p.inspect("console-imports", l)
			}
			p.Set("#f-source", "shop")
			p.Set("#f-map", "own")
			p.Press("main details:has(#f-own) summary")
			p.Fill("#f-own", "fields: nothing")
			p.Do(chromedp.SetUploadFiles("#f-file", []string{file}, chromedp.ByQuery))
			want(t, "a map that is none", p.Go("main form .main"), http.StatusUnprocessableEntity)
			p.inspect("console-import-own-map", l+3)

			p.Set("#f-map", "generic")
			p.Do(chromedp.SetUploadFiles("#f-file", []string{file}, chromedp.ByQuery))
			want(t, "the file", p.Go("main form .main"), http.StatusOK)
			wantIn(t, "the sample", p.Text("main"), tt.held)
			p.inspect("console-import-held", l+1)
			want(t, tt.act, p.Go("main form button[value="+tt.act+"]"), http.StatusOK)
			testkit.Eventually(t, "the end of the import", func() (bool, bool) {
				_, err := w.ImportNext(t.Context(), time.Minute)
				_, failed := w.TryNext(t.Context(), time.Minute)
				_, none := w.DB.NextUpload(t.Context(), tt.act == "try")
				return true, err == nil && failed == nil && none != nil
			})
			want(t, "the report", p.Open(strings.TrimSuffix(w.console(), "/console")+p.Path()), http.StatusOK)
			wantIn(t, "the report", p.Text("main"), tt.done)
			p.inspect("console-import-report", l+2)
		})
	}
	var rejects string
	p.Eval(`(async () => {
		const form = document.querySelector("form[action$=rejects]");
		return (await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))})).text();
	})()`, &rejects)
	wantIn(t, "the file of refused rows", rejects, "9003")
}

// outcomesMap reads files of the shop, for whose purposes somebody may have said
// no to all that a field is used for.
const outcomesMap = `required: [id, email]
identifiers:
  - {kind: customer, column: id}
  - {kind: email, column: email}
fields:
  - {field: given-name, column: first}
  - {field: family-name, column: last}
  - {field: main-instrument, column: plays}
consents:
  - {purpose: recommendations, column: ideas, values: {"no": refused}}
  - {purpose: newsletter, column: ideas, values: {"no": refused}}
  - {purpose: marketing, column: ideas, values: {"no": refused}}
`

// TestConsoleImports_outcomes: the report of a file counts who is new, joined,
// changed and refused, and says what of a row was not taken and why.
func TestConsoleImports_outcomes(t *testing.T) {
	axe(t)
	w := open(t)
	p := w.works(t, testkit.View{Still: true}, authz.Administrator)
	const header = "id,email,first,last,plays,ideas\n"
	for l, tt := range []struct {
		locale, knows string
		counts, why   []string
	}{
		{
			"en", "81,zora.marker@mail.example.com,Zora,Marker,piano,\n",
			[]string{"Rows 4", "About somebody new 1", "A record that is joined with one we had 1", "Said something new 1", "Said nothing new 0", "Refused 1", "Warnings 1"},
			[]string{"Refused rows", "another number of columns", "Rows and cells taken only in part", "plays: A value was not taken in, because the person said no"},
		},
		{
			"ja", "91,ida.marker@mail.example.com,Ida,Marker,piano,\n",
			[]string{"行数 4", "新しい方 1", "以前からある記録とまとめた新しい記録 1", "新しい内容があった行 1", "新しい内容がなかった行 0", "取り込めなかった行 1", "注意 1"},
			[]string{"一部だけ取り込んだ行やセル", "plays: ご本人が使いみちのすべてを断っているため"},
		},
	} {
		t.Run(tt.locale, func(t *testing.T) {
			p := p.in(t)
			p.Look(testkit.View{Locale: tt.locale, Still: true})
			of, name := tt.knows[:1], strings.Split(tt.knows, ",")
			p.importFile(header + tt.knows)
			p.importFile(header +
				name[0] + "," + name[1] + ",Zea,Marker,,\n" + // changed
				of + "2,mail" + of + "@mail.example.com,Mio,Marker,piano,no\n" + // new, and what they play is of no use
				of + "3," + thomas + ",Thomas,Weber,,\n" + // joined
				of + "4,nobody,Jo\n") // refused
			var counts []string
			p.Eval(`[...document.querySelector("main dl.facts").children].map(e => e.innerText.replace(/\s+/g, " "))`, &counts)
			if diff := cmp.Diff(counts, tt.counts); diff != "" {
				t.Errorf("the counts (-got +want):\n%s", diff)
			}
			wantIn(t, "the report", p.Text("main"), tt.why...)
			p.inspect("console-import-outcomes", l)
		})
	}
}

// importFile sends a file of the shop to the console, has it imported and opens
// the report.
func (p *visitor) importFile(rows string) {
	p.t.Helper()
	w := p.w
	file := filepath.Join(p.t.TempDir(), "shop.csv")
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		p.t.Fatal(err)
	}
	want(p.t, "the list", p.Open(w.console()+"/imports"), http.StatusOK)
	p.Set("#f-source", "shop")
	p.Set("#f-map", "own")
	p.Press("main details:has(#f-own) summary")
	p.Fill("#f-own", outcomesMap)
	p.Do(chromedp.SetUploadFiles("#f-file", []string{file}, chromedp.ByQuery))
	want(p.t, "the file", p.Go("main form .main"), http.StatusOK)
	want(p.t, "import", p.Go("main form button[value=import]"), http.StatusOK)
	testkit.Eventually(p.t, "the end of the import", func() (bool, bool) {
		_, err := w.ImportNext(p.t.Context(), time.Minute)
		_, none := w.DB.NextUpload(p.t.Context(), false)
		return true, err == nil && none != nil
	})
	want(p.t, "the report", p.Open(strings.TrimSuffix(w.console(), "/console")+p.Path()), http.StatusOK)
}
