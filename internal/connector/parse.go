package connector

import (
	"bytes"
	"cmp"
	"fmt"
	"net/textproto"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"livingprofile/internal/yamltext"
)

// maxFile is more than any description needs.
const maxFile = 64 << 10

// A Fault is what is wrong in a file.
type Fault struct {
	Line int    // 0 when it is nowhere in particular
	Path string // as in "push.create.request"
	Text string
}

// Faults are all that was found.
type Faults []Fault

// Error returns one line for each, after the place.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// String returns line, path and text.
func (f Fault) String() string {
	text := f.Text
	if f.Path != "" {
		text = f.Path + ": " + text
	}
	if f.Line > 0 {
		text = fmt.Sprintf("line %d: %s", f.Line, text)
	}
	return text
}

// Parse reads a description; errors are Faults. A name that the file does not
// know, or that nobody knows, is a fault: it would be left out in silence.
func Parse(text []byte) (*File, error) {
	if len(text) > maxFile {
		return nil, Faults{{Text: "is larger than 64 KiB"}}
	}
	var f File
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, syntax(err)
	}
	var root yaml.Node
	_ = yaml.Unmarshal(text, &root) // it was read above
	c := &checker{file: &f, root: &root}
	c.check()
	if len(c.faults) > 0 {
		slices.SortStableFunc(c.faults, func(a, b Fault) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path)) })
		return nil, c.faults
	}
	return &f, nil
}

func syntax(err error) Faults {
	var all Faults
	for _, f := range yamltext.Faults(err) {
		all = append(all, Fault{Line: f.Line, Text: f.Text})
	}
	return all
}

type checker struct {
	file   *File
	root   *yaml.Node
	faults Faults
}

func (c *checker) note(path, format string, args ...any) {
	c.faults = append(c.faults, Fault{Line: c.line(path), Path: path, Text: fmt.Sprintf(format, args...)})
}

// line is that of the deepest part of a path that the file has.
func (c *checker) line(path string) int {
	n := c.root
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	line := n.Line
	for step := range strings.SplitSeq(path, ".") {
		if n.Kind != yaml.MappingNode {
			break
		}
		i := slices.IndexFunc(n.Content, func(k *yaml.Node) bool { return k.Value == step })
		if i < 0 || i+1 >= len(n.Content) {
			break
		}
		line, n = n.Content[i].Line, n.Content[i+1]
	}
	return line
}

func (c *checker) check() {
	f := c.file
	if f.Name == "" {
		c.note("name", "is missing")
	}
	if !slices.Contains(Kinds[:], f.Kind) {
		c.note("kind", "should be one of %v", Kinds)
		return
	}
	c.authentication()
	if f.Kind == Folder {
		c.folder()
		return
	}
	if f.Kind != HTTP {
		if f.Push != nil {
			c.note("push", "is only for kind %s", HTTP)
		}
		if f.Pull != nil {
			c.note("pull", "is only for kind %s", HTTP)
		}
		return
	}
	if f.Push == nil && f.Pull == nil {
		c.note("", "has neither push nor pull")
	}
	c.push()
	c.pull()
	c.request("check", f.Check, nil)
}

func (c *checker) authentication() {
	a := &c.file.Authentication
	const p = "authentication"
	switch a.Kind {
	case "", "none", "bearer", "basic":
	case "header":
		if a.Header == "" || textproto.CanonicalMIMEHeaderKey(a.Header) != a.Header || strings.ContainsAny(a.Header, " :\r\n") {
			c.note(p+".header", "%q is no header, as in X-Api-Key", a.Header)
		}
		if a.Format != "" && !strings.Contains(a.Format, "{secret}") {
			c.note(p+".format", "has no {secret}")
		}
	case "oauth":
		if !strings.HasPrefix(a.Token, "/") {
			c.note(p+".token", "should be a path, as in /oauth2/token")
		}
	default:
		c.note(p+".kind", "should be none, bearer, basic, header or oauth")
	}
}

// The placeholders that requests may have.
var (
	ofPerson = []string{"subject", "version", "type", "time", "email", "phone", "fields", "permissions", "erased", "number", "address"}
	ofRecord = append(slices.Clone(ofPerson), "id")
	ofTopic  = append(slices.Clone(ofRecord), "topic", "purpose")
	ofRow    = []string{"subject", "version", "type", "time", "email", "phone", "erased", "number"}
	ofPage   = []string{"since", "page", "cursor", "columns"}
)

