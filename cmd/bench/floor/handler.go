package floor

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// Handler answers the floor's addresses:
//
//	GET  /profile/ID   one indexed row as JSON
//	POST /consent/ID   one durable row, in a group commit
//	GET  /page/ID      forty rows as a page
//	GET  /export/ID    the row and the forty as JSON
//	POST /told/ID      one durable row, then a signed body, then another row
//	POST /decisions    what may be done, from memory
//	POST /people       people as they are posted
//	POST /forget/ID    a person gone, in a group commit
//	GET  /alive        nothing
func (db *DB) Handler() http.Handler {
	e := echo.New()
	e.GET("/alive", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	e.GET("/profile/:id", db.getProfile)
	e.POST("/consent/:id", db.postConsent)
	e.GET("/page/:id", db.getPage)
	e.GET("/export/:id", db.getExport)
	e.POST("/decisions", db.postDecisions)
	e.POST("/told/:id", db.postTold)
	e.POST("/people", db.postPeople)
	e.POST("/forget/:id", db.postForget)
	return e
}

func (db *DB) getProfile(c echo.Context) error {
	p, err := db.readProfile(detached(c), c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}

// A decision is what is posted.
type decision struct {
	Purpose string `json:"purpose"`
	Answer  string `json:"answer"`
}

func (db *DB) postConsent(c echo.Context) error {
	var d decision
	if err := c.Bind(&d); err != nil {
		return err
	}
	if err := db.group.do(c.Param("id"), d.Purpose, d.Answer, time.Now().UnixMicro()); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (db *DB) postPeople(c echo.Context) error {
	var people []Person
	if err := c.Bind(&people); err != nil {
		return err
	}
	if err := db.Fill(c.Request().Context(), len(people), func(i int) Person { return people[i] }); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (db *DB) postForget(c echo.Context) error {
	if err := db.forgets.do(c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// An export is all that there is of a person.
type export struct {
	Profile  Profile   `json:"profile"`
	Consents []Consent `json:"consents"`
}

func (db *DB) getExport(c echo.Context) error {
	var all export
	var err error
	if all.Profile, err = db.readProfile(detached(c), c.Param("id")); err != nil {
		return err
	}
	if all.Consents, err = db.readConsents(detached(c), c.Param("id")); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, all)
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (db *DB) getPage(c echo.Context) error {
	rows, err := db.readConsents(detached(c), c.Param("id"))
	if err != nil {
		return err
	}
	b, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := page(rows).Render(c.Request().Context(), b); err != nil {
		return err
	}
	return c.HTMLBlob(http.StatusOK, b.Bytes())
}

// detached keeps the driver from starting a goroutine that waits for the end
// of the request.
func detached(c echo.Context) context.Context { return context.WithoutCancel(c.Request().Context()) }
