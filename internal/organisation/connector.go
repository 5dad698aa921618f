package organisation

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"livingprofile/internal/connector"
	"livingprofile/internal/hook"
)

// readConnector reads by which connector a system is spoken to.
func readConnector(s *object) *connector.Link {
	node, path := s.take("connector")
	if node == nil {
		return nil
	}
	c := s.object(path, s.language, node)
	l := readLink(c)
	c.done()
	return l
}

func readLink(c *object) *connector.Link {
	l := &connector.Link{
		Name: c.word("name"), URL: c.word("url"), Secret: c.word("secret"), Brands: c.list("brands"),
		Topics: c.words("topics"), Fields: c.words("fields"),
	}
	if c.word("every") != "never" {
		l.Every = every(c)
	}
	return l
}

// words reads a mapping of names to words; nil when it is not there or empty.
func (o *object) words(key string) map[string]string {
	node, path := o.take(key)
	if node == nil {
		return nil
	}
	m := o.object(path, o.language, node)
	all := map[string]string{}
	for _, name := range m.keys {
		all[name] = m.word(name)
	}
	m.done()
	if len(all) == 0 {
		return nil
	}
	return all
}

// connectorFolder is where files lie beside the declaration that take the place
// of built-in ones.
const connectorFolder = "connectors/"

func connectorFile(name string) string { return connectorFolder + name + ".yaml" }

// attachConnectors reads the files that lie beside the declaration.
func (d *Draft) attachConnectors(files fs.FS, n *notebook) {
	for i := range d.Declared.Systems {
		s := &d.Declared.Systems[i]
		if s.Connector == nil || !isName(s.Connector.Name) {
			continue
		}
		path := connectorFile(s.Connector.Name)
		text, err := readSome(files, path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			n.note(at("systems", s.Name, "connector.name"), "%s cannot be read: %v", path, err)
		default:
			s.Connector.Text = string(text)
		}
	}
}

// connector checks by which connector a system is spoken to.
func (c *checker) connector(path string, s *System) {
	l := s.Connector
	f, err := l.File()
	var faults connector.Faults
	switch _, builtIn := connector.Source(l.Name); {
	case l.Text == "" && !builtIn:
		c.note(join(path, "name"), "%s is neither built in nor in the folder %s; there are %s",
			quoted(l.Name), connectorFolder, strings.Join(connector.Names(), ", "))
		return
	case errors.As(err, &faults):
		for _, one := range faults {
			c.note(join(path, "name"), "%s%s.yaml: %s", connectorFolder, l.Name, one)
		}
		return
	}
	c.linkAddress(path, l, f)
	refer(c, join(path, "brands"), "brand", l.Brands, c.declared.brands)
	c.oneOf(join(path, "topics"), slices.Sorted(maps.Keys(l.Topics)), s.Purposes)
	c.oneOf(join(path, "fields"), slices.Sorted(maps.Keys(l.Fields)), s.Fields)
	if s.Pull != nil && f.Pull != nil && l.Every > 0 {
		c.note(join(path, "every"), "the system has a pull as well; write every: never, or leave the pull out")
	}
	if slices.ContainsFunc(s.Endpoints, func(e hook.Endpoint) bool { return e.Name == connector.Endpoint }) {
		c.note(at("systems", s.Name, "endpoints."+connector.Endpoint), "is the name of what the connector tells")
	}
}

func (c *checker) linkAddress(path string, l *connector.Link, f *connector.File) {
	switch {
	case f.Kind == connector.Folder:
		if l.URL != "" {
			c.note(join(path, "url"), "a folder has no address: it is the one that is called as the system")
		}
	case !hook.ValidURL(l.URL) || strings.ContainsAny(l.URL, "?"):
		c.note(join(path, "url"), "%s is no address to speak to: https, or http on this machine", quoted(l.URL))
	}
	signed := f.Authentication.Kind != "" && f.Authentication.Kind != "none"
	switch {
	case signed && !isName(l.Secret):
		c.note(join(path, "secret"), "%s is no name of a file: lower-case letters, digits and hyphens", quoted(l.Secret))
	case !signed && l.Secret != "":
		c.note(join(path, "secret"), "the connector %s needs none", l.Name)
	}
}

// ofConnector are the parts of a link, for a comparison.
func (ts *traits) ofConnector(l *connector.Link) {
	if l == nil {
		return
	}
	ts.add("connector.name", l.Name)
	ts.add("connector.url", l.URL)
	ts.add("connector.secret", l.Secret)
	ts.list("connector.brands", l.Brands)
	ts.write("connector.file", l.Text, nil)
	if l.Every > 0 {
		ts.add("connector.every", l.Every.String())
	} else {
		ts.add("connector.every", "never")
	}
	for _, name := range slices.Sorted(maps.Keys(l.Topics)) {
		ts.add("connector.topics."+name, l.Topics[name])
	}
	for _, name := range slices.Sorted(maps.Keys(l.Fields)) {
		ts.add("connector.fields."+name, l.Fields[name])
	}
}
