package organisation

import (
	"slices"
	"strings"

	"livingprofile/internal/scim"
)

// readSCIM reads what a system may do as a client of ours.
func readSCIM(s *object) scim.Policy {
	node, path := s.take("scim")
	if node == nil {
		return scim.Policy{}
	}
	o := s.object(path, s.language, node)
	defer o.done()
	return readPolicy(o)
}

func readPolicy(o *object) scim.Policy {
	p := scim.Policy{Open: o.flag("filters-in-address")}
	word := o.word("leaving")
	if word != "" && !slices.Contains(scim.Leavings(), word) {
		o.note(join(o.path, "leaving"), "%s is not among %s", quoted(word), strings.Join(scim.Leavings(), ", "))
	}
	if word != "unlink" {
		p.Leaving = scim.Leaving(word)
	}
	return p
}
