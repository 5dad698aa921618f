package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"livingprofile/cmd/bench/floor"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// forgetting is the number of the figure about erasure.
const forgetting = "10"

// The measures of figure 10.
const (
	mostForget = 2.5 // processor time ÷ floor
	forgetters = 16  // connections
	newcomers  = 300 // who are forgotten, for each second of During
)

// forget measures what it costs to carry out an erasure that was asked for
// before. Nobody can be forgotten twice, so each round brings its own people.
func (b *bench) forget(ctx context.Context, p *people) ([]Line, error) {
	n := max(forgetters, int(newcomers*b.During.Seconds()))
	next := len(p.subjects) + len(p.visitors)
	rounds := make([]round, b.Rounds)
	for i := range rounds {
		subjects, err := b.bring(ctx, p, next, n)
		if err != nil {
			return nil, err
		}
		next += n
		measure := func(c *child, path string, into **sample) {
			if err == nil {
				*into, err = load(ctx, forgotten(c, path, subjects), forgetters, patience)
			}
		}
		if i%2 == 1 {
			measure(b.below, "/forget/", &rounds[i].below)
		}
		measure(b.product, control+"forget/", &rounds[i].ours)
		if i%2 == 0 {
			measure(b.below, "/forget/", &rounds[i].below)
		}
		if err != nil {
			return nil, err
		}
		rounds[i].alone = rounds[i].ours
	}
	if b.Profiles != "" {
		subjects, err := b.bring(ctx, p, next, 6*n)
		if err != nil {
			return nil, err
		}
		if err := b.profile(ctx, forgetting, forgotten(b.product, control+"forget/", subjects), forgetters); err != nil {
			return nil, err
		}
	}
	f := &figure{number: forgetting, asks: "forget a person", connections: forgetters, judge: judgeCPU(mostForget)}
	return f.judge(f, rounds), nil
}

// forgotten has each of subjects forgotten, once, below a path of a server.
func forgotten(c *child, path string, subjects []id.Subject) *target {
	return &target{server: c, want: http.StatusNoContent, most: int64(len(subjects)), request: func(k int64) []byte {
		return post(c, path+string(subjects[k]), "", "application/json", "")
	}}
}

// bring makes n people in both, from number from on.
func (b *bench) bring(ctx context.Context, p *people, from, n int) (subjects []id.Subject, err error) {
	_, err = b.product.post(ctx, fmt.Sprintf("%snewcomers?from=%d&n=%d", control, from, n), "", "", &subjects)
	if err != nil {
		return nil, err
	}
	all := make([]floor.Person, n)
	for i := range all {
		all[i] = p.as(subjects[i], from+i, fewConsents, time.Now())
	}
	body, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+b.below.address+"/people", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusNoContent {
		err = fmt.Errorf("bring people: status %d", res.StatusCode)
	}
	return subjects, errors.Join(err, res.Body.Close())
}

// postNewcomers brings people in who want to be forgotten, on a day that is far
// away, and answers with their ids.
func (s *services) postNewcomers(c echo.Context) error {
	from, err := strconv.Atoi(c.QueryParam("from"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.QueryParam("n"))
	if err != nil {
		return err
	}
	all := make([]id.Subject, n)
	g, ctx := errgroup.WithContext(c.Request().Context())
	g.SetLimit(enterAtOnce)
	for i := range all {
		g.Go(func() (err error) {
			if all[i], err = enter(ctx, s.App, from+i, false); err != nil {
				return err
			}
			now := s.Clock.Now()
			r, _, err := s.Rights.File(ctx, rights.Filing{
				Subject: all[i], Actor: ledger.Self(all[i]), Kind: rights.Erasure, Brand: brandName, Locale: locale, Zone: time.UTC,
				Pack: s.Laws.For("JP", now), Matter: rights.Matter{Days: rights.MaxCooling}, Proof: rights.Proof{Method: "link", Fresh: true, At: now},
			})
			s.asked.Store(all[i], r)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, all)
}

// postForget carries out what a newcomer asked for.
func (s *services) postForget(c echo.Context) error {
	asked, ok := s.asked.LoadAndDelete(id.Subject(c.Param("id")))
	r, is := asked.(rights.Request)
	if !ok || !is {
		return echo.ErrNotFound
	}
	if err := s.Forget(c.Request().Context(), r); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
