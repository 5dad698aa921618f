package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// MaxPage is how much of a page is read.
const MaxPage = 4 << 20

// ErrTooLong is the error of a page that is longer than MaxPage.
var ErrTooLong = errors.New("answer too long")

// A Page is what was fetched.
type Page struct {
	Status int
	Tag    string // ETag
	Next   string // where Link says that the next page is, as it was sent (RFC 8288)
	Body   []byte
}

// Get fetches a page by a letter, whose Method is GET when it says none; errors
// are those of Post, and ErrTooLong. Nothing of a page that is too long is
// returned: the half of it says nothing that is sure.
func (d *Door) Get(ctx context.Context, l Letter) (Page, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	if l.Method == "" {
		l.Method = http.MethodGet
	}
	req, err := l.request(ctx)
	if err != nil {
		return Page{}, err
	}
	res, err := d.transport.RoundTrip(req)
	if err != nil {
		return Page{}, err
	}
	defer res.Body.Close()
	p := Page{Status: res.StatusCode, Tag: res.Header.Get("ETag"), Next: nextOf(res.Header.Values("Link"))}
	if p.Status == http.StatusSwitchingProtocols {
		return p, nil // its body is the bare connection, which no timeout ends
	}
	if res.ContentLength > MaxPage {
		return Page{}, ErrTooLong
	}
	p.Body, err = io.ReadAll(io.LimitReader(res.Body, MaxPage+1))
	switch {
	case err != nil:
		return Page{}, fmt.Errorf("read answer: %w", err)
	case len(p.Body) > MaxPage:
		return Page{}, ErrTooLong
	}
	return p, nil
}

// nextOf returns the target of the link whose relation is next, "" for none.
func nextOf(links []string) string {
	for _, header := range links {
		for link := range strings.SplitSeq(header, ",") {
			target, rest, ok := strings.Cut(strings.TrimSpace(link), ">")
			if !ok || !strings.HasPrefix(target, "<") {
				continue
			}
			for parameter := range strings.SplitSeq(rest, ";") {
				name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
				if strings.EqualFold(name, "rel") && strings.EqualFold(strings.Trim(value, `"`), "next") {
					return target[1:]
				}
			}
		}
	}
	return ""
}
