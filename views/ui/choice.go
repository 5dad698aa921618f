package ui

import (
	"github.com/a-h/templ"

	"livingprofile/static"
)

// icon is where the sprite has the drawing called name.
func icon(name string) string { return static.Path("icons.svg") + "#" + name }

// A Tab is one link of a filter.
type Tab struct {
	Link
	Current bool
}

// answerIcon is the sign of a pressed button, so that it is not known by its
// colour alone.
func answerIcon(a Answer) string {
	if a == Yes {
		return "check"
	}
	return "cross"
}

// flipped names the class of icons that point along the line of reading.
func flipped(icon string) string {
	switch icon {
	case "goes", "told":
		return "flip"
	}
	return ""
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// swap are the attributes that make a form change its row in place; none when
// there is no row to change.
func swap(path, target string) templ.Attributes {
	if target == "" {
		return nil
	}
	return templ.Attributes{
		"hx-post": path, "hx-target": targetOf(target), "hx-swap": "outerHTML",
	}
}

// Fetch are the attributes of a link that fetches its row in place; none when
// there is no row to change.
func Fetch(path, target string) templ.Attributes {
	if target == "" {
		return nil
	}
	return templ.Attributes{
		"hx-get": path, "hx-target": targetOf(target), "hx-swap": "outerHTML",
	}
}

// Swap are the attributes of a form that changes its row in place.
func Swap(path, target string) templ.Attributes { return swap(path, target) }
