package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	view "livingprofile/views/reference"
)

// The description of the API is written by hand: it is what systems are
// promised, and tests hold the answers to it.
//
//go:embed openapi.yaml
var openapi []byte

// A description is the parts of the OpenAPI document that the reference shows,
// in the order of the file.
type description struct {
	Info struct {
		Description string
	}
	Tags []struct {
		Name, Description string
	}
	Paths      yaml.Node
	Components struct {
		Parameters map[string]parameter
		Responses  map[string]response
	}
	Problems yaml.Node `yaml:"x-problems"`
}

type operation struct {
	ID          string `yaml:"operationId"`
	Tags        []string
	Summary     string
	Description string
	Parameters  []parameter
	Security    []map[string][]string     // nil for a key
	RequestBody struct{ Content content } `yaml:"requestBody"`
	Responses   yaml.Node
}

type parameter struct {
	Ref         string `yaml:"$ref"`
	Name, In    string
	Description string
	Required    bool
	Example     string
}

type response struct {
	Ref         string `yaml:"$ref"`
	Description string
	Content     content
}

// content is by media type.
type content map[string]struct{ Example any }

// document returns the description as JSON, as machines read it.
func document() ([]byte, error) {
	var all map[string]any
	if err := yaml.Unmarshal(openapi, &all); err != nil {
		return nil, fmt.Errorf("read the description of the API: %w", err)
	}
	b, err := json.MarshalIndent(all, "", "  ")
	return append(b, '\n'), err
}

// pairs are the names and values of a mapping, in their order.
func pairs(n *yaml.Node, each func(name string, value *yaml.Node) error) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if err := each(n.Content[i].Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// reference builds the page of the description. base is the address of the
// installation, for examples.
func reference(base string) (view.Page, error) {
	var d description
	if err := yaml.Unmarshal(openapi, &d); err != nil {
		return view.Page{}, fmt.Errorf("read the description of the API: %w", err)
	}
	p := view.Page{Document: documentPath, Intro: paragraphs(d.Info.Description)}
	at := map[string]int{}
	for i, tag := range d.Tags {
		at[tag.Name] = i
		p.Groups = append(p.Groups, view.Group{Name: tag.Name, Text: tag.Description})
	}
	err := pairs(&d.Paths, func(path string, methods *yaml.Node) error {
		return pairs(methods, func(method string, node *yaml.Node) error {
			var o operation
			if err := node.Decode(&o); err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
			shown, err := d.show(base, strings.ToUpper(method), path, &o)
			g := &p.Groups[at[o.Tags[0]]]
			g.Operations = append(g.Operations, shown)
			return err
		})
	})
	if err != nil {
		return view.Page{}, err
	}
	err = pairs(&d.Problems, func(name string, text *yaml.Node) error {
		p.Problems = append(p.Problems, view.Problem{Name: name, Text: text.Value})
		return nil
	})
	return p, err
}

func (d *description) show(base, method, path string, o *operation) (view.Operation, error) {
	shown := view.Operation{ID: o.ID, Method: method, Path: path, Title: o.Summary, Text: paragraphs(o.Description)}
	for i, p := range o.Parameters {
		if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
			p = d.Components.Parameters[name]
			o.Parameters[i] = p
		}
		shown.Parameters = append(shown.Parameters, view.Parameter{Name: p.Name, Where: p.In, Text: p.Description, Required: p.Required})
	}
	media, body, err := o.RequestBody.Content.example()
	if err != nil {
		return shown, err
	}
	shown.Request = typed(base, method, path, media, body, o)
	return shown, pairs(&o.Responses, func(status string, node *yaml.Node) error {
		var r response
		if err := node.Decode(&r); err != nil {
			return err
		}
		if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
			r = d.Components.Responses[name]
		}
		_, example, err := r.Content.example()
		shown.Answers = append(shown.Answers, view.Answer{Status: status, Text: r.Description, Example: example})
		return err
	})
}

// example returns the example of a body with its media type, "" for none.
func (c content) example() (media, text string, err error) {
	for _, media := range slices.Sorted(maps.Keys(c)) {
		switch example := c[media].Example.(type) {
		case nil:
		case string:
			return media, example, nil
		default:
			b, err := json.MarshalIndent(example, "", "  ")
			return media, string(b), err
		}
	}
	return "", "", nil
}

// under is what stands before a path of the document: those of other standards
// are at the root.
func under(path string) string {
	if strings.HasPrefix(path, "/access/") {
		return ""
	}
	return "/api/v1"
}

// somebody is the id that examples give a person. In commands it is the one that
// the reader has looked up.
const somebody = "3hjl4crh0r8tf6l7qplbim9o9g"

// typed is a request as it is typed into a shell. What the reader has from the
// answers before is in variables: {subject} is $SUBJECT.
func typed(base, method, path, media, body string, o *operation) string {
	query := url.Values{}
	var headers []string
	for _, p := range o.Parameters {
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", "$"+strings.ToUpper(p.Name))
		case p.In == "query" && p.Example != "":
			query.Set(p.Name, p.Example)
		case p.Name == "If-Match":
			headers = append(headers, `-H "If-Match: $ETAG"`)
		case p.In == "header" && strings.HasPrefix(p.Name, "webhook-"):
			headers = append(headers, `-H "`+p.Name+`: $`+strings.ToUpper(strings.ReplaceAll(p.Name, "-", "_"))+`"`)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	if o.Security == nil {
		headers = slices.Insert(headers, 0, `-H "Authorization: Bearer $KEY"`)
	}
	lines := append([]string{"curl -X " + method + ` "` + base + under(path) + path + `"`}, headers...)
	if body != "" {
		body = strings.ReplaceAll(body, "'", `'\''`)
		body = strings.ReplaceAll(body, somebody, `'"$SUBJECT"'`)
		lines = append(lines, `-H "Content-Type: `+media+`"`, "--data-binary '"+body+"'")
	}
	return strings.Join(lines, " \\\n  ")
}

func paragraphs(text string) []string {
	var all []string
	for p := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		all = append(all, strings.Join(strings.Fields(p), " "))
	}
	return all
}
