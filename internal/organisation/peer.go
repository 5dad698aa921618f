package organisation

import (
	"net/url"
	"slices"
	"strings"

	"livingprofile/internal/hook"
	"livingprofile/internal/opendsr"
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

// readProcessor reads where a system is told what people ask of us.
func readProcessor(s *object) *opendsr.Peer {
	node, path := s.take("opendsr")
	if node == nil {
		return nil
	}
	o := s.object(path, s.language, node)
	defer o.done()
	return readPeer(o)
}

func readPeer(o *object) *opendsr.Peer {
	p := &opendsr.Peer{URL: o.word("url"), Domain: strings.ToLower(o.word("domain")), Secret: o.word("secret")}
	p.Requests = o.word("requests")
	if at, err := url.Parse(p.URL); p.Domain == "" && err == nil {
		p.Domain = at.Hostname()
	}
	return p
}

// peer checks where a system is told what people ask of us.
func (c *checker) peer(path string, p *opendsr.Peer) {
	if !hook.ValidURL(p.URL) || strings.ContainsAny(p.URL, "?") {
		c.note(join(path, "url"), "%s is no address to send to: https, or http on this machine", quoted(p.URL))
	}
	if p.Requests != "" && !isPathName(p.Requests) {
		c.note(join(path, "requests"), "%s is no path, as opendsr_requests: lower-case letters, digits, hyphens and underscores", quoted(p.Requests))
	}
	if p.Secret != "" && !isName(p.Secret) {
		c.note(join(path, "secret"), "%s is no name of a file: lower-case letters, digits and hyphens", quoted(p.Secret))
	}
}

// isPathName tells whether s may stand alone in a path.
func isPathName(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// ofPeer are the parts of it, for a comparison.
func (ts *traits) ofPeer(p *opendsr.Peer) {
	if p == nil {
		return
	}
	ts.add("opendsr.url", p.URL)
	ts.add("opendsr.domain", p.Domain)
	ts.add("opendsr.secret", p.Secret)
	ts.add("opendsr.requests", p.Requests)
}

// Processors are the systems that are told by OpenDSR.
func (o *Organisation) Processors() map[string]opendsr.Peer {
	all := map[string]opendsr.Peer{}
	for i := range o.Systems {
		if s := &o.Systems[i]; !s.Retired && s.OpenDSR != nil {
			all[s.Name] = *s.OpenDSR
		}
	}
	return all
}
