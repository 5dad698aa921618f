// Package config reads the one configuration file of the program. Its keys are
// the long names of the flags; a key that is no flag is refused by name, since
// a misspelt setting must not be a setting that is silently not in force.
package config

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// Load is a kong.ConfigurationLoader for a flat YAML file.
func Load(r io.Reader) (kong.Resolver, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if len(data) > maxSize {
		return nil, errors.New("the configuration file is too large")
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(data, &values); err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return &file{values: values}, nil
}

const maxSize = 1 << 20

// A file resolves flags from what was read.
type file struct{ values map[string]any }

// Validate refuses keys that no command knows.
func (f *file) Validate(app *kong.Application) error {
	known := map[string]bool{}
	collect(app.Node, known)
	var unknown []string
	for key := range f.values {
		if !known[key] {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("unknown settings in the configuration file: %s", strings.Join(unknown, ", "))
}

func collect(n *kong.Node, known map[string]bool) {
	for _, f := range n.Flags {
		known[f.Name] = true
	}
	for _, child := range n.Children {
		collect(child, known)
	}
}

// Resolve returns the value of a flag, nil for one that the file leaves out.
func (f *file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	v, ok := f.values[flag.Name]
	if !ok {
		return nil, nil //nolint:nilnil // kong's way of saying "not here"
	}
	if list, ok := v.([]any); ok {
		parts := make([]string, len(list))
		for i, item := range list {
			parts[i] = fmt.Sprint(item)
		}
		return strings.Join(parts, ","), nil
	}
	return fmt.Sprint(v), nil
}
