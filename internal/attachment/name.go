package attachment

import (
	"path"
	"strings"
	"unicode"
)

// maxName bounds a name, in characters.
const maxName = 80

// cleanName makes a name that says nothing of the sender's folders, shows as it
// is, and ends as the type does, whatever it was.
func cleanName(name, ending string) string {
	name = strings.ToValidUTF8(name, "")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r): // and what turns the direction of writing
			return -1
		case strings.ContainsRune(`/:*?"<>|`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	own := strings.ToLower(path.Ext(name))
	if own == ending || own == ".jpeg" && ending == ".jpg" {
		name = name[:len(name)-len(own)]
	}
	if chars := []rune(name); len(chars) > maxName {
		name = string(chars[:maxName])
	}
	name = strings.Trim(name, ". ")
	if name == "" {
		name = "file"
	}
	return name + ending
}
