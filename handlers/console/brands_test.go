package console_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"go/parser"
	"go/token"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

var hiddenBase = regexp.MustCompile(`name="base" value="([0-9a-f]{16})"`)

// baseOf is what a form of the page was made from.
func baseOf(t *testing.T, page string) string {
	t.Helper()
	m := hiddenBase.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page has no form")
	}
	return m[1]
}

// TestBrands: a manager changes how their brand looks, people see it, the
// ledger says what changed and by whom, and an older file is refused.
func TestBrands(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	manager := s.Member(t, authz.BrandManager, "hibiki")
	c := s.Client(t)
	c.Work(manager)
	const at = "/console/brands/hibiki/look"
	base := baseOf(t, c.Page(at))
	look := func(accent string) url.Values {
		return url.Values{"base": {base}, "accent": {accent}, "ground": {"#f7f4ee"}, "corners": {"round"}, "fonts": {"Inter、 Noto Serif JP"}}
	}
	t.Run("a_preview_saves_nothing", func(t *testing.T) {
		a := c.Post(at+"/preview", look("#FFD400"))
		wantIn(t, "the preview", a.Body, `value="#FFD400"`, "accent=%23ffd400", "#ffd400</code>", "4.6:1", base)
		if b, _ := s.Current.Load().Brand("hibiki"); b.Accent == "#ffd400" {
			t.Error("a preview was saved")
		}
		sheet := c.Get("/console/brands.css?accent=%23ffd400&ground=%23f7f4ee&corners=round&fonts=Inter").Body
		wantIn(t, "the sheet", sheet, ".look{", ".look.dark{", "--accent:#", `--font:"Inter",;`, "--r:20px")
		wantOut(t, "the sheet", c.Get("/console/brands.css?accent=red;}body{x&ground=url(//x)&corners=9px;}&fonts="+url.QueryEscape(`a";}b{`)).Body, "body", "url", "9px", "b{")
	})
	t.Run("what_is_hostile_is_refused_at_its_field", func(t *testing.T) {
		for name, form := range map[string]url.Values{
			"accent": {"base": {base}, "accent": {"red;background:url(//x)"}},
			"ground": {"base": {base}, "accent": {"#112233"}, "ground": {"#fff"}},
			"fonts":  {"base": {base}, "accent": {"#112233"}, "fonts": {`x";}body{display:none`}},
		} {
			a := c.Post(at, form)
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `id="f-`+name+`-wrong"`) {
				t.Errorf("%s: got %d", name, a.Status)
			}
		}
		reach := baseOf(t, c.Page("/console/brands/hibiki/reach"))
		for name, form := range map[string]url.Values{
			"origins": {"base": {reach}, "origins": {"https://www.example.com\nhttps://shop.example.com/path"}},
			"host":    {"base": {reach}, "host": {"privacy.example.com/x"}},
		} {
			a := c.Post("/console/brands/hibiki/reach", form)
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `id="f-`+name+`-wrong"`) {
				t.Errorf("%s: got %d", name, a.Status)
			}
		}
	})
	t.Run("a_look_is_saved", func(t *testing.T) {
		if a := c.Post(at, look("#ffd400")); a.Location() != at {
			t.Fatalf("got %d: %.300s", a.Status, a.Body)
		}
		b, _ := s.Current.Load().Brand("hibiki")
		if b.Accent != "#ffd400" || b.Corners != "round" || len(b.Fonts) != 2 {
			t.Errorf("got %+v", b)
		}
		wantIn(t, "the next page", c.Page(at), "The brand is saved", "changes that the file does not know", "brand hibiki: accent")
		found, err := s.DB.Search(t.Context(), ledger.Search{Kind: "organisation.amended", Actor: manager.Actor(), Limit: 2})
		if err != nil || len(found) != 1 || found[0].Brand != "hibiki" {
			t.Fatalf("the ledger has %v, %v", found, err)
		}
		wantIn(t, "the entry", string(found[0].Payload), "accent", "#ffd400", "corners")
	})
	t.Run("a_stale_form_is_refused_once", func(t *testing.T) {
		a := c.Post(at, look("#223344"))
		if a.Status != http.StatusConflict {
			t.Fatalf("got %d", a.Status)
		}
		wantIn(t, "the page", a.Body, "Somebody changed this brand meanwhile", `value="#223344"`)
		base = baseOf(t, a.Body)
		if a := c.Post(at, look("#223344")); a.Location() != at {
			t.Errorf("again: got %d", a.Status)
		}
	})
	t.Run("a_logo_is_a_picture", func(t *testing.T) {
		base = baseOf(t, c.Page(at))
		for name, data := range map[string]string{"svg": "<svg onload=alert(1)>", "nothing": "", "a link": "javascript:alert(1)"} {
			if a := sendLogo(t, c, base, data); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: got %d", name, a.Status)
			}
		}
		if a := sendLogo(t, c, base, strings.Repeat("x", 70_000)); a.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("too large: got %d", a.Status)
		}
		if a := sendLogo(t, c, base, pixel(t)); a.Location() != at {
			t.Fatalf("a picture: got %d", a.Status)
		}
		if a := c.Get("/console/brands/hibiki/logo"); a.Header.Get("Content-Type") != "image/png" || a.Body != pixel(t) {
			t.Errorf("got %d %s", a.Status, a.Header.Get("Content-Type"))
		}
	})
	t.Run("an_older_file_is_refused", func(t *testing.T) {
		draft, err := demo.Draft()
		if err != nil {
			t.Fatal(err)
		}
		by := ledger.Actor{Kind: ledger.ByProgram, ID: "apply"}
		plan, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: by})
		if err == nil || len(plan.PutsBack) == 0 {
			t.Fatalf("got %v, %v", plan, err)
		}
		wantIn(t, "the plan", plan.String(), "brand hibiki: accent was changed in the console")
		if b, _ := s.Current.Load().Brand("hibiki"); b.Accent != "#223344" {
			t.Error("a refused file was applied")
		}
		if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: by, PutBack: true}); err != nil {
			t.Fatal(err)
		}
		wantOut(t, "the page", c.Page(at), "the file does not know")
	})
}

