package pull

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/folder"
	"livingprofile/internal/outbound"
)

// The bounds of one turn.
const (
	maxPages = 100
	// maxItems is how many changes one page may lead to.
	maxItems = 2000
	// atOnce is how many feeds are read at the same time.
	atOnce = 4
)

// A Door fetches a page; outbound.Door is the one that does.
type Door interface {
	Get(ctx context.Context, l outbound.Letter) (outbound.Page, error)
}

// A Store keeps where feeds were left.
type Store interface {
	// Position returns where a feed was left; the zero one for a new feed.
	PullPosition(ctx context.Context, system string) (Position, error)
	// KeepPull writes a position. It is errs.Conflict when another process
	// wrote one meanwhile.
	KeepPull(ctx context.Context, p Position) error
}

// A Taker takes what a page brought in one transaction with the position behind
// it, to which it adds how many were taken and refused; errs.Conflict when
// another process was there first. refused has a code for each change that was.
type Taker func(ctx context.Context, system string, changes []json.RawMessage, behind Position) (kept Position, refused map[int]string, err error)

// Deps are what a Puller stands on.
type Deps struct {
	Door  Door
	Store Store
	Take  Taker
	// Refuse keeps that a file, or so many rows of one, were not taken. Only what
	// reads folders needs it.
	Refuse func(ctx context.Context, system, reason string, times int) error
	Clock  clock.Clock
	Secret func(name string) (string, error) // reads the file of a key
	// Login returns the headers that sign in at a system which is asked by a
	// connector; nil where there is none.
	Login func(ctx context.Context, system string) (map[string]string, error)
	// Folders is where systems leave files that have no feed to ask.
	Folders folder.Root
	Log     *slog.Logger
}

// A Puller reads feeds. It is safe for concurrent use.
type Puller struct{ Deps }

// Turn reads the feeds that are due, by system.
func (p *Puller) Turn(ctx context.Context, feeds map[string]Feed) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for system, f := range feeds {
		g.Go(func() error {
			at, err := p.Store.PullPosition(ctx, system)
			if err != nil || p.Clock.Now().Before(at.Due) {
				return err
			}
			return p.Read(ctx, system, &f)
		})
	}
	return g.Wait()
}

// loops is why a turn ended whose pages lead back to where they came from.
const loops = "loops"

// A stop is why a turn ended before the end of the feed, a code.
type stop string

func (s stop) Error() string { return "feed: " + string(s) }

// Read reads a feed from where it was left to its end. What is wrong with the
// feed is kept with its position; the error is our own.
func (p *Puller) Read(ctx context.Context, system string, f *Feed) error {
	at, err := p.Store.PullPosition(ctx, system)
	if err != nil {
		return err
	}
	at.System = system
	if f.Folder {
		at, err = p.files(ctx, f, at)
	} else {
		at, err = p.pages(ctx, f, at)
	}
	var s stop
	switch {
	case errors.Is(err, errs.Conflict):
		now, err := p.Store.PullPosition(ctx, system)
		if err != nil || now.Turn != at.Turn {
			return err // another process reads it
		}
		s = "contested"
	case !errors.As(err, &s):
		return err
	}
	p.Log.Warn("a feed was not read to its end", "system", system, "cause", string(s), "failures", at.Failures+1)
	return p.Store.KeepPull(ctx, at.failed(f, string(s), p.Clock.Now()))
}

// pages reads the pages of a feed.
func (p *Puller) pages(ctx context.Context, f *Feed, at Position) (Position, error) {
	seen := map[[sha256.Size]byte]bool{}
	for range maxPages {
		next, more, err := p.page(ctx, f, at, seen)
		if at = next; err != nil || !more {
			return at, err
		}
	}
	return at, nil
}

// page reads one page and takes what it says.
func (p *Puller) page(ctx context.Context, f *Feed, at Position, seen map[[sha256.Size]byte]bool) (Position, bool, error) {
	asked, stood := at.Next, place{}
	switch {
	case f.Walk != nil:
		stood = f.Walk.read(at.Next)
		asked = f.address(stood)
	case asked == "":
		asked = f.URL
	default:
		if _, ok := f.follow(f.URL, asked); !ok { // the feed has moved to another host
			asked, at.Tag = f.URL, ""
		}
	}
	letter, err := p.letter(ctx, f, at, stood, asked)
	if err != nil {
		return at, false, err
	}
	now := p.Clock.Now()
	got, err := p.Door.Get(ctx, letter)
	if err != nil {
		return at, false, fetchFault(err)
	}
	if got.Status == 304 || got.Status == 204 {
		at = at.ended().done(at.Next, at.Tag, now.Add(f.Every), now)
		return at, false, p.Store.KeepPull(ctx, at)
	}
	if got.Status != 200 {
		return at, false, statusFault(got.Status)
	}
	mark := sha256.Sum256(slices.Concat([]byte(asked+"\n"), letter.Body, []byte("\n"), got.Body))
	passed, again := at.passed(hex.EncodeToString(mark[:]))
	if seen[mark] || again {
		return at, false, stop(loops)
	}
	seen[mark] = true
	changes, records, err := f.read(got.Body)
	if err != nil {
		return at, false, err
	}
	next, tag, more, err := f.behind(&got, asked, stood, records)
	if err != nil {
		return at, false, err
	}
	due := now
	if !more {
		due, passed = now.Add(f.Every), passed.ended()
	}
	kept, refused, err := p.Take(ctx, at.System, changes, passed.done(next, tag, due, now))
	if err != nil {
		return at, false, err
	}
	if len(refused) > 0 {
		reasons := slices.Compact(slices.Sorted(maps.Values(refused)))
		p.Log.Warn("changes of a feed were refused", "system", at.System, "refused", len(refused), "reasons", reasons)
	}
	return kept, more, nil
}

