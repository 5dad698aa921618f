package api

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

const (
	// maxWait is how long a question for changes may wait for one. It is less
	// than a process is given to stop.
	maxWait = 8 * time.Second
	// waitEvery is how often who waits looks again.
	waitEvery = 200 * time.Millisecond
	// maxWaiting is how many may wait at a time; the others are answered at once.
	maxWaiting = 200
	// readAtOnce is how many entries are read in a step, and readMost how many
	// for one answer: most may be of no concern to who asks.
	readAtOnce, readMost = 500, 5000
	// latest is the cursor of who wants to know nothing of the past.
	latest = "latest"
)

// A feedBody is one change: what holds of a person now.
type feedBody struct {
	ID string `json:"id"` // of the latest event
	hook.Message
}

// A feed is the ledger as one system may read it.
type feed struct {
	api    *API
	who    *caller
	target hook.Target
	ends   decision.Ends
	more   bool
}

// Changes answers with what changed behind a cursor.
func (a *API) Changes(c echo.Context) error { return a.serve(a.changes)(c) }

func (a *API) changes(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c, "after", "limit", "wait"); err != nil {
		return answer{}, err
	}
	limit, wrong := number(c, "limit", pageSize, 1, maxPageSize)
	wait, bad := number(c, "wait", 0, 0, int(maxWait/time.Second))
	if err := errs.InvalidFields(append(wrong, bad...)...); err != nil {
		return answer{}, err
	}
	f := &feed{api: a, who: who, target: who.target()}
	ctx, after := web.Context(c), c.QueryParam("after")
	list := []feedBody{}
	var err error
	switch {
	case after == latest:
		_, f.ends, err = a.Store.Since(ctx, nil, 0, nil)
	case after != "" && !f.read(after):
		err = errs.InvalidFields(errs.At("after", "error.bad_cursor"))
	default:
		list, err = f.wait(ctx, limit, time.Duration(wait)*time.Second)
	}
	if err != nil {
		return answer{}, err
	}
	next := f.cursor()
	return answer{
		status: http.StatusOK, body: map[string]any{"changes": list, "next": next, "more": f.more},
		header: map[string]string{"Link": `<` + c.Request().URL.EscapedPath() + `?after=` + next + `>; rel="next"`},
	}, nil
}

func number(c echo.Context, name string, otherwise, least, most int) (int, []errs.Field) {
	text := c.QueryParam(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, []errs.Field{errs.At(name, "error.out_of_range_number", "min", least, "max", most)}
	}
	return n, nil
}

// target is the caller, as an endpoint would be: what it is told of, and the
// most that it may be told.
func (w *caller) target() hook.Target {
	e := hook.Endpoint{Name: "feed", Body: hook.Thin}
	if w.brand != "" {
		e.Brands = []string{w.brand}
	}
	for _, f := range w.fields() {
		e.Fields = append(e.Fields, f.Name)
	}
	if len(e.Fields) > 0 && slices.Contains(w.key.Scopes, authz.ProfileRead) {
		e.Body = hook.Full
	}
	return hook.NewTarget(w.system.Name, e, w.system.Purposes, w.system.Fields)
}

// wait reads until there is something, or the time is over.
func (f *feed) wait(ctx context.Context, limit int, patience time.Duration) ([]feedBody, error) {
	if f.api.waiting.Add(1) > maxWaiting {
		patience = 0
	}
	defer f.api.waiting.Add(-1)
	over := time.Now().Add(patience)
	for {
		list, err := f.page(ctx, limit)
		if err != nil || len(list) > 0 || f.more || !time.Now().Before(over) {
			return list, err
		}
		t := time.NewTimer(waitEvery)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil, ctx.Err()
		case <-t.C:
		}
	}
}

// page reads on until it has told of limit people, or of all that is there. Of
// each person it tells once, and what holds now.
func (f *feed) page(ctx context.Context, limit int) ([]feedBody, error) {
	told := map[id.Subject]hook.Event{}
	f.more = true
	for read := 0; f.more && read < readMost && len(told) < limit; {
		stretches, now, err := f.api.Store.Since(ctx, f.ends, min(readAtOnce, limit-len(told)), func(e *ledger.Entry) bool { return e.Subject != "" })
		if err != nil {
			return nil, err
		}
		if len(f.ends) != len(now) {
			f.ends = make(decision.Ends, len(now))
		}
		for _, s := range stretches {
			for i := range s.Entries {
				if e := hook.Read(&s.Entries[i]); f.target.Wants(&e) {
					told[e.Subject] = e
				}
			}
			read += len(s.Entries)
			f.ends[s.Lane] = s.Until
		}
		f.more = !slices.Equal(f.ends, now)
	}
	list := []feedBody{}
	for _, e := range slices.SortedFunc(maps.Values(told), func(a, b hook.Event) int { return strings.Compare(a.Entry, b.Entry) }) {
		body, tell, err := f.compose(ctx, &e)
		if err != nil {
			return nil, err
		}
		if tell {
			list = append(list, body)
		}
	}
	return list, nil
}

// compose reads what holds of the person now.
func (f *feed) compose(ctx context.Context, e *hook.Event) (body feedBody, tell bool, err error) {
	d := hook.New(&f.target, e, e.At)
	body.ID = e.Entry
	body.Message, tell, err = f.api.compose(ctx, f.who, &f.target, &d, nil)
	if !errors.Is(err, errs.NotFound) {
		return body, tell, err
	}
	if e.Kind != hook.Erased {
		return body, false, nil
	}
	name, err := f.api.Secrets.Pairwise(f.who.system.Name, e.Subject)
	body.Message = hook.Farewell(&d, name, nil)
	return body, true, err
}

// cursor writes where the feed stands, signed for this system: nobody else's
// place can be named, and none made up.
func (f *feed) cursor() string {
	b := make([]byte, cursorMark, cursorMark+2*len(f.ends))
	for _, n := range f.ends {
		b = binary.AppendUvarint(b, uint64(n)) //nolint:gosec // never negative
	}
	copy(b, f.mark(b[cursorMark:]))
	return base64.RawURLEncoding.EncodeToString(b)
}

func (f *feed) read(text string) bool {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < cursorMark || !hmac.Equal(b[:cursorMark], f.mark(b[cursorMark:])) {
		return false
	}
	for b = b[cursorMark:]; len(b) > 0; {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			return false
		}
		f.ends, b = append(f.ends, int64(n)), b[size:] //nolint:gosec // as it was written
	}
	return true
}

func (f *feed) mark(ends []byte) []byte {
	return f.api.Secrets.Digest("api.feed", append([]byte(f.who.system.Name+"\n"), ends...))[:cursorMark]
}
