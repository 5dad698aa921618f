// Package storefront is the demo's shops: a stand-in for the sites that brands
// have of their own, with the portal inside their account page.
//
// It shares no code with the product and knows of it what any such site may
// know: the address of the portal, an API key for each brand, and
// docs/embedding.md. Each brand's site is on a host name of its own.
package storefront

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Brand is one shop.
type Brand struct {
	Name   string // as the portal has it
	Label  string
	Accent string // colour
	Key    string // of the API, with link:create and frame:create
}

// A Person is somebody who has an account at the shops.
type Person struct{ Name, Email string }

// Sites serves the shops. It is safe for concurrent use.
type Sites struct {
	portal string // address of the portal
	port   string // that the shops are reached at
	brands []Brand
	people []Person
	client *http.Client
}

// New returns the shops, whose pages are served at a port of this machine.
func New(portal, port string, brands []Brand, people []Person) *Sites {
	return &Sites{portal: portal, port: port, brands: brands, people: people, client: &http.Client{Timeout: 10 * time.Second}}
}

// Origin is the address of a brand's shop. Browsers find every name that ends
// in localhost on this machine (RFC 6761, 6.3).
func Origin(brand, port string) string { return "http://" + net.JoinHostPort(brand+".localhost", port) }

// Handler answers the pages, by the host that they are asked at.
func (s *Sites) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.show("shop"))
	mux.HandleFunc("GET /account", s.show("account"))
	mux.HandleFunc("POST /account", s.enter)
	mux.HandleFunc("POST /my-data/link", s.link)
	return http.NewCrossOriginProtection().Handler(mux)
}

// brand is whose host a request was sent to; nil for none of ours.
func (s *Sites) brand(r *http.Request) *Brand {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	for i := range s.brands {
		if s.brands[i].Name+".localhost" == host {
			return &s.brands[i]
		}
	}
	return nil
}

// cookie says who is signed in. A real site would not believe the browser.
const cookie = "shopper"

// visitor is who is signed in, nil for nobody.
func (s *Sites) visitor(r *http.Request) *Person {
	c, err := r.Cookie(cookie)
	if err != nil {
		return nil
	}
	for i := range s.people {
		if url.QueryEscape(s.people[i].Email) == c.Value {
			return &s.people[i]
		}
	}
	return nil
}

// enter signs in whoever says that they are one of the made-up people.
func (s *Sites) enter(w http.ResponseWriter, r *http.Request) {
	if s.brand(r) == nil {
		http.NotFound(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: url.QueryEscape(r.PostFormValue("person")), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// link asks the portal for a link for the person who is signed in here.
func (s *Sites) link(w http.ResponseWriter, r *http.Request) {
	b, p := s.brand(r), s.visitor(r)
	if b == nil || p == nil {
		http.Error(w, "nobody is signed in", http.StatusUnauthorized)
		return
	}
	answer, err := s.ask(r.Context(), b, p)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(answer)
}

// ask sends what docs/embedding.md says.
func (s *Sites) ask(ctx context.Context, b *Brand, p *Person) ([]byte, error) {
	body, err := json.Marshal(map[string]any{
		"kind":        "embed",
		"identifiers": []map[string]string{{"kind": "email", "value": p.Email}},
		"origin":      Origin(b.Name, s.port),
		"sections":    []string{"home", "data", "allow", "get", "who", "history", "notices"},
		"actions":     []string{"correct", "decide", "receive"},
	})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(s.portal, "/")+"/api/v1/links", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+b.Key)
	r.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	const most = 64 << 10
	answer, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusCreated {
		return nil, fmt.Errorf("the portal answered %d: %s", res.StatusCode, answer)
	}
	var got struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{"url": got.URL})
}