func (c *checker) push() {
	p := c.file.Push
	if p == nil {
		return
	}
	for _, need := range p.Needs {
		if need != "email" && need != "phone" {
			c.note("push.needs", "%q should be email or phone", need)
		}
	}
	for name, r := range map[string]*Request{"find": p.Find, "match": p.Match, "create": p.Create} {
		c.request("push."+name, r, ofPerson)
		if r != nil && r.ID == "" {
			c.note("push."+name+".id", "is missing: where in the answer the id of the record is")
		}
	}
	c.request("push.update", p.Update, ofRecord)
	c.request("push.erase", p.Erase, ofRecord)
	c.request("push.allow", p.Allow, ofTopic)
	c.request("push.deny", p.Deny, ofTopic)
	if p.Update == nil && p.Deny == nil {
		c.note("push", "has neither update nor deny, so a no would not arrive")
	}
	if p.Erase == nil {
		c.note("push", "has no erase, so an erased person would stay there")
	}
}

func (c *checker) pull() {
	p := c.file.Pull
	if p == nil {
		return
	}
	c.request("pull", &p.Request, ofPage)
	c.mapping(&p.Map)
	if strings.Contains(p.Request.text(), "{since}") && p.Newest == "" {
		c.note("pull.newest", "is missing: what {since} is taken from")
	}
	if n := p.Next.Count; n != "" && n != "page" && n != "start" {
		c.note("pull.next.count", "should be page or start")
	}
}

// mapping checks what the members of a record are said to mean.
func (c *checker) mapping(m *Map) {
	if m.ID == "" {
		c.note("pull.map.id", "is missing: without it what comes again cannot be known")
	}
	if m.Subject == "" && m.Number == "" && m.Email == "" && m.Phone == "" {
		c.note("pull.map", "names nobody: it needs subject, number, email or phone")
	}
	if m.Field != "" && !strings.Contains(m.Field, "{field}") {
		c.note("pull.map.field", "has no {field}")
	}
	if t := m.Topic; t != nil && (t.From == "" || len(t.Yes)+len(t.No) == 0) {
		c.note("pull.map.topic", "needs from, and words in yes or no")
	}
}

// folder checks what is said by rows of files and not by requests.
func (c *checker) folder() {
	f := c.file
	if f.Authentication.Kind != "" || f.Check != nil {
		c.note("", "a folder is signed in to by nobody, and is tried without a check")
	}
	if f.Push == nil && f.Pull == nil {
		c.note("", "has neither push nor pull")
	}
	if p := f.Push; p != nil {
		c.rows(p)
	}
	if p := f.Pull; p != nil {
		if p.Request.Request != "" || p.Items != "" || p.Newest != "" {
			c.note("pull", "a folder is asked nothing: it has only a map")
		}
		c.mapping(&p.Map)
	}
}

// rows checks what a row is made of.
func (c *checker) rows(p *Push) {
	const path = "push.row"
	if len(p.Row) == 0 || p.Find != nil || p.Match != nil || p.Create != nil || p.Update != nil || p.Allow != nil || p.Deny != nil || p.Erase != nil {
		c.note("push", "a folder is told by a row, and by nothing else")
	}
	said := map[string]bool{}
	for _, column := range p.Row {
		known := ofRow
		for _, ph := range placeholders(column.Column) {
			said[ph.name] = true
			switch ph.name {
			case "field":
				known = append(slices.Clone(ofRow), "value")
			case "topic":
				known = append(slices.Clone(ofRow), "allowed")
			default:
				c.note(path, "{%s} makes no columns; {field} and {topic} do", ph.name)
			}
		}
		c.known(path, column.Value, known)
		for _, ph := range placeholders(column.Value) {
			said[ph.name] = true
		}
	}
	for _, need := range [...]string{"subject", "erased"} {
		if !said[need] {
			c.note(path, "has no {%s}", need)
		}
	}
}

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

func (c *checker) request(path string, r *Request, known []string) {
	if r == nil {
		return
	}
	method, target, ok := strings.Cut(r.Request, " ")
	if !ok || !slices.Contains(methods, method) || !strings.HasPrefix(target, "/") {
		c.note(path+".request", "%q should be a method and a path, as in GET /contacts/{id}", r.Request)
	}
	c.known(path, r.text(), known)
	for _, ph := range placeholders(target) {
		if (ph.name == "email" || ph.name == "address" || ph.name == "phone") && !slices.Contains(ph.filters, "sha256") {
			c.note(path+".request", "{%s} stands in an address; only its sha256 may", ph.name)
		}
	}
}

// known checks the placeholders of a text.
func (c *checker) known(path, text string, known []string) {
	for _, ph := range placeholders(text) {
		if !slices.Contains(known, ph.name) {
			c.note(path, "{%s} is not known here; there are %s", ph.name, strings.Join(known, ", "))
		}
		for _, filter := range ph.filters {
			if filters[filter] == nil {
				c.note(path, "%q is no filter", filter)
			}
		}
	}
}
