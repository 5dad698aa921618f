package testkit

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
)

// A mould is a seeded installation on SQLite, of which sites are copies: the
// seed is made once for each test binary.
type mould struct {
	once   sync.Once
	folder string // "" when it could not be made
}

type mouldKey struct {
	people int
	at     time.Time // zero for the machine's clock
}

var moulds sync.Map // of *mould by mouldKey

// cast fills folder with a copy of the installation that o asks for.
func cast(tb testing.TB, o SiteOptions, folder string) {
	tb.Helper()
	key := mouldKey{people: o.People}
	if _, machine := o.Clock.(clock.System); !machine {
		key.at = o.Clock.Now()
	}
	stored, _ := moulds.LoadOrStore(key, new(mould))
	m := stored.(*mould) //nolint:forcetypeassert // nothing else is stored
	m.once.Do(func() { m.make(Lasting(tb), o) })
	if m.folder == "" {
		tb.Fatal("the installation to copy could not be made")
	}
	if err := os.CopyFS(folder, os.DirFS(m.folder)); err != nil {
		tb.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(folder, "master.json"), 0o600); err != nil {
		tb.Fatal(err)
	}
}

func (m *mould) make(tb testing.TB, o SiteOptions) {
	tb.Helper()
	folder := tb.TempDir()
	a, err := wire.Open(tb.Context(), wire.Settings{Database: folder}, o.Clock, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		tb.Fatal(err)
	}
	if err := a.Seed(tb.Context(), tb.TempDir(), o.People); err != nil {
		tb.Fatal(err)
	}
	if err := a.Close(); err != nil {
		tb.Fatal(err)
	}
	m.folder = folder
}
