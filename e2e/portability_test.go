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

	"livingprofile/internal/testkit"
)

// TestPortability: the file to take along wants a fresh proof, is taken once,
// and holds what it says it holds.
func TestPortability(t *testing.T) {
	axe(t)
	t.Parallel()
	w := open(t)
	for _, tt := range []struct {
		view        testkit.View
		value, gone string
	}{
		{testkit.View{Locale: "en", Still: true}, "Lübeck", "taken already"},
		{testkit.View{Width: 360, Height: 740, Phone: true, Locale: "ja", Still: true}, "金沢", "受け取り済み"},
	} {
		t.Run(tt.view.Locale, func(t *testing.T) {
			t.Parallel()
			p := w.newcomer(t, tt.view)
			p.to("/data/event-city/edit")
			p.Fill("[name=value]", tt.value)
			p.Go("main form .main")

			const form, take = "main form .main", `form[action$="/copy"] button`
			p.to("/rights/portability")
			p.Press("#f-scope-all")
			p.Go(form)
			want(t, "a proof is asked for", strings.HasPrefix(p.Path(), base+"/proof"), true)
			p.Go(form)
			p.Open(w.Link(t, p.address))
			p.Go(form)
			want(t, "after the proof", p.Path(), base+"/rights/portability")
			p.Press("#f-scope-all")
			want(t, "asked for", p.Go(form), http.StatusOK)
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
