package e2e

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"testing"

	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestCopies: a copy of everything, and the file to take along, want a fresh
// proof, are taken once, and hold what they say they hold. A copy of everything
// has a report to read as well, with what nobody else is given.
func TestCopies(t *testing.T) {
	axe(t)
	t.Parallel()
	w := open(t)
	wide, phone := testkit.View{Locale: "en", Still: true}, testkit.View{Width: 360, Height: 740, Phone: true, Locale: "ja", Still: true}
	for _, tt := range []struct {
		kind        rights.Kind
		view        testkit.View
		value, gone string
	}{
		{rights.Portability, wide, "Lübeck", "taken already"},
		{rights.Portability, phone, "金沢", "受け取り済み"},
		{rights.Access, wide, "Patrice", "taken already"},
		{rights.Access, phone, "真理子", "受け取り済み"},
	} {
		t.Run(string(tt.kind)+"_"+tt.view.Locale, func(t *testing.T) {
			t.Parallel()
			p := w.newcomer(t, tt.view)
			field := "event-city"
			if tt.kind == rights.Access {
				field = "given-name"
			}
			p.to("/data/" + field + "/edit")
			p.Fill("[name=value]", tt.value)
			p.Go("main form .main")

			const form, take = "main form .main", `form[action$="/copy"] button`
			ask := func() int {
				if p.Has("#f-scope-all") {
					p.Press("#f-scope-all")
				}
				return p.Go(form)
			}
			p.to("/requests")
			p.Go(`main a[href$="/rights/` + string(tt.kind) + `"]`)
			ask()
			want(t, "a proof is asked for", strings.HasPrefix(p.Path(), base+"/proof"), true)
			p.Go(form)
			p.Open(w.Link(t, p.address))
			p.Go(form)
			want(t, "after the proof", p.Path(), base+"/rights/"+string(tt.kind))
			want(t, "asked for", ask(), http.StatusOK)
			request := p.Path()
			testkit.Eventually(t, "the file", func() (bool, bool) {
				p.Open(w.URL + request)
				return true, p.Has(take)
			})
			number := p.Text("main .facts bdi")
			p.looks()

			name, body := p.Download(take)
			want(t, "the name of the file", name, number+".zip")
			files := unpacked(t, body)
			wantIn(t, "what was given", files["given.csv"], tt.value)
			if tt.kind == rights.Access {
				wantIn(t, "the report", files["index.html"], `<html lang="`+tt.view.Locale+`"`, tt.value, p.address, number)
				wantIn(t, "the history", files["history.json"], "attribute.corrected")
			}
			_, recipients := files["recipients.json"]
			want(t, "who received what", recipients, tt.kind == rights.Access)
			want(t, "taken again", p.Go(take), http.StatusGone)
			wantIn(t, "why not", p.Text("main"), tt.gone)
			p.looks()
			p.Open(w.URL + request)
			want(t, "offered again", p.Has(take), false)
			p.quiet()
		})
	}
}

// unpacked returns the files of a copy, each of which is as its manifest says.
func unpacked(t *testing.T, body []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		b, err := fs.ReadFile(z, path.Clean(f.Name))
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	var manifest struct {
		Files []struct{ Name, SHA256 string }
	}
	if err := json.Unmarshal([]byte(files["manifest.json"]), &manifest); err != nil {
		t.Fatal(err)
	}
	want(t, "files that the manifest names", len(manifest.Files), len(files)-1)
	for _, f := range manifest.Files {
		sum := sha256.Sum256([]byte(files[f.Name]))
		want(t, "digest of "+f.Name, hex.EncodeToString(sum[:]), f.SHA256)
	}
	return files
}
