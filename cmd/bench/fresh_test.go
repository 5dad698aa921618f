package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"livingprofile/internal/testkit"
)

// TestFreshAcross measures processes that share a database. It is short: what a
// process may still say, and for how long, is for package decision to prove.
func TestFreshAcross(t *testing.T) {
	if _, err := use(); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("SKIPPED: the bench measures on Linux only")
	}
	b := &bench{Options: Options{Postgres: testkit.Postgres(t), Child: self(t)}.withDefaults(), folder: filepath.Join(t.TempDir(), "people")}
	line, err := b.freshAcross(t.Context(), 3)
	if err != nil || line.Errors > 0 || line.Value <= 0 || line.Floor <= 0 {
		t.Errorf("got %+v, %v", line, err)
	}
}

// TestSeen: the process that made a change has to answer by it at once, and the
// others are asked until they do.
func TestSeen(t *testing.T) {
	// says answers no so many times, and yes since.
	says := func(old int64) *child {
		var asked atomic.Int64
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"decisions":[{"allow":%t}]}`, asked.Add(1) > old)
		}))
		t.Cleanup(s.Close)
		return &child{address: strings.TrimPrefix(s.URL, "http://")}
	}
	by := says(0)
	for name, all := range map[string][]*child{"alone": {by}, "others_follow": {by, says(0), says(3)}} {
		if _, err := (&inquiry{allow: true, once: len(all) == 1}).seen(t.Context(), by, all); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	old := says(1)
	if _, err := (&inquiry{allow: true, once: true}).seen(t.Context(), old, []*child{old}); !errors.Is(err, errStale) {
		t.Errorf("an old answer of the one that knows: got %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := (&inquiry{allow: true}).seen(ended, by, []*child{by, says(1 << 40)}); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: got %v", err)
	}
}
