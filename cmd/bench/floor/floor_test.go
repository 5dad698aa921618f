package floor

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func open(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	err = db.Fill(t.Context(), 3, func(i int) Person {
		p := Person{Profile: Profile{ID: fmt.Sprint("person-", i), Given: "Aiko", About: "Plays."}}
		for k := range 2 {
			p.Consents = append(p.Consents, Consent{Purpose: fmt.Sprint("purpose-", k), Status: "given", Notice: "<notice>", At: 1})
		}
		return p
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// Every answer of the group must be about a row that is there.
func TestGroupWritesAll(t *testing.T) {
	db := open(t)
	h := db.Handler()
	const writers = 300
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			r := httptest.NewRequest(http.MethodPost, fmt.Sprint("/consent/person-", i), strings.NewReader(`{"purpose":"p","answer":"yes"}`))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusNoContent {
				t.Errorf("got status %d", w.Code)
			}
		})
	}
	wg.Wait()
	var n int
	if err := db.readers.QueryRowContext(t.Context(), "select count(distinct subject) from records where status = 'yes'").Scan(&n); err != nil || n != writers {
		t.Errorf("got %d rows, %v, want %d", n, err, writers)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestReads(t *testing.T) {
	db := open(t)
	defer db.Close()
	h := db.Handler()
	for path, want := range map[string]string{
		"/profile/person-1": `"given":"Aiko"`,
		"/page/person-2":    `value="&lt;notice&gt;"`,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/profile/nobody", nil))
	if w.Code < http.StatusBadRequest {
		t.Errorf("nobody: got %d", w.Code)
	}
}
