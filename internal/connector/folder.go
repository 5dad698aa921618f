package connector

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"livingprofile/internal/folder"
	"livingprofile/internal/hook"
)

// What stands in a cell for a decision.
const (
	wordYes = "yes"
	wordNo  = "no"
)

func yesOrNo(yes bool) string {
	if yes {
		return wordYes
	}
	return wordNo
}

// lay lays down a file that says all that holds of the person. Whether it is
// followed nobody says, so it counts as received when it is there.
func (t *talk) lay() hook.Reply {
	dir, err := t.Folders.Open(t.parcel.System)
	if err != nil {
		return hook.Reply{Cause: "no_folder"}
	}
	defer dir.Close()
	row := t.row()
	err = dir.Put(&row)
	switch {
	case errors.Is(err, folder.ErrFull):
		return hook.Reply{Cause: "folder_full"}
	case err != nil:
		return hook.Reply{Cause: "no_folder"}
	}
	return hook.Reply{Status: 200}
}

// row is what the file says, with a column for each field and topic that the link
// declares. A field that may not be had is empty.
func (t *talk) row() folder.Row {
	data, verdicts := &t.parcel.Data, t.verdicts()
	v := t.about(false).with("erased", yesOrNo(data.Erased))
	r := folder.Row{About: data.Subject, Version: data.Version}
	add := func(name string, c Column, v vars) {
		r.Columns, r.Cells = append(r.Columns, name), append(r.Cells, v.fill(c.Value, plain))
	}
	for _, c := range t.file.Push.Row {
		switch {
		case strings.Contains(c.Column, "{field}"):
			for _, ours := range slices.Sorted(maps.Keys(t.link.Fields)) {
				add(strings.ReplaceAll(c.Column, "{field}", t.link.Fields[ours]), c, v.with("value", data.Fields[ours]))
			}
		case strings.Contains(c.Column, "{topic}"):
			for _, purpose := range slices.Sorted(maps.Keys(t.link.Topics)) {
				add(strings.ReplaceAll(c.Column, "{topic}", t.link.Topics[purpose]), c, v.with("allowed", yesOrNo(verdicts[purpose])))
			}
		default:
			add(c.Column, c, v)
		}
	}
	return r
}

// tryFolder tells whether files can be left for a system.
func (s *Speaker) tryFolder(system string) hook.Reply {
	dir, err := s.Folders.Open(system)
	if err == nil {
		err = errors.Join(dir.Try(), dir.Close())
	}
	if err != nil {
		return hook.Reply{Cause: "no_folder"}
	}
	return hook.Reply{Status: 200}
}
