package organisation

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/figures"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/profile"
)

// MaxSize is how large a file may be.
const MaxSize = 2 << 20

// A Draft is what one file declares, before it is compared with what stands.
type Draft struct {
	File string
	// Declared has everything in the order of the file, without revision,
	// version numbers and what is retired.
	Declared Organisation

	at    map[string]mark   // where in the file each path is
	logos map[string]string // file by brand
}

// Parse reads a file. It looks at the form alone; whether the parts fit
// together is for Check. An error is of type Problems and names everything
// that is wrong. name is the name of the file for people.
func Parse(name string, data []byte) (*Draft, error) {
	n := &notebook{file: name, at: map[string]mark{}}
	if len(data) > MaxSize {
		n.noteAt(mark{}, "", "is larger than %d MiB", MaxSize>>20)
		return nil, n.problems.orNil()
	}
	root := n.document(data)
	if root == nil {
		return nil, n.problems.orNil()
	}
	d := &Draft{File: name, at: n.at}
	top := n.object("", i18n.Source, root)
	if tag := top.word("language"); tag != "" {
		if problem := localeProblem(tag); problem != "" {
			n.note("language", "%s", problem)
		}
		top.language = tag
	}
	d.logos = map[string]string{}
	d.Declared = readOrganisation(top, d.logos)
	top.done()
	if err := n.problems.orNil(); err != nil {
		return nil, err
	}
	return d, nil
}

// document returns the one document of the file, or nil after noting why not.
func (n *notebook) document(data []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		n.noteAt(mark{1, 1}, "", "is empty")
		return nil
	case err != nil:
		n.noteSyntax(err)
		return nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		n.noteAt(place(&second), "", "a second document begins; only one is read")
		return nil
	case !errors.Is(err, io.EOF):
		n.noteSyntax(err)
		return nil
	}
	if len(doc.Content) != 1 {
		n.noteAt(mark{1, 1}, "", "is empty")
		return nil
	}
	return doc.Content[0]
}

// yamlError matches the errors of the YAML parser, which carry the line in
// their words only.
var yamlError = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

func (n *notebook) noteSyntax(err error) {
	m := yamlError.FindStringSubmatch(err.Error())
	if m == nil {
		n.noteAt(mark{}, "", "%v", err)
		return
	}
	at := mark{}
	if line, err := strconv.Atoi(m[1]); err == nil {
		at = mark{line, 1}
	}
	n.noteAt(at, "", "cannot be read as YAML: %s", strings.TrimSpace(m[2]))
}

func readOrganisation(top *object, logos map[string]string) Organisation {
	var o Organisation
	o.Label = top.text("label")
	o.Contact = top.word("contact")
	o.Address = top.lines("address")
	o.Security = top.word("security")
	o.Privacy = top.text("privacy")
	o.Measures = top.text("measures")
	o.Transparency = figures.Cycle(top.word("transparency"))
	top.each("brands", func(name string, b *object) {
		o.Brands = append(o.Brands, readBrand(name, b, logos))
	})
	top.each("channels", func(name string, c *object) {
		o.Channels = append(o.Channels, consent.Channel{Name: name, Label: c.text("label")})
	})
	top.each("categories", func(name string, c *object) {
		o.Categories = append(o.Categories, profile.Category{Name: name, Label: c.text("label")})
	})
	top.each("systems", func(name string, s *object) {
		o.Systems = append(o.Systems, readSystem(name, s))
	})
	top.each("purposes", func(name string, p *object) {
		o.Purposes = append(o.Purposes, readPurpose(name, p))
	})
	top.each("topics", func(name string, t *object) {
		o.Topics = append(o.Topics, readTopic(name, t))
	})
	top.each("fields", func(name string, f *object) {
		o.Fields = append(o.Fields, readField(name, f))
	})
	top.each("activities", func(name string, a *object) {
		o.Activities = append(o.Activities, readActivity(name, a))
	})
	top.each("rules", func(name string, r *object) {
		o.Rules = append(o.Rules, readRule(name, r))
	})
	top.each("duties", func(name string, d *object) {
		o.Duties = append(o.Duties, readDuty(name, d))
	})
	top.each("controllers", func(name string, c *object) {
		o.Controllers = append(o.Controllers, readController(name, c))
	})
	top.each("automated", func(name string, k *object) {
		o.Automated = append(o.Automated, readAutomated(name, k))
	})
	return o
}

