package organisation

import (
	"maps"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/hook"
	"livingprofile/internal/pull"
)

// readPull reads the feed of a system.
func readPull(s *object) *pull.Feed {
	node, path := s.take("pull")
	if node == nil {
		return nil
	}
	p := s.object(path, s.language, node)
	f := readFeed(p)
	p.done()
	return f
}

func readFeed(p *object) *pull.Feed {
	f := &pull.Feed{
		URL: p.word("url"), Secret: p.word("secret"), Header: p.word("header"), Items: p.word("items"), Every: every(p),
	}
	if node, path := p.take("map"); node != nil {
		m := p.object(path, p.language, node)
		readPullMap(m, &f.Map)
		m.done()
	}
	return f
}

func readPullMap(m *object, into *pull.Map) {
	*into = pull.Map{
		ID: m.word("id"), Subject: m.word("subject"), Customer: m.word("customer"), Email: m.word("email"), Phone: m.word("phone"),
		At: m.word("at"), Sequence: m.word("sequence"), Learn: m.flag("learn"),
	}
	if node, path := m.take("fields"); node != nil {
		fields := m.object(path, m.language, node)
		into.Fields = map[string]string{}
		for _, name := range fields.keys {
			into.Fields[name] = fields.word(name)
		}
		fields.done()
	}
	m.each("consents", func(name string, o *object) {
		if into.Consents == nil {
			into.Consents = map[string]pull.Stance{}
		}
		into.Consents[name] = pull.Stance{
			From: o.word("from"), At: o.word("at"), Confirmed: o.word("confirmed"), Proof: o.word("proof"),
			Yes: o.list("yes"), No: o.list("no"),
		}
	})
}

// every reads how often a feed is asked, as in 30s, 5m or 1h.
func every(p *object) time.Duration {
	text := p.word("every")
	if text == "" {
		return 5 * time.Minute
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < pull.Least || d > 7*24*time.Hour {
		p.note(join(p.path, "every"), "%s is no length of time from a second to a week, as in 30s, 5m or 1h", quoted(text))
		return 5 * time.Minute
	}
	return d
}

// pull checks the feed of a system.
func (c *checker) pull(path string, s *System) {
	f := s.Pull
	if !hook.ValidURL(f.URL) {
		c.note(join(path, "url"), "%s is no address to ask: https, or http on this machine", quoted(f.URL))
	}
	if f.Secret != "" && !isName(f.Secret) {
		c.note(join(path, "secret"), "%s is no name of a file: lower-case letters, digits and hyphens", quoted(f.Secret))
	}
	if f.Header != "" && (textproto.CanonicalMIMEHeaderKey(f.Header) != f.Header || strings.ContainsAny(f.Header, " :\r\n")) {
		c.note(join(path, "header"), "%s is no header, as in X-Api-Key", quoted(f.Header))
	}
	if f.Map.Zero() {
		return
	}
	m := join(path, "map")
	if f.Map.ID == "" {
		c.note(join(m, "id"), "is missing: without it what comes again cannot be known")
	}
	if f.Map.Subject == "" && f.Map.Customer == "" && f.Map.Email == "" && f.Map.Phone == "" {
		c.note(m, "names nobody: it needs subject, customer, email or phone")
	}
	for _, name := range slices.Sorted(maps.Keys(f.Map.Fields)) {
		if !slices.Contains(s.Fields, name) {
			c.note(join(join(m, "fields"), name), "is not among what the system may hold: %s", strings.Join(s.Fields, ", "))
		}
	}
	if len(f.Map.Fields) > 0 && !s.Source {
		c.note(join(m, "fields"), "no values come from a system that is no source")
	}
	for _, name := range slices.Sorted(maps.Keys(f.Map.Consents)) {
		refer(c, join(m, "consents"), "purpose", []string{name}, c.declared.purposes)
		if stance := f.Map.Consents[name]; stance.From == "" || len(stance.Yes)+len(stance.No) == 0 {
			c.note(join(join(m, "consents"), name), "needs from, and words in yes or no")
		}
	}
}

// ofPull are the parts of a feed, for a comparison.
func (ts *traits) ofPull(f *pull.Feed) {
	if f == nil {
		return
	}
	ts.add("pull.url", f.URL)
	ts.add("pull.every", f.Every.String())
	ts.add("pull.secret", f.Secret)
	ts.add("pull.header", f.Header)
	ts.add("pull.items", f.Items)
	m := &f.Map
	for _, part := range [...][2]string{
		{"id", m.ID},
		{"subject", m.Subject},
		{"customer", m.Customer},
		{"email", m.Email},
		{"phone", m.Phone},
		{"at", m.At},
		{"sequence", m.Sequence},
	} {
		ts.add("pull.map."+part[0], part[1])
	}
	ts.flag("pull.map.learn", m.Learn)
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		ts.add("pull.map.fields."+name, m.Fields[name])
	}
	for _, name := range slices.Sorted(maps.Keys(m.Consents)) {
		s := m.Consents[name]
		ts.add("pull.map.consents."+name+".from", s.From)
		ts.add("pull.map.consents."+name+".at", s.At)
		ts.add("pull.map.consents."+name+".confirmed", s.Confirmed)
		ts.add("pull.map.consents."+name+".proof", s.Proof)
		ts.list("pull.map.consents."+name+".yes", s.Yes)
		ts.list("pull.map.consents."+name+".no", s.No)
	}
}

// Feeds are those that are asked, by system. The caller does not change the
// result.
func (o *Organisation) Feeds() map[string]pull.Feed { return o.lookups().feeds }