// behind is the place behind a page.
func (f *Feed) behind(got *outbound.Page, asked string, stood place, records []json.RawMessage) (next, tag string, more bool, err error) {
	if f.Walk != nil {
		all := make([]any, len(records))
		for i := range records {
			all[i] = Decode(records[i])
		}
		to, more := f.Walk.next(stood, Decode(got.Body), all, got.Next)
		if to.url != "" {
			var ok bool
			if to.url, ok = f.follow(asked, to.url); !ok {
				return "", "", false, stop("leads_elsewhere")
			}
		}
		if more && to == stood {
			return "", "", false, stop(loops)
		}
		return to.keep(f.URL), "", more, nil
	}
	next, tag = asked, got.Tag
	if got.Next != "" {
		following, ok := f.follow(asked, got.Next)
		if !ok {
			return "", "", false, stop("leads_elsewhere")
		}
		next, tag = following, ""
	}
	more = got.Next != "" && len(records) > 0
	if more && next == asked {
		return "", "", false, stop(loops)
	}
	return next, tag, more, nil
}

// letter is the question for a page.
func (p *Puller) letter(ctx context.Context, f *Feed, at Position, stood place, asked string) (outbound.Letter, error) {
	l := outbound.Letter{Method: f.Method, URL: asked}
	var err error
	if f.Speaks != "" && p.Login != nil {
		if l.Headers, err = p.Login(ctx, at.System); err != nil {
			return l, stop("no_secret")
		}
	} else if l.Headers, err = p.headers(f, at.Tag); err != nil {
		return l, err
	}
	if f.Body != "" {
		l.Body = []byte(stood.fill(f.Body, quotedPart))
		l.Headers["Content-Type"] = "application/json"
	}
	return l, nil
}

// quotedPart writes a value as a part of a text in JSON.
func quotedPart(s string) string {
	b, _ := json.Marshal(s) // a text always can be
	return string(b[1 : len(b)-1])
}

func (p *Puller) headers(f *Feed, tag string) (map[string]string, error) {
	h := map[string]string{"Accept": "application/json"}
	if tag != "" {
		h["If-None-Match"] = tag
	}
	if f.Secret == "" {
		return h, nil
	}
	key, err := p.Secret(f.Secret)
	switch {
	case err != nil || key == "":
		return nil, stop("no_secret")
	case f.Header != "":
		h[f.Header] = key
	default:
		h["Authorization"] = "Bearer " + key
	}
	return h, nil
}

// read returns the records of a page, and the changes that they are.
func (f *Feed) read(body []byte) (changes, list []json.RawMessage, err error) {
	if json.Unmarshal(body, &list) != nil {
		name := f.Items
		if name == "" {
			name = "changes"
		}
		found, ok := Member(Decode(body), name)
		if m, keyed := found.(map[string]any); keyed && f.Walk != nil { // records by their ids
			found = values(m)
		}
		if !ok {
			return nil, nil, stop("not_understood")
		}
		again, err := json.Marshal(found)
		if err != nil || json.Unmarshal(again, &list) != nil {
			return nil, nil, stop("not_understood")
		}
	}
	if len(list) > maxItems {
		return nil, nil, stop("too_many")
	}
	for _, record := range list {
		some, err := f.Map.Changes(record)
		if err != nil {
			some = []json.RawMessage{json.RawMessage(`{}`)} // refused, and counted
		}
		changes = append(changes, some...)
	}
	if len(changes) > maxItems {
		return nil, nil, stop("too_many")
	}
	return changes, list, nil
}

// Preview returns what a page would be taken as.
func (f *Feed) Preview(body []byte) ([]json.RawMessage, error) {
	changes, _, err := f.read(body)
	return changes, err
}

// Fetch returns the first page of a feed as it is now. It keeps no place, and
// takes nothing. What is wrong with the feed is an error that has a Cause.
func (p *Puller) Fetch(ctx context.Context, f *Feed) ([]byte, error) {
	headers, err := p.headers(f, "")
	if err != nil {
		return nil, err
	}
	got, err := p.Door.Get(ctx, outbound.Letter{URL: f.URL, Headers: headers})
	switch {
	case err != nil:
		return nil, fetchFault(err)
	case got.Status != 200:
		return nil, statusFault(got.Status)
	}
	return got.Body, nil
}

// Cause returns the code of what is wrong with a feed; false for an error that
// is our own.
func Cause(err error) (string, bool) {
	var s stop
	is := errors.As(err, &s)
	return string(s), is
}

func fetchFault(err error) error {
	switch {
	case errors.Is(err, outbound.ErrRefused):
		return stop("address_refused")
	case errors.Is(err, outbound.ErrTooLong):
		return stop("too_long")
	case errors.Is(err, context.DeadlineExceeded):
		return stop("too_slow")
	}
	return stop("not_reached")
}

func statusFault(status int) error {
	switch {
	case status >= 300 && status < 400:
		return stop("redirect")
	case status == 401, status == 403:
		return stop("not_let_in")
	case status == 410, status == 404:
		return stop("gone")
	case status == 429:
		return stop("too_many_questions")
	case status >= 500:
		return stop("server_error")
	}
	return stop("not_accepted")
}

// Sleep bounds how often Turn is worth calling.
const Sleep = 2 * time.Second