func readBrand(name string, b *object, logos map[string]string) brand.Brand {
	if file := b.word("logo"); file != "" {
		logos[name] = file
	}
	return brand.Brand{
		Name:      name,
		Label:     b.text("label"),
		Mark:      b.word("mark"),
		Voice:     b.text("voice"),
		Accent:    strings.ToLower(b.word("accent")),
		Contact:   b.word("contact"),
		Locales:   b.list("locales"),
		Register:  b.flag("register"),
		LegalName: b.word("legal-name"),
		Country:   b.word("country"),
		Region:    b.word("region"),
		Zone:      b.word("zone"),
		Host:      b.word("host"),
		Origins:   b.list("origins"),
		Ground:    strings.ToLower(b.word("ground")),
		Corners:   brand.Corners(b.word("corners")),
		Fonts:     b.list("fonts"),
		AskEvery:  b.term("ask-every"),
	}
}

func readSystem(name string, s *object) System {
	system := System{
		Name:     name,
		Label:    s.text("label"),
		Human:    s.text("human"),
		Rank:     s.number("rank"),
		Fields:   s.list("fields"),
		Purposes: s.list("purposes"),
		Country:  s.word("country"),
		Source:   s.flag("source"),

		Activities: s.list("activities"),
		Safeguard:  s.text("safeguard"),
	}
	s.each("endpoints", func(name string, e *object) {
		system.Endpoints = append(system.Endpoints, readEndpoint(name, e))
	})
	system.Pull = readPull(s)
	system.SCIM = readSCIM(s)
	system.OpenDSR = readProcessor(s)
	system.Connector = readConnector(s)
	return system
}

func readEndpoint(name string, e *object) hook.Endpoint {
	return hook.Endpoint{
		Name:     name,
		URL:      e.word("url"),
		Events:   e.list("events"),
		Brands:   e.list("brands"),
		Purposes: e.list("purposes"),
		Fields:   e.list("fields"),
		Envelope: hook.Envelope(e.word("envelope")),
		Body:     hook.Body(e.word("body")),
	}
}

func readPurpose(name string, p *object) consent.PurposeVersion {
	return consent.PurposeVersion{
		Purpose:     consent.PurposeID(name),
		Parent:      consent.PurposeID(p.word("parent")),
		Basis:       consent.Basis(strings.ReplaceAll(p.word("basis"), "-", "_")),
		Required:    p.flag("required"),
		Marketing:   p.flag("marketing"),
		Brands:      p.list("brands"),
		Channels:    p.list("channels"),
		Categories:  p.list("categories"),
		Recipients:  p.list("recipients"),
		Signal:      consent.Signal(p.word("signal")),
		ConsentMode: p.list("consent-mode"),
		Expires:     p.term("expires"),
		DoubleOptIn: p.flag("double-opt-in"),
		ReaskBy:     p.date("reask-by"),
		Words: consent.PurposeWords{
			Question:  p.text("question"),
			Sentence:  p.text("sentence"),
			Why:       p.text("why"),
			Retention: p.text("retention"),
			IfNo:      p.text("if-no"),
			Locked:    p.text("locked"),
			Source:    p.text("source"),
		},
	}
}

func readTopic(name string, t *object) consent.Topic {
	return consent.Topic{
		Name:     name,
		Brands:   t.list("brands"),
		Channels: t.list("channels"),
		Purpose:  consent.PurposeID(t.word("purpose")),
		Label:    t.text("label"),
		Help:     t.text("help"),
	}
}

func readField(name string, f *object) profile.Field {
	field := profile.Field{
		Name:      name,
		Category:  f.word("category"),
		Type:      profile.Type(f.word("type")),
		Choices:   readChoices(f),
		Edit:      profile.Edit(f.word("edit")),
		Sensitive: f.flag("sensitive"),
		Purposes:  f.list("purposes"),
		Brands:    f.list("brands"),
		Card:      profile.Card(f.word("card")),
		Label:     f.text("label"),
		Help:      f.text("help"),
		Locked:    f.text("locked"),
		Retention: f.text("retention"),
		Keep:      f.term("keep"),
		How:       f.text("how"),
	}
	f.each("asked-by", func(brand string, a *object) {
		field.Asks = append(field.Asks, readAsk(brand, a))
	})
	return field
}

func readAsk(brand string, a *object) profile.Ask {
	return profile.Ask{Brand: brand, Required: a.flag("required"), Why: a.text("why")}
}

func readChoices(f *object) []profile.Choice {
	node, path := f.take("choices")
	if node == nil {
		return nil
	}
	all := f.object(path, f.language, node)
	var choices []profile.Choice
	for _, value := range all.keys {
		if !isValue(value) {
			f.noteAt(all.places[value], join(path, value), "is no value of a choice: lower-case letters, digits and hyphens, at most %d", maxName)
		}
		choices = append(choices, profile.Choice{Value: value, Label: all.text(value)})
	}
	return choices
}
