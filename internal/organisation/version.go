package organisation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
)

// versions returns the newest version of each purpose after the plan, parents
// first and the retired ones last, and the older versions.
func (p *Plan) versions(current *Organisation, declared []consent.PurposeVersion, now time.Time) ([]consent.PurposeVersion, map[consent.PurposeID][]consent.PurposeVersion) {
	older := maps.Clone(current.Older)
	var next []consent.PurposeVersion
	declares := map[consent.PurposeID]bool{}
	declared = parentsFirst(declared)
	for i := range declared {
		v := declared[i]
		declares[v.Purpose] = true
		old, ok := current.Purpose(v.Purpose)
		if !ok {
			v.Number, v.From = 1, now
			p.add(Step{Create, "purpose", string(v.Purpose), nil})
			next = append(next, v)
			continue
		}
		v, replaced := p.version(old, v, now)
		if replaced {
			if older == nil {
				older = map[consent.PurposeID][]consent.PurposeVersion{}
			}
			older[v.Purpose] = append([]consent.PurposeVersion{*old}, older[v.Purpose]...)
		}
		next = append(next, v)
	}
	var stood []string
	var retired []consent.PurposeVersion
	for i := range current.Purposes {
		v := current.Purposes[i]
		if !v.Retired {
			stood = append(stood, string(v.Purpose))
		}
		if declares[v.Purpose] {
			continue
		}
		if !v.Retired {
			p.add(Step{Retire, "purpose", string(v.Purpose), nil})
			v.Retired = true
		}
		retired = append(retired, v)
	}
	p.order("purpose", stood, namesOf(declared, func(v *consent.PurposeVersion) string { return string(v.Purpose) }))
	return append(next, parentsFirst(retired)...), older
}

// versionDetail is the number of a version among what a step changes.
const versionDetail = "version"

// version returns what becomes of old when v is declared, and whether old is
// replaced by it.
func (p *Plan) version(old *consent.PurposeVersion, v consent.PurposeVersion, now time.Time) (consent.PurposeVersion, bool) {
	name := string(v.Purpose)
	details := append(differ(ofPurpose(old), ofPurpose(&v)), otherWords(&old.Words, &v.Words)...)
	beside := differ(inPlace(old), inPlace(&v))
	if len(details) > 0 {
		v.Number, v.From = old.Number+1, now
		if !v.ReaskBy.IsZero() && v.ReaskBy.Equal(old.ReaskBy) {
			p.Warnings = append(p.Warnings, fmt.Sprintf(
				"purpose %s: reask-by is %s as before, and now ends every yes to version %d; write another date, or none if the change is not material",
				name, dateWords(v.ReaskBy), old.Number))
		}
		number := Detail{versionDetail, strconv.Itoa(old.Number), strconv.Itoa(v.Number)}
		p.add(Step{Renew, "purpose", name, append(append([]Detail{number}, details...), beside...)})
		return v, true
	}
	same := *old
	same.ReaskBy, same.ConsentMode, same.Retired = v.ReaskBy, v.ConsentMode, false
	var added []Detail
	same.Words, added = withWords(&old.Words, &v.Words)
	details = append(beside, added...)
	switch {
	case old.Retired:
		p.add(Step{Restore, "purpose", name, details})
	case len(details) > 0:
		p.add(Step{Change, "purpose", name, details})
	}
	return same, false
}

// parentsFirst returns the purposes so that none comes before its parent; the
// order of the file is kept otherwise.
func parentsFirst(declared []consent.PurposeVersion) []consent.PurposeVersion {
	index := by(declared, func(v *consent.PurposeVersion) consent.PurposeID { return v.Purpose })
	placed := map[consent.PurposeID]bool{}
	sorted := make([]consent.PurposeVersion, 0, len(declared))
	var place func(v *consent.PurposeVersion)
	place = func(v *consent.PurposeVersion) {
		if v == nil || placed[v.Purpose] {
			return
		}
		placed[v.Purpose] = true
		place(index[v.Parent])
		sorted = append(sorted, *v)
	}
	for i := range declared {
		place(&declared[i])
	}
	return sorted
}

// A Wording is one text of a purpose, by the name it has in the file.
type Wording struct {
	Name string
	Text *i18n.Text
}

// Wordings are the texts of w, in the order in which people read them.
func Wordings(w *consent.PurposeWords) [7]Wording {
	return [...]Wording{
		{"question", &w.Question},
		{"sentence", &w.Sentence},
		{"why", &w.Why},
		{"retention", &w.Retention},
		{"if-no", &w.IfNo},
		{"locked", &w.Locked},
		{"source", &w.Source},
	}
}

// otherWords returns the texts that somebody who read old would now read
// differently. It looks at the languages that both have, as Text.In finds the
// words; when they share none, every text is other words.
func otherWords(old, now *consent.PurposeWords) []Detail {
	shared := common(tags(old), tags(now))
	if len(shared) == 0 {
		shared = tags(now)
	}
	var details []Detail
	was, is := Wordings(old), Wordings(now)
	for i := range was {
		for _, tag := range shared {
			before, after := was[i].Text.In(tag), is[i].Text.In(tag)
			if before != after {
				details = append(details, Detail{was[i].Name + "." + tag, before, after})
			}
		}
	}
	return details
}

// withWords returns old with the words that only now has.
func withWords(old, now *consent.PurposeWords) (both consent.PurposeWords, added []Detail) {
	both = *old
	was, is := Wordings(&both), Wordings(now)
	for i := range was {
		for _, tag := range slices.Sorted(maps.Keys(*is[i].Text)) {
			if _, ok := (*was[i].Text)[tag]; ok {
				continue
			}
			more := maps.Clone(*was[i].Text)
			if more == nil {
				more = i18n.Text{}
			}
			more[tag] = (*is[i].Text)[tag]
			*was[i].Text = more
			added = append(added, Detail{was[i].Name + "." + tag, "", more[tag]})
		}
	}
	return both, added
}

// tags returns the languages in which there are any words, sorted.
func tags(w *consent.PurposeWords) []string {
	all := map[string]bool{}
	for _, one := range Wordings(w) {
		for tag := range *one.Text {
			all[tag] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