// TestBrand_parts: names, questions and topics are changed within the brand;
// another brand is as one that is not there.
func TestBrand_parts(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.BrandManager, "hibiki")
	const basics, asked = "/console/brands/hibiki/basics", "/console/brands/hibiki/asked"
	form := url.Values{
		"base": {baseOf(t, c.Page("/console/brands/hibiki"))}, "label.ja": {"ひびき"}, "label.en": {"Hibiki Music"}, "voice.en": {"Yours."},
		"mark": {"響"}, "legal-name": {"Hibiki K.K."}, "contact": {"hello@hibiki.example"}, "locales": {"ja", "en"}, "default": {"en"},
		"register": {"yes"}, "country": {"jp"}, "zone": {"Asia/Tokyo"}, "ask-every": {"14"},
	}
	if a := c.Post(basics, form); a.Location() != basics {
		t.Fatalf("basics: got %d: %s", a.Status, a.Body)
	}
	b, _ := s.Current.Load().Brand("hibiki")
	if b.Locales[0] != "en" || b.Label["en"] != "Hibiki Music" || b.Country != "JP" || b.AskEvery.Hours() != 14*24 {
		t.Errorf("got %+v", b)
	}
	form.Set("base", baseOf(t, c.Page(basics)))
	for name, value := range map[string]string{"label.en": " ", "contact": "nobody", "zone": "Local", "country": "UK", "region": "Calif", "default": "ar", "ask-every": "-1", "legal-name": "", "mark": "long"} {
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad.Set(name, value)
		if a := c.Post(basics, bad); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `id="f-`+name+`-wrong"`) {
			t.Errorf("%s: got %d", name, a.Status)
		}
	}
	page := c.Page(asked)
	form = url.Values{"base": {baseOf(t, page)}, "more": {"birthday"}, "level.more": {"must"}, "why.more.en": {"For a gift."}}
	for _, m := range regexp.MustCompile(`name="(why\.[a-z-]+\.en)" *[^>]*value="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
		form.Set("level."+strings.Split(m[1], ".")[1], "may")
	}
	form.Set("level.more", "must")
	stays, leaves := []string{}, ""
	for _, topic := range s.Current.Load().TopicsOn("hibiki") {
		if leaves == "" && len(topic.Brands) != 1 {
			leaves = topic.Name
			continue
		}
		stays = append(stays, topic.Name)
	}
	if a := c.Post(asked, form); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "No other brand offers") {
		t.Errorf("all topics gone: got %d", a.Status)
	}
	form["topics"] = stays
	if a := c.Post(asked, form); a.Location() != asked {
		t.Errorf("asked: got %d: %s", a.Status, a.Body)
	}
	if f, _ := s.Current.Load().Field("birthday"); len(f.Asks) == 0 || !f.Asks[len(f.Asks)-1].Required {
		t.Errorf("got %+v", f.Asks)
	}
	if topic, _ := s.Current.Load().Topic(leaves); topic == nil || topic.On("hibiki") || !topic.On("kawara") && !topic.On("tsubame") {
		t.Errorf("%q: got %+v", leaves, topic)
	}
	for _, path := range []string{"/console/brands/kawara", "/console/brands/kawara/look", "/console/brands/kawara/logo", "/console/brands/none", "/console/brands/hibiki/none"} {
		if a := c.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, a.Status)
		}
		if a := c.Post(path+"/look", url.Values{"accent": {"#112233"}}); a.Status != http.StatusNotFound && a.Status != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: got %d", path, a.Status)
		}
	}
	wantOut(t, "the list", c.Page("/console/brands"), "kawara")
	builder := c.Page("/console/brands/hibiki/embed?section=data")
	wantIn(t, "the builder", builder, "/embed/widget.js", `data-section=&#34;data&#34;`, "data-consent-mode&gt;", "curl_init", "/embed/hibiki/check")
	snippets(t, builder)
	if a := desk(t, s, authz.DPO).Post(basics, form); a.Status != http.StatusForbidden {
		t.Errorf("a DPO saves: got %d", a.Status)
	}
}

var snippetIn = regexp.MustCompile(`(?s)<pre class="snippet"[^>]*aria-label="([^"]+)"><code>(.*?)</code>`)

// snippets checks what people copy: it can be read by what it is for.
func snippets(t *testing.T, page string) {
	t.Helper()
	all := map[string]string{}
	for _, m := range snippetIn.FindAllStringSubmatch(page, -1) {
		all[m[1]] = html.UnescapeString(m[2])
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "link.go", "package site\n"+all["Go"], parser.AllErrors); err != nil {
		t.Error(err)
	}
	_, body, _ := strings.Cut(all["curl"], "-d '")
	if !json.Valid([]byte(strings.TrimSuffix(body, "'"))) {
		t.Errorf("the body of curl is no JSON: %s", body)
	}
	for name, text := range all {
		wantOut(t, name, text, "{{.")
		wantIn(t, name, text, "hibiki", "http")
	}
}

// pixel is the smallest picture.
func pixel(t *testing.T) string {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func sendLogo(t *testing.T, c *testkit.Client, base, data string) *testkit.Answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range map[string]string{"csrf": c.CSRF, "base": base} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("logo", "logo.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return c.Do(c.Request(http.MethodPost, "/console/brands/hibiki/logo", &b, "Content-Type", w.FormDataContentType()))
}
