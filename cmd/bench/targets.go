package bench

import (
	"fmt"
	"net/http"
	"net/url"

	"livingprofile/internal/id"
)

// The names of what is asked, of the product and of the floor.
const (
	recordConsent = "record a consent"
	readProfile   = "read a profile"
	showPage      = "show a page"
	answerOnPage  = "answer on a page"
	takeCopy      = "make a copy"
)

// targets returns what is asked of both servers, by name.
func (p *people) targets(product, below *child) (ours, floors map[string]*target) {
	ours = map[string]*target{
		recordConsent: {server: product, want: http.StatusNoContent, request: p.recordConsent(product, control+"consent/")},
		readProfile:   {server: product, want: http.StatusOK, request: p.readProfile(product, control+"profile/")},
		showPage:      {server: product, want: http.StatusOK, request: p.showPage(product)},
		answerOnPage:  {server: product, want: http.StatusSeeOther, request: p.answerOnPage(product)},
		takeCopy:      {server: product, want: http.StatusOK, request: p.ofVisitor(product, control+"copy/")},
	}
	floors = map[string]*target{
		recordConsent: {server: below, want: http.StatusNoContent, request: p.recordConsent(below, "/consent/")},
		readProfile:   {server: below, want: http.StatusOK, request: p.readProfile(below, "/profile/")},
		showPage:      {server: below, want: http.StatusOK, request: p.ofVisitor(below, "/page/")},
		takeCopy:      {server: below, want: http.StatusOK, request: p.ofVisitor(below, "/export/")},
	}
	floors[answerOnPage] = floors[recordConsent]
	p.decideTargets(product, below, ours, floors)
	return ours, floors
}

// stride spreads the walk over the subjects. It is a prime, so that each is
// visited once before any comes again.
const stride = 7919

// subject returns whom request number n is about, and how often all have been
// visited before.
func (p *people) subject(n int64) (subject id.Subject, pass int64) {
	all := int64(len(p.subjects))
	return p.subjects[n%all*stride%all], n / all
}

func (p *people) visitor(n int64) *visitor { return &p.visitors[n%int64(len(p.visitors))] }

// answers alternate, so that each is a change.
var answers = [...]string{"yes", "no"}

func (p *people) recordConsent(c *child, path string) func(int64) []byte {
	return func(n int64) []byte {
		subject, pass := p.subject(n)
		body := fmt.Sprintf(`{"purpose":%q,"answer":%q}`, purposeName(fewConsents+1), answers[pass%2])
		return post(c, path+string(subject), "", "application/json", body)
	}
}

func (p *people) readProfile(c *child, path string) func(int64) []byte {
	return func(n int64) []byte {
		subject, _ := p.subject(n)
		return get(c, path+string(subject), "")
	}
}

// ofVisitor asks about the visitors, of whom there is a consent on each purpose.
func (p *people) ofVisitor(c *child, path string) func(int64) []byte {
	return func(n int64) []byte { return get(c, path+string(p.visitor(n).subject), "") }
}

func (p *people) showPage(c *child) func(int64) []byte {
	return func(n int64) []byte { return get(c, "/"+brandName+"/allow", p.visitor(n).cookie) }
}

// answerOnPage takes an answer back, then gives it again. The purpose has
// neither parent nor children that would move with it: those were all answered
// by themselves.
func (p *people) answerOnPage(c *child) func(int64) []byte {
	return func(n int64) []byte {
		v, purpose := p.visitor(n), purposeName(fewConsents+1)
		form := url.Values{
			"csrf": {v.csrf}, "choice": {answers[(n/int64(len(p.visitors))+1)%2]},
			"version": {"1"}, "notice": {v.notices[purpose]},
		}
		return post(c, "/"+brandName+"/allow/"+string(purpose), v.cookie, "application/x-www-form-urlencoded", form.Encode())
	}
}

func get(c *child, path, cookie string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept-Language: %s\r\nCookie: %s\r\n\r\n", path, c.address, locale, cookie)
}

func post(c *child, path, cookie, kind, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAccept-Language: %s\r\nCookie: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, c.address, locale, cookie, kind, len(body), body)
}
