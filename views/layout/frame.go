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
	Inside    bool     // and knows the person: links are followed without leaving
	Sections  []string // that are shown Inside
	Locked    []string // sections that may be read Inside, and not changed
	Seen      string   // the person's page in the console, when a member of the staff looks at this one
	Outside   string   // address of the same portal in a window of its own
	Contact   string   // the brand's address for questions; "" hides it
	Check     string   // where anybody may check a receipt; "" hides it
	Figures   string   // where everybody may read figures of requests; "" hides it
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
	Machine = "automated"
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
func (f Frame) first() []section {
	return f.shown(
		section{Home, "/", "home"},
		section{Data, "/data", "person"},
		section{Allow, "/allow", "shield"},
		section{Get, "/get", "mail"},
	)
}

func (f Frame) rest() []section {
	return f.shown(
		section{Did, "/activity", "chart"},
		section{Machine, "/automated", "device"},
		section{Rights, "/requests", "scale"},
		section{Who, "/who", "share"},
		section{History, "/history", "clock"},
		section{Notices, "/notices", "book"},
		section{Safety, "/safety", "lock"},
	)
}

// sections are all of them; what a person did stands below what is held.
func (f Frame) sections() []section {
	all := append(f.first(), f.rest()...)
	did := slices.IndexFunc(all, func(s section) bool { return s.name == Did })
	data := slices.IndexFunc(all, func(s section) bool { return s.name == Data })
	if did < 0 || data < 0 {
		return all
	}
	one := all[did]
	return slices.Insert(slices.Delete(all, did, did+1), data+1, one)
}

// shown leaves out what a frame does not show, and what is between the person
// and their devices.
func (f Frame) shown(all ...section) []section {
	if f.Seen != "" {
		return slices.DeleteFunc(all, func(s section) bool { return s.name == Safety })
	}
	if !f.Inside {
		return all
	}
	return slices.DeleteFunc(all, func(s section) bool { return !slices.Contains(f.Sections, s.name) })
}

// main is the class of the page's content.
func (f Frame) main() string {
	if f.locked() {
		return "looks"
	}
	return ""
}

// locked tells whether nothing may be changed on the page.
func (f Frame) locked() bool {
	return f.Seen != "" || f.Inside && slices.Contains(f.Locked, f.Section)
}

func (f Frame) inRest() bool {
	for _, s := range f.rest() {
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
// no page is kept in the browser, and 422 is an answer like any other. What
// was swapped in is settled at once: until then its buttons are plain ones, and
// a press loads the whole page.
const settings = `{"defaultSettleDelay":0,"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,` +
	`"historyEnabled":false,"historyCacheSize":0,"selfRequestsOnly":true,"scrollIntoViewOnBoost":false,` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},` +
	`{"code":"422","swap":true},{"code":"[45]..","swap":false,"error":true}]}`
