package e2e

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"livingprofile/internal/authz"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestEvidence: somebody shows by a picture what is wrong; a program is refused
// whatever it is called. Staff see old and new side by side, take the picture as
// it was sent and correct the value; the person reads that, and who looked. A
// picture goes with a value that is corrected in place, too. Meanwhile, and until
// the person was told, no system reads the value.
func TestEvidence(t *testing.T) {
	axe(t)
	t.Parallel()
	w := open(t)
	key := w.brandKey(t, authz.AllBrands)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	letter, program := file("letter.png", picture.Bytes()), file("scan.png", []byte("MZ\x90\x00\x03"))
	for l, tt := range []struct {
		view                          testkit.View
		old, right, words             string
		refused, frozen, answer, done string
		took, told                    string
	}{
		{
			testkit.View{Locale: "en", Still: true},
			"Pat", "Patrice", "It is Patrice, see the letter.",
			"of a kind that we do not take", "Frozen", "Thank you, it is corrected.", "It is done.",
			"Took a file of a request", "stays frozen at least until",
		},
		{
			testkit.View{Width: 360, Height: 740, Phone: true, Locale: "ja", Still: true},
			"真理", "真理子", "正しくは真理子です。手紙をご覧ください。",
			"この種類のファイルは受け付けていません", "止めています", "訂正いたしました。", "完了しました。",
			"お願いに添えられたファイルを受け取りました", "対象のデータは、少なくとも",
		},
	} {
		t.Run(tt.view.Locale, func(t *testing.T) {
			t.Parallel()
			p := w.newcomer(t, tt.view)
			p.to("/data/given-name/edit")
			p.Fill("[name=value]", tt.old)
			p.Go("main form .main")

			p.to("/rights/rectification")
			p.Set("#f-about", "given-name")
			p.Fill("#f-text", tt.words)
			attach := func(path string) {
				p.Do(chromedp.SetUploadFiles("#f-files", []string{path}, chromedp.ByQuery))
			}
			attach(program)
			want(t, "a program", p.Go("main form .main"), http.StatusUnprocessableEntity)
			wantIn(t, "why it is refused", p.Text(".wrongs"), tt.refused)
			want(t, "the words typed before", p.value("#f-text"), tt.words)
			want(t, "the value picked before", p.value("#f-about"), "given-name")
			p.looks()
			attach(letter)
			want(t, "a picture", p.Go("main form .main"), http.StatusOK)
			request := p.Path()
			wantIn(t, "the request", p.Text("main"), tt.words, "letter.png")
			p.looks()
			p.to("/data/given-name")
			wantIn(t, "the value meanwhile", p.Text("main"), tt.old, tt.frozen)
			p.reads(key, "meanwhile", "")

			d := desk{w.works(t, testkit.View{Locale: tt.view.Locale, Still: true}, authz.DPO)}
			d.takes(request)
			wantIn(t, "old and new", d.Text("main .compare"), tt.old, tt.words)
			d.inspect("evidence-compare", l+1)
			d.tab("messages")
			d.inspect("evidence-messages", l)
			name, body := d.Download(`main form[action$="/file"] button`)
			want(t, "the name of the picture", name, "letter.png")
			want(t, "the picture as it was sent", bytes.Equal(body, picture.Bytes()), true)
			d.Go("main .views a")
			d.Fill("#f-value", tt.right)
			want(t, "the answer", d.answers(rights.Fulfil, tt.answer), http.StatusOK)

			p.to("/data/given-name")
			wantIn(t, "the value, told of before it is used", p.Text("main"), tt.right, tt.frozen)
			p.gets(tt.told)
			p.reads(key, "before the person was told", "")
			p.Open(w.URL + request)
			wantIn(t, "what was answered", p.Text("main"), tt.done, tt.answer)
			want(t, "no need to wait", p.Go(`form[action$="/thaw"] button`), http.StatusOK)
			p.to("/data/given-name")
			want(t, "frozen after that", p.Has("main .state.frozen"), false)
			p.reads(key, "after that", tt.right)
			p.to("/history")
			wantIn(t, "the history", p.Text("main"), tt.took)

			// The same where a value is corrected in place, and staff decide.
			p.to("/data")
			p.Press("#v-birthday-edit")
			p.Until(`document.querySelector("#v-birthday #f-files")`)
			p.sound()
			p.Set("#v-birthday [name=value]", "1980-05-06")
			attach(program)
			p.Press("#v-birthday form .main")
			p.Until(`document.querySelector("#v-birthday .wrongs")`)
			wantIn(t, "why it is refused in place", p.Text("#v-birthday .wrongs"), tt.refused)
			attach(letter)
			p.Press("#v-birthday form .main")
			p.Until(`document.querySelector("#v-birthday .said")`)
			p.to("/data/birthday")
			p.Go(`main a[href*="/requests/"]`)
			wantIn(t, "the request for a value", p.Text("main"), "letter.png")
			p.quiet()
		})
	}
}
