package organisation

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/profile"
)

// A trait is one attribute of something declared, as words. Two declarations
// are the same when their traits are.
type trait struct {
	name, value string
	// written is the value as a file has it: a string, a bool, a number or a
	// list.
	written any
}

// traits collects attributes; what is empty is left out.
type traits []trait

func (ts *traits) add(name, value string) { ts.write(name, value, value) }

func (ts *traits) write(name, value string, written any) {
	if value != "" {
		*ts = append(*ts, trait{name, value, written})
	}
}

func (ts *traits) flag(name string, on bool) {
	if on {
		ts.write(name, "true", true)
	}
}

func (ts *traits) number(name string, n int) {
	if n != 0 {
		ts.write(name, strconv.Itoa(n), n)
	}
}

func (ts *traits) list(name string, list []string) {
	ts.write(name, strings.Join(list, ", "), list)
}

// term adds a length of time in days.
func (ts *traits) term(name string, d time.Duration) {
	ts.write(name, termWords(d), fmt.Sprintf("%dd", d/day))
}

func (ts *traits) text(name string, t i18n.Text) {
	for _, tag := range slices.Sorted(maps.Keys(t)) {
		ts.add(name+"."+tag, t[tag])
	}
}

// own are the traits of the organisation itself.
func own(o *Organisation) (ts traits) {
	ts.text("label", o.Label)
	ts.add("contact", o.Contact)
	ts.add("address", o.Address)
	ts.text("privacy", o.Privacy)
	ts.add("security", o.Security)
	ts.text("measures", o.Measures)
	ts.add("transparency", string(o.Transparency))
	return ts
}

func ofBrand(b *brand.Brand) (ts traits) {
	ts.text("label", b.Label)
	ts.add("mark", b.Mark)
	ts.text("voice", b.Voice)
	ts.write("logo", logoWords(b.Logo), logoFile(b))
	ts.add("accent", b.Accent)
	ts.add("contact", b.Contact)
	ts.list("locales", b.Locales)
	ts.flag("register", b.Register)
	ts.add("legal-name", b.LegalName)
	ts.add("country", b.Country)
	ts.add("region", b.Region)
	ts.add("zone", b.Zone)
	ts.add("host", b.Host)
	ts.list("origins", b.Origins)
	ts.add("ground", b.Ground)
	ts.add("corners", string(b.Corners))
	ts.list("fonts", b.Fonts)
	ts.term("ask-every", b.AskEvery)
	return ts
}

// logoWords tell one picture from another.
func logoWords(l *brand.Logo) string {
	if l == nil {
		return ""
	}
	sum := sha256.Sum256(l.Data)
	return fmt.Sprintf("%s, %d × %d, %x", l.Type, l.Width, l.Height, sum[:4])
}

func ofCategory(c *profile.Category) (ts traits) {
	ts.text("label", c.Label)
	return ts
}

func ofChannel(c *consent.Channel) (ts traits) {
	ts.text("label", c.Label)
	return ts
}

func ofField(f *profile.Field) (ts traits) {
	ts.add("category", f.Category)
	ts.add("type", string(f.Type))
	var values []string
	for _, c := range f.Choices {
		values = append(values, c.Value)
		ts.text("choices."+c.Value, c.Label)
	}
	ts.list("choices", values)
	ts.add("edit", string(f.Edit))
	ts.flag("sensitive", f.Sensitive)
	ts.list("purposes", f.Purposes)
	ts.list("brands", f.Brands)
	for _, a := range f.Asks {
		ts.text("asked-by."+a.Brand+".why", a.Why)
		ts.flag("asked-by."+a.Brand+".required", a.Required)
	}
	ts.add("card", string(f.Card))
	ts.text("label", f.Label)
	ts.text("help", f.Help)
	ts.text("locked", f.Locked)
	ts.text("retention", f.Retention)
	ts.term("keep", f.Keep)
	ts.text("how", f.How)
	return ts
}

func ofSystem(s *System) (ts traits) {
	ts.text("label", s.Label)
	ts.text("human", s.Human)
	ts.number("rank", s.Rank)
	ts.list("fields", s.Fields)
	ts.list("purposes", s.Purposes)
	ts.list("activities", s.Activities)
	ts.add("country", s.Country)
	ts.text("safeguard", s.Safeguard)
	ts.flag("source", s.Source)
	for i := range s.Endpoints {
		e := &s.Endpoints[i]
		name := "endpoints." + e.Name
		ts.add(name+".url", e.URL)
		ts.list(name+".events", e.Events)
		ts.list(name+".brands", e.Brands)
		ts.list(name+".purposes", e.Purposes)
		ts.list(name+".fields", e.Fields)
		ts.add(name+".envelope", string(e.Envelope))
		ts.add(name+".body", string(e.Body))
	}
	ts.ofPull(s.Pull)
	ts.add("scim.leaving", string(s.SCIM.Leaving))
	ts.flag("scim.filters-in-address", s.SCIM.Open)
	ts.ofPeer(s.OpenDSR)
	ts.ofConnector(s.Connector)
	return ts
}

func ofTopic(t *consent.Topic) (ts traits) {
	ts.list("brands", t.Brands)
	ts.list("channels", t.Channels)
	ts.add("purpose", string(t.Purpose))
	ts.text("label", t.Label)
	ts.text("help", t.Help)
	return ts
}

// ofPurpose has what a version says apart from its words.
func ofPurpose(v *consent.PurposeVersion) (ts traits) {
	ts.add("parent", string(v.Parent))
	ts.add("basis", basisWords(v.Basis))
	ts.flag("required", v.Required)
	ts.flag("marketing", v.Marketing)
	ts.list("brands", v.Brands)
	ts.list("channels", v.Channels)
	ts.list("categories", v.Categories)
	ts.list("recipients", v.Recipients)
	ts.term("expires", v.Expires)
	ts.flag("double-opt-in", v.DoubleOptIn)
	ts.add("signal", string(v.Signal))
	return ts
}

// inPlace has what changes without a new version: what is about the step from
// one version to the next, and what nobody reads.
func inPlace(v *consent.PurposeVersion) (ts traits) {
	ts.add("reask-by", dateWords(v.ReaskBy))
	ts.list("consent-mode", v.ConsentMode)
	return ts
}

// differ returns the traits in which old and now differ, in the order of now
// and then of old.
func differ(old, now traits) []Detail {
	before := map[string]string{}
	for _, t := range old {
		before[t.name] = t.value
	}
	var details []Detail
	after := map[string]bool{}
	for _, t := range now {
		after[t.name] = true
		if before[t.name] != t.value {
			details = append(details, Detail{t.name, before[t.name], t.value})
		}
	}
	for _, t := range old {
		if !after[t.name] {
			details = append(details, Detail{t.name, t.value, ""})
		}
	}
	return details
}

// dateWords writes a day for a plan.
func dateWords(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
