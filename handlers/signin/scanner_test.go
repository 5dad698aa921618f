package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"livingprofile/internal/testkit"
)

// A button is a form of a page, filled in as far as the page does.
type button struct {
	method, action string
	form           url.Values
}

// buttons returns every way to send every form of a page.
func buttons(t *testing.T, page string) []button {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []button
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		b := button{method: strings.ToUpper(attribute(n, "method")), action: attribute(n, "action"), form: url.Values{}}
		var choices []url.Values
		for in := range n.Descendants() {
			name := attribute(in, "name")
			switch {
			case in.Data == "button" && name != "":
				choices = append(choices, url.Values{name: {attribute(in, "value")}})
			case name != "":
				b.form.Set(name, attribute(in, "value"))
			}
		}
		all = append(all, b)
		for _, c := range choices {
			pressed := button{b.method, b.action, url.Values{}}
			for _, from := range []url.Values{b.form, c} {
				for name, values := range from {
					pressed.form[name] = values
				}
			}
			all = append(all, pressed)
		}
	}
	return all
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// scan does to a link what a mail scanner may: it opens it in several ways,
// presses every button and follows wherever that leads, without a cookie and
// with those that it was given. It returns how many buttons it found.
func scan(t *testing.T, s *testkit.Site, link string) int {
	t.Helper()
	pressed := 0
	for _, keeps := range []bool{false, true} {
		browser := s.Client(t)
		next := func() *testkit.Client {
			if !keeps {
				browser = s.Client(t)
			}
			return browser
		}
		next().Do(next().Request(http.MethodHead, link, nil))
		next().Get(link, "Purpose", "prefetch", "Sec-Purpose", "prefetch")
		next().Send(link, nil)
		for _, b := range buttons(t, next().Get(link).Body) {
			pressed++
			for _, code := range []string{"", "test", "00000000"} {
				if _, asked := b.form["code"]; asked {
					b.form.Set("code", code)
				}
				a := next().Send(b.action, b.form)
				for range 5 {
					if a.Location() == "" {
						break
					}
					a = next().Get(a.Location())
				}
				if strings.Contains(a.Body, "Weber") {
					t.Errorf("pressing %s shows data to whoever opens the mail", b.action)
				}
			}
		}
		if browser.Cookie("session") != "" {
			t.Error("a scanner has a session")
		}
	}
	return pressed
}

// TestScanner is S14: whatever opens mails before the person does neither uses
// their link up nor gets anything.
func TestScanner(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.SignIn("hibiki", thomas)
	c.Prove("hibiki", thomas)
	for name, ask := range map[string]func() (person *testkit.Client, link, leadsTo string){
		"of_a_sign_in": func() (*testkit.Client, string, string) {
			person := s.Client(t)
			return person, person.Ask("hibiki", stranger), "/hibiki"
		},
		"of_a_fresh_proof": func() (*testkit.Client, string, string) {
			c.Post("/hibiki/proof", nil)
			return c, s.Link(t, thomas), "/hibiki"
		},
		"of_a_yes": func() (*testkit.Client, string, string) {
			c.Answer("hibiki", "newsletter", "yes")
			return c, s.Link(t, thomas), "/hibiki/confirmed"
		},
		"of_an_address": func() (*testkit.Client, string, string) {
			c.Post("/hibiki/safety/addresses", url.Values{"kind": {"email"}, "value": {"third@mail.example.com"}})
			return c, s.Link(t, "third@mail.example.com"), "/hibiki/confirmed"
		},
	} {
		t.Run(name, func(t *testing.T) {
			person, link, want := ask()
			before, err := s.DB.Heads(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if n := scan(t, s, link); n < 2 {
				t.Fatalf("the scanner found %d buttons", n)
			}
			after, err := s.DB.Heads(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the scanner changed something:\n%s", diff)
			}
			if a := person.Press(link, ""); a.Status != http.StatusSeeOther || a.Location() != want {
				t.Errorf("then the person: got %d to %q, want %s", a.Status, a.Location(), want)
			}
		})
	}
}
