package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/once"
)

// An answer is what an endpoint returns: a status, the body as it becomes JSON,
// and what else the caller is told.
type answer struct {
	status  int
	body    any
	subject id.Subject        // whom the body is about
	header  map[string]string // nil for none
}

func ok(subject id.Subject, body any) answer {
	return answer{status: http.StatusOK, body: body, subject: subject}
}

// An endpoint answers a caller.
type endpoint func(echo.Context, *caller) (answer, error)

// serve makes a handler of an endpoint. A request that changes something and
// has an Idempotency-Key is carried out once.
func (a *API) serve(e endpoint) echo.HandlerFunc {
	return func(c echo.Context) error {
		who := callerOf(c)
		r, repeatable, err := a.request(c, who)
		if err != nil {
			return err
		}
		if !repeatable {
			kept, err := carryOut(c, who, e)
			if err != nil {
				return err
			}
			return write(c, kept)
		}
		before, err := a.Store.Begin(web.Context(c), r, a.Clock.Now())
		if err != nil {
			return err
		}
		if before != nil {
			c.Response().Header().Set("Idempotency-Replayed", "true")
			return write(c, *before)
		}
		kept, err := carryOut(c, who, e)
		if err != nil {
			// What was refused changed nothing; what failed may have.
			if errs.KindOf(err) != "" {
				return errors.Join(err, a.Store.Forget(web.Context(c), r))
			}
			return err
		}
		if err := a.Store.Keep(web.Context(c), r, kept); err != nil {
			return err
		}
		return write(c, kept)
	}
}

func carryOut(c echo.Context, who *caller, e endpoint) (once.Answer, error) {
	got, err := e(c, who)
	if err != nil {
		return once.Answer{}, err
	}
	kept := once.Answer{Status: got.status, Header: got.header, Subject: got.subject}
	if got.body == nil {
		return kept, nil
	}
	if text, is := got.body.(written); is {
		kept.Body = text
		return kept, nil
	}
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false) // this is no page, and headers have brackets
	if err := w.Encode(got.body); err != nil {
		return once.Answer{}, fmt.Errorf("write answer: %w", err)
	}
	kept.Body = b.Bytes()
	return kept, nil
}

func write(c echo.Context, a once.Answer) error {
	for name, value := range a.Header {
		c.Response().Header().Set(name, value)
	}
	if len(a.Body) == 0 {
		return c.NoContent(a.Status)
	}
	return c.JSONBlob(a.Status, a.Body)
}

// maxIdempotencyKey is the longest that a sender's key may be.
const maxIdempotencyKey = 255

// request identifies a request that may be repeated; false for one that was
// sent without a key, or that changes nothing.
func (a *API) request(c echo.Context, who *caller) (once.Request, bool, error) {
	r := c.Request()
	sent := r.Header.Values("Idempotency-Key")
	if len(sent) == 0 || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return once.Request{}, false, nil
	}
	name, err := onceName(sent)
	if err != nil {
		return once.Request{}, false, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return once.Request{}, false, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	print := sha256.Sum256(body)
	return once.Request{
		Key:   a.Secrets.Digest("api.once.key", fmt.Appendf(nil, "%s %s %s %s", who.key.ID, r.Method, c.Path(), name)),
		Print: a.Secrets.Digest("api.once.print", fmt.Appendf(nil, "%s %x", r.URL.RequestURI(), print)),
	}, true, nil
}

// onceName reads the sender's name for a request.
func onceName(sent []string) (string, error) {
	name := sent[0]
	// The draft wants a string in quotes, and most clients send it bare.
	if len(name) >= 2 && name[0] == '"' && name[len(name)-1] == '"' {
		name = name[1 : len(name)-1]
	}
	visible := !strings.ContainsFunc(name, func(r rune) bool { return r < '!' || r > '~' })
	if len(sent) > 1 || name == "" || len(name) > maxIdempotencyKey || !visible {
		return "", refusal(http.StatusBadRequest, "error.bad_idempotency_key")
	}
	return name, nil
}

// refusal is an error that has a status of its own in HTTP, with the message id
// of its detail.
func refusal(status int, message string) error { return echo.NewHTTPError(status, message) }
