package pull

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Walk is how one goes through a feed that is made by somebody else: an
// address with {since}, {page} and {cursor} in it, which the answers fill.
//
// {since} is the newest moment that was seen when the last turn ended. It stays
// what it is through a turn, so that records which change meanwhile move no
// page, and what is asked for again at its edge is known by its id.
type Walk struct {
	Begin  string // {since} at first
	Newest string // member of a record that {since} is taken from; "" for none
	Count  string // "page" or "start": {page} counts pages from 1, or records from 0
	Cursor string // member of the answer that is the next {cursor}
	First  string // {cursor} at first
	Follow string // member of the answer that is the address of the next page
}

// A place is where a walk stands. It is kept as one address, whose fragment is
// never sent.
type place struct {
	url                   string // that a page named; "" for the one that is made
	since, newest, cursor string
	page                  int
}

func (w *Walk) start(since string) place {
	p := place{since: since, cursor: w.First, page: 1}
	if w.Count == "start" {
		p.page = 0
	}
	return p
}

// read is the place that was kept.
func (w *Walk) read(kept string) place {
	address, fragment, _ := strings.Cut(kept, "#")
	v, err := url.ParseQuery(fragment)
	if kept == "" || err != nil {
		return w.start(w.Begin)
	}
	p := place{since: v.Get("since"), newest: v.Get("newest"), cursor: v.Get("cursor")}
	if v.Has("follow") {
		p.url = address
	}
	if p.page, err = strconv.Atoi(v.Get("page")); err != nil {
		return w.start(p.since)
	}
	return p
}

func (p place) keep(address string) string {
	v := url.Values{"since": {p.since}, "newest": {p.newest}, "cursor": {p.cursor}, "page": {strconv.Itoa(p.page)}}
	if p.url != "" {
		address = p.url
		v.Set("follow", "1")
	}
	return address + "#" + v.Encode()
}

// fill puts the place into a text of the feed.
func (p place) fill(text string, escape func(string) string) string {
	return strings.NewReplacer(
		"{since}", escape(p.since), "{page}", strconv.Itoa(p.page), "{cursor}", escape(p.cursor),
	).Replace(text)
}

// address is what is asked at p.
func (f *Feed) address(p place) string {
	if p.url != "" {
		return p.url
	}
	return p.fill(f.URL, url.QueryEscape)
}

// next is the place behind a page with records; more is false when it was the
// last of the turn. link is what the page's header names as the next.
func (w *Walk) next(p place, page any, records []any, link string) (next place, more bool) {
	for _, r := range records {
		for _, text := range each(r, w.Newest) {
			if later(text, p.newest) {
				p.newest = text
			}
		}
	}
	next = p
	next.cursor, next.url = "", ""
	switch {
	case len(records) == 0:
	case w.Count == "page":
		next.page++
		return next, true
	case w.Count == "start":
		next.page += len(records)
		return next, true
	case w.Cursor != "":
		next.cursor, more = text(page, w.Cursor)
	case w.Follow != "":
		next.url, more = text(page, w.Follow)
	default:
		next.url, more = link, link != ""
	}
	if more && next.cursor+next.url != "" {
		return next, true
	}
	since := p.since
	if edge := before(p.newest); later(edge, since) {
		since = edge
	}
	return w.start(since), false
}

// each returns the words at a path, which may go through every element of a list
// by [*].
func each(record any, path string) []string {
	outer, inner, many := strings.Cut(path, "[*].")
	if !many {
		if word, ok := text(record, path); ok {
			return []string{word}
		}
		return nil
	}
	list, _ := Member(record, outer)
	all, _ := list.([]any)
	var words []string
	for _, one := range all {
		words = append(words, each(one, inner)...)
	}
	return words
}

// overlap is how far behind the newest moment a turn begins: what was written
// earlier than that may be there only now. What comes again is known by its id.
const overlap = time.Minute

func before(newest string) string {
	t, ok := moment(newest)
	if !ok {
		return newest
	}
	return t.Add(-overlap).UTC().Format(time.RFC3339)
}

// moment reads a time as systems write them.
func moment(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// later tells whether one moment is after another: as times where both are, as
// numbers where both are, else as words.
func later(a, b string) bool {
	if a == "" || b == "" {
		return a != ""
	}
	x, one := moment(a)
	y, other := moment(b)
	if one && other {
		return x.After(y)
	}
	if x, err := strconv.ParseFloat(a, 64); err == nil {
		if y, err := strconv.ParseFloat(b, 64); err == nil {
			return x > y
		}
	}
	return a > b
}
