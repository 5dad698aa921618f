// Package config reads the one configuration file of the program. Its keys are
// the long names of the flags; a key that is no flag is refused by name, since
// a misspelt setting must not be a setting that is silently not in force.
package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// maxSize is more than any configuration needs, in bytes.
const maxSize = 1 << 20

// Load is a kong.ConfigurationLoader for a flat YAML file.
func Load(r io.Reader) (kong.Resolver, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if len(data) > maxSize {
		return nil, errors.New("the configuration file is too large")
	}
	var values map[string]yaml.Node
	if err := yaml.Unmarshal(data, &values); err != nil {
		return nil, fmt.Errorf("read configuration: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	f := &file{values: map[string]string{}, lines: map[string]int{}}
	for key, node := range values {
		text, err := scalar(&node)
		if err != nil {
			return nil, fmt.Errorf("configuration file, line %d: %s %w", node.Line, key, err)
		}
		f.values[key], f.lines[key] = text, node.Line
	}
	return f, nil
}

// scalar returns a value as it would stand behind a flag.
func scalar(n *yaml.Node) (string, error) {
	switch {
	case n.Kind == yaml.AliasNode:
		return scalar(n.Alias)
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null":
		return n.Value, nil
	case n.Kind != yaml.SequenceNode:
		return "", errors.New("must be one value or a list of them")
	}
	parts := make([]string, len(n.Content))
	for i, item := range n.Content {
		if item.Kind != yaml.ScalarNode || strings.Contains(item.Value, ",") {
			return "", errors.New("must be a list of values without commas")
		}
		parts[i] = item.Value
	}
	return strings.Join(parts, ","), nil
}

// A file resolves flags from what was read.
type file struct {
	values map[string]string
	lines  map[string]int
}

// Validate refuses keys that no command knows.
func (f *file) Validate(app *kong.Application) error {
	known := map[string]bool{}
	visit(app.Node, func(flag *kong.Flag) { known[flag.Name] = true })
	// These say which file is read and what is printed, and are no settings.
	delete(known, "config")
	delete(known, "help")
	var unknown []string
	for key := range f.values {
		if !known[key] {
			unknown = append(unknown, fmt.Sprintf("%s (line %d)", key, f.lines[key]))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("unknown settings in the configuration file: %s", strings.Join(unknown, ", "))
}

// Resolve returns the value of a flag; nil for one that the file leaves out, or
// that the environment sets.
func (f *file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil //nolint:nilnil // kong's way of saying "not here"
		}
	}
	v, ok := f.values[flag.Name]
	if !ok {
		return nil, nil //nolint:nilnil // as above
	}
	return v, nil
}

// prefix opens the names of all variables that the program reads.
const prefix = "LIVINGPROFILE_"

// DropEmpty takes the variables of the program that are empty out of the
// process's environment: compose files and charts leave a setting that nobody
// made as an empty variable, and it must not hide the default.
func DropEmpty() error {
	var all []error
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); value == "" && strings.HasPrefix(name, prefix) {
			all = append(all, os.Unsetenv(name))
		}
	}
	return errors.Join(all...)
}

// Unknown returns the variables of environ that look like settings of app and
// are none, sorted. Those that Kubernetes makes for a service of this name, and
// those for tests, are passed over.
func Unknown(app *kong.Application, environ []string) []string {
	known := map[string]bool{}
	visit(app.Node, func(flag *kong.Flag) {
		for _, name := range flag.Envs {
			known[name] = true
		}
	})
	var unknown []string
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, prefix) && !known[name] && !foreign(name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

func foreign(name string) bool {
	return strings.HasPrefix(name, prefix+"TEST_") || strings.HasSuffix(name, "_PORT") ||
		strings.Contains(name, "_PORT_") || strings.Contains(name, "_SERVICE_")
}

func visit(n *kong.Node, see func(*kong.Flag)) {
	for _, f := range n.Flags {
		see(f)
	}
	for _, child := range n.Children {
		visit(child, see)
	}
}
