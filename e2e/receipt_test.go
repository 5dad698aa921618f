package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livingprofile/internal/consent"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// TestTrail follows one answer to its proof: said where it was given, told in
// the trail, kept as a receipt, which anybody can check and nobody can change.
func TestTrail(t *testing.T) {
	t.Parallel()
	w := open(t)
	p := w.newcomer(t, testkit.View{})
	p.to("/allow")
	p.Press("#p-reviews-yes")
	p.Until(`document.querySelector("#p-reviews .said")`)
	want(t, "no other page", p.Path(), base+"/allow")
	want(t, "said", p.said(), "Saved: yes to “Show my reviews with my first name”.")
	wantIn(t, "trail", p.Text("#p-reviews .trail"), "Saved ")

	p.Go(`#p-reviews a[href*="/receipts/"]`)
	wantIn(t, "receipt", p.Text(".receipt"), "You said yes", "Show my reviews with my first name", "Hibiki K.K.")
	var file, name string
	p.Eval(`fetch(document.querySelector("a[download]").href).then(a => (window.kept = a.headers.get("Content-Disposition"), a.text()))`, &file)
	p.Eval(`window.kept`, &name)
	wantIn(t, "file", name, "attachment", ".json")
	if !json.Valid([]byte(file)) {
		t.Fatalf("got a file that is no JSON: %.80s", file)
	}
	p.awaitSeal(p.address)

	stranger := w.somebody(t, testkit.View{})
	stranger.check(file)
	want(t, "checked", stranger.Text("h1"), "This receipt is genuine")
	wantIn(t, "sealed", stranger.Text(".facts"), "by checkpoint ")
	at := strings.Index(file, "reviews")
	stranger.check(file[:at] + "Reviews" + file[at+len("reviews"):])
	want(t, "checked after a change of one letter", stranger.Text("h1"), "This receipt was changed")
	stranger.Open(w.URL + "/receipts")
	stranger.upload(file)
	want(t, "checked as a file", stranger.Text("h1"), "This receipt is genuine")

	var number struct{ ID string }
	if err := json.Unmarshal([]byte(file), &number); err != nil {
		t.Fatal(err)
	}
	stranger.Open(w.URL + "/receipts")
	stranger.Fill("[name=number]", number.ID)
	stranger.Go("main form .main")
	want(t, "checked by number", stranger.Text("h1"), "We wrote a receipt with this number")
	for _, s := range []string{"reviews", "You said yes", p.address} {
		if strings.Contains(stranger.Text("main .receipt"), s) {
			t.Errorf("the number alone tells a stranger %q", s)
		}
	}
	stranger.Open(w.URL + base + "/receipts/" + number.ID)
	wantIn(t, "another's receipt", stranger.Path(), base+"/sign-in")
}

// check puts a receipt in where anybody may.
func (p *visitor) check(text string) {
	p.t.Helper()
	p.Open(p.w.URL + "/receipts")
	p.Set("[name=receipt]", text)
	p.Go("main form .main")
}

// upload chooses a file with this text, and sends it.
func (p *visitor) upload(text string) {
	p.t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Eval(`(() => {
		const files = new DataTransfer();
		files.items.add(new File([`+string(quoted)+`], "receipt.json", {type: "application/json"}));
		document.querySelector("[name=file]").files = files.files;
	})()`, nil)
	p.Follow(chromedp.Click("main form .main", chromedp.ByQuery))
}

// awaitSeal has somebody decide so often that a checkpoint is due, and loads
// the receipt again until the ledger is sealed behind it.
func (p *visitor) awaitSeal(somebody string) {
	p.t.Helper()
	subject, err := p.w.Identity.ByEmail(p.t.Context(), somebody)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := range ledger.MaxUnsealed {
		_, err := p.w.Consent.Decide(p.t.Context(), consent.Ask{
			Subject: subject, Actor: ledger.Self(subject), Purpose: "audience", Answer: []consent.Answer{consent.No, consent.Yes}[i%2],
			Locale: "en", Brand: "kawara", Channel: "portal", Proof: consent.Proof{Kind: consent.BySession, Ref: "test"},
		})
		if err != nil {
			p.t.Fatal(err)
		}
	}
	path := p.Path()
	for range 100 {
		if p.Open(p.w.URL + path); !p.Has(".receipt .state.waiting") {
			return
		}
		p.Eval("new Promise(soon => setTimeout(soon, 200))", nil)
	}
	p.t.Fatalf("the ledger is not sealed behind %s", path)
}
