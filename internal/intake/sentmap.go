package intake

import (
	"errors"
	"slices"
	"strings"

	"livingprofile/internal/errs"
	"livingprofile/internal/organisation"
)

// MaxSentMap is the most bytes that a map may have which is sent with a file.
const MaxSentMap = 256 << 10

// OwnMap is what a map is called that was sent without a name.
const OwnMap = "own"

// LoadMap returns the upload's map. The error is Invalid, with a field for each
// thing that is wrong.
func (u *Upload) LoadMap() (*Map, error) {
	if u.MapText == nil {
		if !slices.Contains(Maps(), u.Map) {
			return nil, errs.InvalidFields(errs.At("map", "error.no_such_map"))
		}
		return LoadMap(u.Map)
	}
	if len(u.MapText) > MaxSentMap {
		return nil, errs.InvalidFields(errs.At("map", "error.map_too_large"))
	}
	m, err := ParseMap(u.Map, u.MapText)
	return m, unfit(err)
}

// Fits tells whether the upload's map names only what org declares and its
// source may hold, within the upload's limits. The error is Invalid, as that of
// LoadMap, or Forbidden for what is beyond them.
func (u *Upload) Fits(org *organisation.Organisation) error {
	m, err := u.LoadMap()
	if err != nil {
		return err
	}
	if err := unfit(m.Check(org, u.Source)); err != nil {
		return err
	}
	return u.Limits.allow(m, org, u.Source)
}

// Within tells whether the upload's map brings in nothing beyond limits. The
// error is Forbidden, with a field for each thing.
func (u *Upload) Within(l *Limits, org *organisation.Organisation) error {
	m, err := u.LoadMap()
	if err != nil {
		return err
	}
	return l.allow(m, org, u.Source)
}

// mostProblems is how many of the problems of a map are named.
const mostProblems = 50

// unfit names the problems of a map by their place in it.
func unfit(err error) error {
	var all organisation.Problems
	if !errors.As(err, &all) {
		return err
	}
	var fields []errs.Field
	for _, p := range all[:min(len(all), mostProblems)] {
		path := "map"
		if p.Path != "" {
			path += "." + p.Path
		}
		if p.Line > 0 {
			fields = append(fields, errs.At(path, "error.map_line", "line", p.Line, "text", p.Text))
		} else {
			fields = append(fields, errs.At(path, "error.map_whole", "text", p.Text))
		}
	}
	return errs.InvalidFields(fields...)
}

// SentName is what a map is called that came as a file of that name.
func SentName(file string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(file), ".yaml"), ".yml")
	plain := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' }
	const most = 40
	if name == "" || len(name) > most || strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) || slices.Contains(Maps(), name) {
		return OwnMap
	}
	return name
}
