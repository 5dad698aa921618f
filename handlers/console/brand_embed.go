package console

import (
	"bytes"
	"slices"
	"text/template"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/login"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// A snippet is what the texts of the builder are filled with.
type snippet struct {
	Site, Brand, Origin, Section, Label, Locale string
	Mode                                        bool // whether purposes stand for types of Google's Consent Mode
}

// embedOf is what a site takes to show the brand's portal, for one section.
func (s *Console) embedOf(c echo.Context, b *brand.Brand) *view.Embed {
	ctx, v := web.Context(c), web.Of(c)
	data := snippet{
		Site: b.Site(s.Base).Scheme + "://" + b.Site(s.Base).Host, Brand: b.Name, Section: "home", Label: i18n.T(ctx, "brands.embed.label"),
		Locale: b.Locales[0], Origin: "https://www.example.com",
	}
	data.Mode = slices.ContainsFunc(v.Organisation.PurposesOn(b.Name), func(p *consent.PurposeVersion) bool {
		return len(p.ConsentMode) > 0
	})
	if len(b.Origins) > 0 {
		data.Origin = b.Origins[0]
	}
	if b.Speaks(v.Locale) {
		data.Locale = v.Locale
	}
	if section := c.QueryParam("section"); slices.Contains(login.FrameSections(), section) {
		data.Section = section
	}
	e := &view.Embed{
		Action: BrandsPath + "/" + b.Name + "/" + partEmbed, Check: data.Site + "/embed/" + b.Name + "/check",
		Section: ui.Input{Kind: ui.OneList, Name: "section", Label: i18n.T(ctx, "brands.embed.section"), Value: data.Section},
		Origins: b.Origins, Reach: BrandsPath + "/" + b.Name + "/" + partReach, Mode: data.Mode,
	}
	for _, name := range login.FrameSections() {
		e.Section.Options = append(e.Section.Options, ui.Option{Value: name, Label: i18n.T(ctx, "ui.section."+name)})
	}
	e.Frame, e.Widget = data.fill(frameSnippet), data.fill(widgetSnippet)
	for _, l := range [...]struct{ name, text string }{{"curl", curlSnippet}, {"Go", goSnippet}, {"Node.js", nodeSnippet}, {"PHP", phpSnippet}} {
		e.Links = append(e.Links, view.Snippet{Name: l.name, Text: data.fill(l.text)})
	}
	return e
}

// fill writes a text of ours. What is filled in was checked when it was
// declared, or is a word of locales; the page escapes it once more.
func (s *snippet) fill(text string) string {
	var b bytes.Buffer
	if err := template.Must(template.New("").Parse(text)).Execute(&b, s); err != nil {
		panic(err) // only a programmer can write a text that is wrong
	}
	return b.String()
}

const frameSnippet = `<iframe src="{{.Site}}/embed/{{.Brand}}" title="{{.Label}}"
  width="100%" height="640"></iframe>`

const widgetSnippet = `<script src="{{.Site}}/embed/widget.js"{{if not .Mode}} async{{end}}
  data-brand="{{.Brand}}" data-section="{{.Section}}" data-link="/my-data/link"
  data-label="{{.Label}}" data-locale="{{.Locale}}"{{if .Mode}} data-consent-mode{{end}}></script>`

const curlSnippet = `curl {{.Site}}/api/v1/links \
  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" -d '{
    "kind": "embed",
    "identifiers": [{"kind": "customer", "value": "4711"}],
    "origin": "{{.Origin}}",
    "sections": ["{{.Section}}"],
    "actions": ["correct", "decide", "receive"]
  }'`

const goSnippet = `// link answers POST /my-data/link for the person who is signed in.
func link(w http.ResponseWriter, r *http.Request) {
	body, _ := json.Marshal(map[string]any{
		"kind":        "embed",
		"identifiers": []map[string]string{{ "{{" }}"kind": "customer", "value": customerOf(r){{ "}}" }},
		"origin":      "{{.Origin}}",
		"sections":    []string{"{{.Section}}"},
		"actions":     []string{"correct", "decide", "receive"},
	})
	ask, _ := http.NewRequestWithContext(r.Context(), "POST", "{{.Site}}/api/v1/links", bytes.NewReader(body))
	ask.Header.Set("Authorization", "Bearer "+os.Getenv("KEY"))
	ask.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(ask)
	if err != nil || answer.StatusCode != http.StatusCreated {
		http.Error(w, "no link", http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	w.Header().Set("Content-Type", "application/json")
	io.Copy(w, answer.Body)
}`

const nodeSnippet = `// POST /my-data/link, for the person who is signed in.
app.post("/my-data/link", async (req, res) => {
  const answer = await fetch("{{.Site}}/api/v1/links", {
    method: "POST",
    headers: { Authorization: ` + "`Bearer ${process.env.KEY}`" + `, "Content-Type": "application/json" },
    body: JSON.stringify({
      kind: "embed",
      identifiers: [{ kind: "customer", value: req.session.customer }],
      origin: "{{.Origin}}",
      sections: ["{{.Section}}"],
      actions: ["correct", "decide", "receive"],
    }),
  });
  if (answer.status !== 201) return res.sendStatus(502);
  res.json({ url: (await answer.json()).url });
});`

const phpSnippet = `<?php // POST /my-data/link, for the person who is signed in.
$ask = curl_init("{{.Site}}/api/v1/links");
curl_setopt_array($ask, [
    CURLOPT_POST => true,
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => ["Authorization: Bearer " . getenv("KEY"), "Content-Type: application/json"],
    CURLOPT_POSTFIELDS => json_encode([
        "kind" => "embed",
        "identifiers" => [["kind" => "customer", "value" => $_SESSION["customer"]]],
        "origin" => "{{.Origin}}",
        "sections" => ["{{.Section}}"],
        "actions" => ["correct", "decide", "receive"],
    ]),
]);
$answer = curl_exec($ask);
http_response_code(curl_getinfo($ask, CURLINFO_RESPONSE_CODE) === 201 ? 200 : 502);
header("Content-Type: application/json");
echo $answer;`
