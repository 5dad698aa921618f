package organisation

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
)

// A File is a declaration as a file, with the pictures and the connectors that
// it names.
type File struct {
	Text   []byte
	Beside map[string][]byte // by path, from the folder of the file
}

// Write returns what stands as a file: applied, it changes nothing. What is
// retired is left out, and so are older versions.
func Write(o *Organisation) (File, error) {
	root := mapping()
	for _, t := range own(o) {
		put(root, t)
	}
	section(root, "brands", standing(o.Brands, func(b *brand.Brand) bool { return b.Retired }), func(b *brand.Brand) string { return b.Name }, ofBrand)
	section(root, "channels", o.Channels, func(c *consent.Channel) string { return c.Name }, ofChannel)
	section(root, "categories", o.Categories, func(c *profile.Category) string { return c.Name }, ofCategory)
	section(root, "systems", standing(o.Systems, func(s *System) bool { return s.Retired }), func(s *System) string { return s.Name }, ofSystem)
	section(root, "purposes", standing(o.Purposes, func(v *consent.PurposeVersion) bool { return v.Retired }),
		func(v *consent.PurposeVersion) string { return string(v.Purpose) }, allOfPurpose)
	section(root, "topics", standing(o.Topics, func(t *consent.Topic) bool { return t.Retired }), func(t *consent.Topic) string { return t.Name }, ofTopic)
	section(root, "fields", standing(o.Fields, func(f *profile.Field) bool { return f.Retired }), func(f *profile.Field) string { return f.Name }, ofField)
	section(root, "activities", standing(o.Activities, func(k *activity.Kind) bool { return k.Retired }), func(k *activity.Kind) string { return k.Name }, ofActivity)
	section(root, "rules", standing(o.Rules, func(r *activity.Rule) bool { return r.Retired }), func(r *activity.Rule) string { return r.Name }, ofRule)
	section(root, "duties", standing(o.Duties, func(d *rights.Duty) bool { return d.Retired }), func(d *rights.Duty) string { return d.Name }, ofDuty)
	section(root, "controllers", standing(o.Controllers, func(c *transfer.Controller) bool { return c.Retired }), func(c *transfer.Controller) string { return c.Name }, ofController)
	section(root, "automated", standing(o.Automated, func(k *automated.Kind) bool { return k.Retired }), func(k *automated.Kind) string { return k.Name }, ofAutomated)
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return File{}, fmt.Errorf("write declaration: %w", err)
	}
	f := File{Text: text.Bytes(), Beside: map[string][]byte{}}
	for i := range o.Brands {
		if b := &o.Brands[i]; b.Logo != nil && !b.Retired {
			f.Beside[logoFile(b)] = b.Logo.Data
		}
	}
	for i := range o.Systems {
		if l := o.Systems[i].Connector; l != nil && l.Text != "" && !o.Systems[i].Retired {
			f.Beside[connectorFile(l.Name)] = []byte(l.Text)
		}
	}
	return f, nil
}

// logoFile is what the picture of a brand is called beside the file.
func logoFile(b *brand.Brand) string {
	if b.Logo == nil {
		return ""
	}
	return b.Name + strings.Replace(b.Logo.Type, "image/", ".", 1)
}

// allOfPurpose has everything that a version says.
func allOfPurpose(v *consent.PurposeVersion) traits {
	ts := append(ofPurpose(v), inPlace(v)...)
	for _, w := range Wordings(&v.Words) {
		ts.text(w.Name, *w.Text)
	}
	return ts
}

// standing are those of list that are not retired.
func standing[T any](list []T, retired func(*T) bool) []T {
	var all []T
	for i := range list {
		if !retired(&list[i]) {
			all = append(all, list[i])
		}
	}
	return all
}

func section[T any](root *yaml.Node, name string, list []T, nameOf func(*T) string, of func(*T) traits) {
	if len(list) == 0 {
		return
	}
	into := child(root, name)
	for i := range list {
		one := child(into, nameOf(&list[i]))
		for _, t := range of(&list[i]) {
			put(one, t)
		}
	}
}

// put writes a trait to the place that its name leads to. The names of what is
// a mapping in the file are a trait as well, for its order; they are there
// already. What lies beside the file is written nowhere in it.
func put(node *yaml.Node, t trait) {
	if t.written == nil {
		return
	}
	path := strings.Split(t.name, ".")
	for _, key := range path[:len(path)-1] {
		node = child(node, key)
	}
	key := path[len(path)-1]
	if find(node, key) != nil {
		return
	}
	value := new(yaml.Node)
	if err := value.Encode(t.written); err != nil {
		panic(err) // only a programmer can write a trait that is no value
	}
	if value.Kind == yaml.SequenceNode {
		value.Style = yaml.FlowStyle
	}
	node.Content = append(node.Content, word(key), value)
}

// child returns the mapping below node that is called key, made where there is
// none.
func child(node *yaml.Node, key string) *yaml.Node {
	if found := find(node, key); found != nil {
		return found
	}
	made := mapping()
	node.Content = append(node.Content, word(key), made)
	return made
}

func find(node *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

// word quotes what YAML would read as something else, as no for Norwegian.
func word(s string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(s)
	return n
}
