package hook

import (
	"bytes"
	"encoding/json"
	"time"

	"livingprofile/internal/consent"
)

// hidden stands for what is not shown.
const hidden = "•••"

// An outline is a body as far as anybody may see it: its form, without what it
// says about somebody.
type outline struct {
	Type      string         `json:"type"`
	Timestamp time.Time      `json:"timestamp"`
	Data      outlineContent `json:"data"`
}

type outlineContent struct {
	Subject     string              `json:"subject"`
	Version     int64               `json:"version"`
	Erased      bool                `json:"erased,omitempty"`
	Permissions []outlinePermission `json:"permissions"`
	Fields      map[string]string   `json:"fields,omitempty"`
}

type outlinePermission struct {
	Purpose string `json:"purpose"`
	Brand   string `json:"brand"`
	Allow   any    `json:"allow"`
	Reason  string `json:"reason"`
}

// Redacted returns the body of a delivery as it was sent last, with everything
// hidden that it said about its person; "" while nothing was sent.
func Redacted(c Catalogue, t *Target, d *Delivery) string {
	if d.Told == 0 {
		return ""
	}
	o := outline{Type: string(d.Kind), Timestamp: d.At, Data: outlineContent{
		Subject: hidden, Version: d.Told, Erased: d.Kind == Erased, Permissions: []outlinePermission{},
	}}
	if !o.Data.Erased {
		o.Data.Permissions = permissions(c, t, outlinePermission{Allow: hidden, Reason: hidden})
	}
	o.Data.fill(d.Fields, hidden)
	return o.text()
}

// Sample returns a body as an endpoint gets it, about somebody who does not
// exist.
func Sample(c Catalogue, t *Target, now time.Time) string {
	o := outline{Type: "consent.given", Timestamp: now, Data: outlineContent{
		Subject: "v80svo8q5l3g2r9a1k4d7t6b0c", Version: 42,
		Permissions: permissions(c, t, outlinePermission{Allow: true, Reason: "consent"}),
	}}
	if t.Body == Full {
		o.Data.fill(t.Fields, "…")
	}
	return o.text()
}

// permissions has a line like one for every purpose and brand of t.
func permissions(c Catalogue, t *Target, one outlinePermission) []outlinePermission {
	all := []outlinePermission{}
	for _, name := range t.Purposes {
		v, ok := c.Purpose(consent.PurposeID(name))
		for _, brand := range c.BrandNames() {
			if ok && v.On(brand) && t.For(brand) {
				one.Purpose, one.Brand = name, brand
				all = append(all, one)
			}
		}
	}
	return all
}

func (c *outlineContent) fill(fields []string, value string) {
	for _, name := range fields {
		if c.Fields == nil {
			c.Fields = map[string]string{}
		}
		c.Fields[name] = value
	}
}

// text is what goes between the signature and the envelope, laid out to read.
func (o *outline) text() string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(o); err != nil {
		return "" // an outline is words and numbers alone
	}
	return b.String()
}
