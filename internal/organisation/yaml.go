package organisation

import (
	"go.yaml.in/yaml/v3"

	"livingprofile/internal/i18n"
)

// usable refuses what could make a small file a large one, or mean something
// else than it says.
func (n *notebook) usable(path string, node *yaml.Node) bool {
	switch {
	case node.Kind == yaml.AliasNode:
		n.noteAt(place(node), path, "is an alias; write the value out")
	case node.Style&yaml.TaggedStyle != 0:
		n.noteAt(place(node), path, "has a tag (%s); write the value without it", quoted(node.Tag))
	default:
		return true
	}
	return false
}

func isNull(node *yaml.Node) bool {
	return node == nil || node.Kind == yaml.ScalarNode && node.Tag == "!!null" && node.Style == 0
}

func place(node *yaml.Node) mark { return mark{node.Line, node.Column} }

func kindOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "a single value"
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func orNone(t i18n.Text) i18n.Text {
	if len(t) == 0 {
		return nil
	}
	return t
}
