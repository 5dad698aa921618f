package organisation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"livingprofile/internal/i18n"
)

// maxWords bounds one text, in bytes.
const maxWords = 4000

// An object reads one mapping of the file key by key. What is wrong goes to
// the notebook, and the reader goes on with the zero value, so that one run
// names every problem.
type object struct {
	*notebook
	language string // of words that stand alone
	path     string
	keys     []string // in the order of the file
	values   map[string]*yaml.Node
	places   map[string]mark // of the keys
	asked    []string
}

// object reads node as a mapping. A null is an empty mapping.
func (n *notebook) object(path, language string, node *yaml.Node) *object {
	o := &object{
		notebook: n, language: language, path: path,
		values: map[string]*yaml.Node{}, places: map[string]mark{},
	}
	if isNull(node) || !n.usable(path, node) {
		return o
	}
	if node.Kind != yaml.MappingNode {
		n.noteAt(place(node), path, "is %s and should be a mapping of names to values", kindOf(node))
		return o
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		o.add(node.Content[i], node.Content[i+1])
	}
	return o
}

func (o *object) add(key, value *yaml.Node) {
	if key.Kind != yaml.ScalarNode {
		o.noteAt(place(key), o.path, "has a key that is no plain word")
		return
	}
	path := join(o.path, key.Value)
	if first, ok := o.places[key.Value]; ok {
		o.noteAt(place(key), path, "is there twice; first in line %d", first.line)
		return
	}
	o.keys = append(o.keys, key.Value)
	o.values[key.Value] = value
	o.places[key.Value] = place(key)
	o.at[path] = place(key)
	if value.Kind == yaml.ScalarNode && !isNull(value) {
		o.at[path] = place(value)
	}
}

// take returns the value of key, or nil when it is not there or null.
func (o *object) take(key string) (node *yaml.Node, path string) {
	o.asked = append(o.asked, key)
	path = join(o.path, key)
	node, ok := o.values[key]
	if !ok || isNull(node) || !o.usable(path, node) {
		return nil, path
	}
	return node, path
}

// done reports the keys that nothing asked for.
func (o *object) done() {
	for _, key := range o.keys {
		if !slices.Contains(o.asked, key) {
			o.noteAt(o.places[key], join(o.path, key), "is not known here; %s", suggest(key, o.asked))
		}
	}
}

// each reads a mapping of names to mappings, in the order of the file.
func (o *object) each(key string, read func(name string, o *object)) {
	node, path := o.take(key)
	if node == nil {
		return
	}
	all := o.object(path, o.language, node)
	for _, name := range all.keys {
		one := o.object(join(path, name), o.language, all.values[name])
		if !isName(name) {
			o.noteAt(all.places[name], one.path, "is no name: lower-case letters, digits and hyphens, a letter first, at most %d", maxName)
		}
		read(name, one)
		one.done()
	}
}

// word reads one line of words.
func (o *object) word(key string) string {
	s := o.lines(key)
	if strings.Contains(s, "\n") {
		o.note(join(o.path, key), "has more than one line")
	}
	return s
}

// lines reads words of several lines.
func (o *object) lines(key string) string {
	node, path := o.take(key)
	if node == nil {
		return ""
	}
	return o.scalar(path, node)
}

func (o *object) scalar(path string, node *yaml.Node) string {
	if node.Kind != yaml.ScalarNode {
		o.noteAt(place(node), path, "is %s and should be plain words", kindOf(node))
		return ""
	}
	s := strings.TrimSpace(norm.NFC.String(node.Value))
	switch {
	case !utf8.ValidString(s):
		o.noteAt(place(node), path, "is not UTF-8")
		return ""
	case Unfit(s) != "":
		o.noteAt(place(node), path, "%s", unfit[Unfit(s)])
		return ""
	case len(s) > maxWords:
		o.noteAt(place(node), path, "is longer than %d bytes", maxWords)
		return ""
	}
	return s
}

// flag reads true or false; false when it is not there.
func (o *object) flag(key string) bool {
	node, path := o.take(key)
	if node == nil {
		return false
	}
	switch {
	case node.Kind == yaml.ScalarNode && node.Value == "true":
		return true
	case node.Kind == yaml.ScalarNode && node.Value == "false":
		return false
	}
	o.note(path, "should be true or false")
	return false
}

// number reads a whole number; 0 when it is not there.
func (o *object) number(key string) int {
	node, path := o.take(key)
	if node == nil {
		return 0
	}
	n, err := strconv.Atoi(node.Value)
	if err != nil || node.Kind != yaml.ScalarNode {
		o.note(path, "should be a whole number")
		return 0
	}
	return n
}

// list reads a list of different words; nil when it is not there or empty.
func (o *object) list(key string) []string {
	node, path := o.take(key)
	if node == nil {
		return nil
	}
	if node.Kind != yaml.SequenceNode {
		o.note(path, "is %s and should be a list, as in [one, two]", kindOf(node))
		return nil
	}
	var list []string
	for i, item := range node.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		o.at[at] = place(item)
		if !o.usable(at, item) {
			continue
		}
		s := o.scalar(at, item)
		if slices.Contains(list, s) {
			o.note(at, "%s is there twice", quoted(s))
			continue
		}
		list = append(list, s)
	}
	return list
}

// text reads words in several languages. Words alone are in the language of
// the file. It is nil when it is not there or empty.
func (o *object) text(key string) i18n.Text {
	node, path := o.take(key)
	if node == nil {
		return nil
	}
	text := i18n.Text{}
	if node.Kind == yaml.ScalarNode {
		if s := o.scalar(path, node); s != "" {
			text[o.language] = s
		}
		return orNone(text)
	}
	words := o.object(path, o.language, node)
	for _, tag := range words.keys {
		at := join(path, tag)
		if err := localeProblem(tag); err != "" {
			o.noteAt(words.places[tag], at, "%s", err)
			continue
		}
		if one, _ := words.take(tag); one != nil {
			if s := o.scalar(at, one); s != "" {
				text[tag] = s
			}
		}
	}
	return orNone(text)
}

// term reads a length of time; 0 when it is not there.
func (o *object) term(key string) time.Duration {
	s := o.word(key)
	if s == "" {
		return 0
	}
	d, err := parseTerm(s)
	if err != nil {
		o.note(join(o.path, key), "%v", err)
	}
	return d
}

// date reads a day, as the instant at which it begins in UTC; the zero time
// when it is not there.
func (o *object) date(key string) time.Time {
	s := o.word(key)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		o.note(join(o.path, key), "%s is no date, as in 2027-04-01", quoted(s))
		return time.Time{}
	}
	return t
}
