package health_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/health"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
)

var noon = time.Date(2026, time.March, 12, 12, 0, 0, 0, time.UTC)

// state is what a database would say.
type state struct {
	down       error
	checkpoint time.Time
	entries    int64
	unsealed   time.Time
	job        time.Time
}

func (s *state) Ready(context.Context) error { return s.down }

func (s *state) LastCheckpoint(context.Context) ([]byte, time.Time, error) {
	if s.down == nil && s.checkpoint.IsZero() {
		return nil, time.Time{}, errs.NotFound
	}
	return nil, s.checkpoint, s.down
}

func (s *state) Unsealed(context.Context) (int64, time.Time, error) {
	return s.entries, s.unsealed, s.down
}

func (s *state) Oldest(context.Context, time.Time) (time.Time, error) { return s.job, s.down }

// answer is what the page says.
type answer struct {
	Status string
	Checks map[string]struct {
		OK     bool
		Detail string
	}
}

func ask(t *testing.T, s *state) (int, answer, string) {
	t.Helper()
	h := health.New(s, clock.NewFake(noon), "1.2.3")
	w := httptest.NewRecorder()
	c := echo.New().NewContext(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil), w)
	if err := h.Ready(c); err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if (w.Code == http.StatusServiceUnavailable) != (w.Header().Get("Retry-After") != "") {
		t.Errorf("%d says %q of when to ask again", w.Code, w.Header().Get("Retry-After"))
	}
	return w.Code, a, w.Body.String()
}

func TestReady(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	for name, tc := range map[string]struct {
		state state
		wrong string // the check that fails, "" for none
	}{
		"before_the_first_entry":                   {state{}, ""},
		"when_all_is_sealed":                       {state{checkpoint: ago(time.Hour)}, ""},
		"while_the_newest_entries_wait":            {state{checkpoint: ago(6 * time.Minute), entries: 3, unsealed: ago(5 * time.Minute)}, ""},
		"when_entries_were_never_sealed":           {state{entries: 1, unsealed: ago(5*time.Minute + time.Second)}, "checkpoints"},
		"when_entries_have_waited_long":            {state{checkpoint: ago(time.Hour), entries: 9, unsealed: ago(6 * time.Minute)}, "checkpoints"},
		"while_a_job_is_due":                       {state{job: ago(5 * time.Minute)}, ""},
		"when_a_job_has_been_due_for_long":         {state{job: ago(5*time.Minute + time.Microsecond)}, "jobs"},
		"when_a_job_is_due_later":                  {state{job: noon.Add(time.Hour)}, ""},
		"when_the_database_does_not_answer":        {state{down: errors.New("dial tcp 10.0.0.1:5432: marker")}, "database"},
		"when_the_clock_is_behind_what_is_written": {state{entries: 1, unsealed: noon.Add(time.Hour)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, a, text := ask(t, &tc.state)
			want, word := http.StatusOK, "ready"
			if tc.wrong != "" {
				want, word = http.StatusServiceUnavailable, "not ready"
			}
			if status != want || a.Status != word || len(a.Checks) != 3 {
				t.Errorf("got %d %+v", status, a)
			}
			for check, result := range a.Checks {
				if bad := check == tc.wrong || tc.wrong == "database"; result.OK == bad {
					t.Errorf("%s: got %+v", check, result)
				}
			}
			if strings.Contains(text, "marker") || strings.Contains(text, "5432") {
				t.Errorf("it tells where the database is: %s", text)
			}
		})
	}
}

func TestAlive(t *testing.T) {
	h := health.New(&state{down: errors.New("down")}, clock.NewFake(noon), "1.2.3")
	w := httptest.NewRecorder()
	c := echo.New().NewContext(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil), w)
	if err := h.Alive(c); err != nil || w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"version": "1.2.3"`) {
		t.Errorf("got %d %s, %v", w.Code, w.Body, err)
	}
}
