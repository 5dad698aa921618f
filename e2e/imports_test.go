package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

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
