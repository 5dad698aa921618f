// Package layout draws what is round every page of the portal: the document,
// the header, the sections, the footer and the language switch.
//
// A page passes a Frame and its own content. Page is for somebody who is
// signed in; Plain is a single narrow column for everything else. Both work
// without script, and both drop the brand's header and footer when they are
// shown inside the brand's own page.
package layout

import (
	"context"
	"slices"

	"livingprofile/internal/i18n"
	"livingprofile/static"
)

// A Frame is what every page needs besides its own content.
type Frame struct {
	Base      string   // path prefix of the brand's portal, as "/hibiki"; "" at the root
	Path      string   // path and query of this page, for the way back from the language switch
	Section   string   // which section is current: a Section constant, or ""
	Title     string   // title of the page, without the brand
	BrandName string   // in the person's language; "" on pages of no brand
	BrandMark string   // one or two characters; "" draws the product's own mark
	Logo      string   // address of the brand's logo, shown instead of the mark; "" for none
	LogoWidth int      // in pixels, at the height that logos are shown in
	Style     string   // address of the brand's whole stylesheet, as static.Theme makes it; "" for the neutral one
	Person    string   // name to show; "" when nobody is signed in
	CSRF      string   // proof that a form came from this page
	Locales   []string // languages offered, the current one among them
	Flash     *Flash   // what the last action did; nil for nothing
	Embedded  bool     // shown inside the brand's page
	Contact   string   // the brand's address for questions; "" hides it
	Check     string   // where anybody may check a receipt; "" hides it
	Signal    bool     // the browser's opt-out signal was received with this request
	NoIndex   bool     // signed-out pages that search engines must not keep
	Scripts   []string // names of the scripts, as static.Path knows them; nil for those of the portal
}

// scripts are what runs on the page.
func (f Frame) scripts() []string {
	if f.Scripts != nil {
		return f.Scripts
	}
	return []string{"htmx.js", "app.js"}
}

// A Flash says what an action did, once, at the top of the next page.
type Flash struct {
	Kind string // "given" for done, "failed" for what did not work
	Text string // whole sentence, in the person's language
	Undo *Undo  // nil when it cannot be undone
}

// An Undo is one button that takes the action back.
type Undo struct {
	Path  string // where it posts, with Base
	Name  string // name and value of the one field it sends; Name may be ""
	Value string
}

// The sections, in the order in which they are shown everywhere.
const (
	Home    = "home"
	Data    = "data"
	Did     = "did"
	Allow   = "allow"
	Get     = "get"
	Rights  = "rights"
	Who     = "who"
	History = "history"
	Notices = "notices"
	Safety  = "safety"
)

type section struct{ name, path, icon string }

// first are the sections that a phone shows as buttons; rest are behind More.
func first() []section {
	return []section{
		{Home, "/", "home"},
		{Data, "/data", "person"},
		{Allow, "/allow", "shield"},
		{Get, "/get", "mail"},
	}
}

func rest() []section {
	return []section{
		{Did, "/activity", "chart"},
		{Rights, "/requests", "scale"},
		{Who, "/who", "share"},
		{History, "/history", "clock"},
		{Notices, "/notices", "book"},
		{Safety, "/safety", "lock"},
	}
}

// sections are all of them; what a person did stands below what is held.
func sections() []section {
	all := append(first(), rest()...)
	for i, s := range all {
		if s.name == Did {
			return slices.Insert(slices.Delete(all, i, i+1), didPlace, s)
		}
	}
	return all
}

// didPlace is where what a person did stands among the sections.
const didPlace = 2

func (f Frame) inRest() bool {
	for _, s := range rest() {
		if s.name == f.Section {
			return true
		}
	}
	return false
}

func (f Frame) style() string {
	if f.Style == "" {
		return static.Path("app.css")
	}
	return f.Style
}

func (f Frame) title() string {
	switch {
	case f.BrandName == "":
		return f.Title
	case f.Title == "":
		return f.BrandName
	}
	return f.Title + " · " + f.BrandName
}

func (f Frame) body() string {
	if f.Embedded {
		return "framed"
	}
	return ""
}

func (f Frame) mark() string {
	if f.BrandMark == "" {
		return "✓"
	}
	return f.BrandMark
}

// label names a section in words; short is for the buttons of a phone.
func label(ctx context.Context, name string, short bool) string {
	if short {
		return i18n.T(ctx, "ui.brief."+name)
	}
	return i18n.T(ctx, "ui.section."+name)
}

// settings configures htmx for a policy without eval, inline style or storage:
// no page is kept in the browser, and 422 is an answer like any other.
const settings = `{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,` +
	`"historyEnabled":false,"historyCacheSize":0,"selfRequestsOnly":true,"scrollIntoViewOnBoost":false,` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},` +
	`{"code":"422","swap":true},{"code":"[45]..","swap":false,"error":true}]}`
