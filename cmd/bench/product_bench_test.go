package bench

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"livingprofile/cmd/bench/floor"
	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
)

// A stand has product and floor in this process, without a network between.
type stand struct {
	*people
	product, floor http.Handler
}

// newStand settles n people and visitors besides.
func newStand(tb testing.TB, n, visitors int) *stand {
	tb.Helper()
	folder := tb.TempDir()
	p, err := settle(tb.Context(), folder, n, visitors)
	if err != nil {
		tb.Fatal(err)
	}
	db, err := floor.Open(tb.Context(), folder)
	if err != nil {
		tb.Fatal(err)
	}
	a, err := wire.Open(tb.Context(), wire.Settings{Database: folder, BaseURL: "http://127.0.0.1", APIPerMinute: math.MaxInt32}, clock.System{},
		slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		tb.Fatal(err)
	}
	service, err := wire.NewService(tb.Context(), a, wire.Options{Version: "bench"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close floor: %v", err)
		}
		if err := a.Close(); err != nil {
			tb.Errorf("close product: %v", err)
		}
	})
	return &stand{p, beside((&services{Service: service}).handler(), service.Server.Handler()), db.Handler()}
}

// ask answers a request as it would come over a connection.
func (s *stand) ask(tb testing.TB, h http.Handler, request []byte) *httptest.ResponseRecorder {
	tb.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	if err != nil {
		tb.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// answer is ask for a request that must be answered with want.
func (s *stand) answer(tb testing.TB, h http.Handler, request []byte, want int) *httptest.ResponseRecorder {
	tb.Helper()
	w := s.ask(tb, h, request)
	if w.Code != want {
		tb.Fatalf("got status %d, want %d: %s", w.Code, want, w.Body)
	}
	return w
}

// BenchmarkAnswer is what an answer takes of the processor and the allocator,
// for the profiler. On a busy machine the time of the processor says more than
// that of the clock.
func BenchmarkAnswer(b *testing.B) {
	s := newStand(b, 1000, mostVisitors)
	ours, floors := s.targets(&child{}, &child{})
	for _, name := range []string{decideOne, decideMany, recordConsent, readProfile, showPage, answerOnPage} {
		for side, t := range map[string]*target{"product": ours[name], "floor": floors[name]} {
			h := map[string]http.Handler{"product": s.product, "floor": s.floor}[side]
			b.Run(name+"/"+side, func(b *testing.B) {
				b.ReportAllocs()
				before, err := use()
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					s.answer(b, h, t.request(t.asked.Add(1)-1), t.want)
				}
				after, err := use()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(after.CPU-before.CPU)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}
