package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"runtime/pprof"
	"strings"
	"time"

	"livingprofile/cmd/bench/floor"
	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
)

// The addresses of a child that are the bench's own.
const (
	control        = "/-/"
	controlUsage   = control + "usage"
	controlProfile = control + "profile"
)

// Play serves on loopback as role, over what Run laid into folder, until stdin
// ends. It is for the processes that Run starts: whoever reaches it may read
// and change everything in folder.
func Play(ctx context.Context, role Role, folder string, stdin io.Reader, stdout io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		cancel()
	}()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	switch role {
	case Product:
		return playProduct(ctx, folder, l, stdout)
	case Floor:
		return playFloor(ctx, folder, l, stdout)
	}
	return errors.Join(fmt.Errorf("no role %q", role), l.Close())
}

func playProduct(ctx context.Context, folder string, l net.Listener, stdout io.Writer) error {
	settings := installation(folder, l.Addr().String())
	settings.APIPerMinute, settings.Outbound = math.MaxInt32, []string{"127.0.0.1"}
	a, err := wire.Open(ctx, settings, clock.System{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	service, err := wire.NewService(ctx, a, wire.Options{Version: "bench"})
	if err != nil {
		return errors.Join(err, a.Close())
	}
	service.Start()
	own := &services{Service: service}
	service.HTTP.Handler = beside(own.handler(), service.Server.Handler())
	err = serve(ctx, service.HTTP, l, stdout)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return errors.Join(err, service.Stop(stopping), a.Close())
}

func playFloor(ctx context.Context, folder string, l net.Listener, stdout io.Writer) error {
	db, err := floor.Open(ctx, folder)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: beside(http.NotFoundHandler(), db.Handler()), ReadHeaderTimeout: patience}
	return errors.Join(serve(ctx, srv, l, stdout), db.Close())
}

// serve says hello and serves until ctx ends.
func serve(ctx context.Context, srv *http.Server, l net.Listener, stdout io.Writer) error {
	if err := json.NewEncoder(stdout).Encode(hello{l.Addr().String()}); err != nil {
		return errors.Join(err, l.Close())
	}
	stopped := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stopped()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// beside answers what is the bench's own, and leaves the rest to main.
func beside(own, main http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == controlUsage:
			answerUsage(w)
		case path == controlProfile:
			answerProfile(w, r)
		case strings.HasPrefix(path, control):
			own.ServeHTTP(w, r)
		default:
			main.ServeHTTP(w, r)
		}
	})
}

func answerUsage(w http.ResponseWriter) {
	u, err := use()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(u)
}

// answerProfile profiles the process over the time that is asked for: "cpu",
// or a profile that the runtime keeps, such as "allocs", at its end.
func answerProfile(w http.ResponseWriter, r *http.Request) {
	over, err := time.ParseDuration(r.FormValue("over"))
	if err != nil {
		http.Error(w, "over is no duration", http.StatusBadRequest)
		return
	}
	cpu := r.FormValue("kind") == "cpu"
	if cpu {
		if err := pprof.StartCPUProfile(w); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		defer pprof.StopCPUProfile()
	}
	select {
	case <-time.After(over):
	case <-r.Context().Done():
	}
	if kept := pprof.Lookup(r.FormValue("kind")); kept != nil {
		_ = kept.WriteTo(w, 0)
	}
}
