// Package yamltext says what the YAML reader found wrong with a file in the words
// of those who write one. The reader's own name the types of this program.
package yamltext

import (
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Fault is one thing that is wrong. Line counts from 1; 0 is the whole file.
type Fault struct {
	Line int
	Text string
}

// Faults takes apart an error of the YAML reader, which has lines nowhere but in
// its words.
func Faults(err error) []Fault {
	if errors.Is(err, io.EOF) {
		return []Fault{{Line: 1, Text: "is empty"}}
	}
	texts := []string{err.Error()}
	var several *yaml.TypeError
	if errors.As(err, &several) {
		texts = several.Errors
	}
	var all []Fault
	for _, text := range texts {
		f := Fault{Text: strings.TrimPrefix(text, "yaml: ")}
		if m := inLine.FindStringSubmatch(f.Text); m != nil {
			f.Line, _ = strconv.Atoi(m[1])
			f.Text = m[2]
		}
		f.Text = plain(f.Text)
		all = append(all, f)
	}
	return all
}

var (
	inLine  = regexp.MustCompile(`^line (\d+): (.*)$`)
	unknown = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	other   = regexp.MustCompile("^cannot unmarshal (!!\\w+)(?: `(.*)`)? into (.+)$")
)

func plain(text string) string {
	if m := unknown.FindStringSubmatch(text); m != nil {
		return m[1] + " is not known here"
	}
	m := other.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	is, ok := written[m[1]]
	if !ok {
		is = "something else"
	}
	if m[2] != "" {
		is = strconv.Quote(m[2])
	}
	return "is " + is + " where " + wanted(m[3]) + " is wanted"
}

// written are the kinds of values in a file.
var written = map[string]string{
	"!!str": "text", "!!seq": "a list", "!!map": "a set of keys with values", "!!int": "a number", "!!float": "a number",
	"!!bool": "true or false", "!!null": "nothing", "!!timestamp": "a time",
}

// wanted says what a type of Go takes.
func wanted(of string) string {
	switch of = strings.TrimPrefix(of, "*"); {
	case strings.HasPrefix(of, "["):
		return "a list"
	case of == "string":
		return "text"
	case of == "bool":
		return "true or false"
	case strings.HasPrefix(of, "int"), strings.HasPrefix(of, "uint"), strings.HasPrefix(of, "float"):
		return "a number"
	default:
		return "a set of keys with values"
	}
}
