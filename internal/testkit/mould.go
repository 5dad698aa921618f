package testkit

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
	"livingprofile/store"
)

// A mould is an installation of which others are copies: what takes long, the
// schema and the demo's people, is made once for each test binary, or for all
// of a run.
type mould struct {
	once    sync.Once
	folder  string // of the master key, and on SQLite of the databases
	address string // of the database; "" when the mould could not be made
}

type mouldKey struct {
	engine Engine
	people int       // 0 for a schema and nothing else
	at     time.Time // when the people were made; zero for the machine's clock
}

func (k mouldKey) String() string { return fmt.Sprintf("%s-%d-%d", k.engine, k.people, k.at.Unix()) }

var moulds sync.Map // of *mould by mouldKey

// schemaOnly returns the address of a database that is up to date and empty.
func schemaOnly(tb testing.TB, e Engine) string {
	tb.Helper()
	address, _ := cast(tb, mouldKey{engine: e}, func(tb testing.TB, m *mould) error {
		return store.Migrate(tb.Context(), store.Options{Database: m.address})
	})
	return address
}

// seeded returns the address and the folder of an installation with the demo's
// people in it.
func seeded(tb testing.TB, o SiteOptions) (address, folder string) {
	tb.Helper()
	key := mouldKey{engine: o.Engine, people: o.People}
	if _, machine := o.Clock.(clock.System); !machine {
		key.at = o.Clock.Now()
	}
	return cast(tb, key, func(tb testing.TB, m *mould) error {
		s := wire.Settings{Database: m.address, Folder: m.folder}
		a, err := wire.Open(tb.Context(), s, o.Clock, slog.New(slog.NewTextHandler(io.Discard, nil)))
		if err != nil {
			return err
		}
		if err := a.Seed(tb.Context(), tb.TempDir(), o.People); err != nil {
			return err
		}
		return a.Close()
	})
}

// pour makes the mould in a folder.
func (m *mould) pour(tb testing.TB, key mouldKey, folder string, make func(testing.TB, *mould) error) error {
	tb.Helper()
	made := &mould{folder: folder, address: folder}
	if key.engine == OnPostgres {
		made.address = Postgres(tb)
	}
	if err := make(tb, made); err != nil {
		return err
	}
	m.folder, m.address = made.folder, made.address
	return nil
}

// cast copies the mould of key, which make fills when it is the first.
func cast(tb testing.TB, key mouldKey, make func(testing.TB, *mould) error) (address, folder string) {
	tb.Helper()
	stored, _ := moulds.LoadOrStore(key, new(mould))
	m := stored.(*mould) //nolint:forcetypeassert // nothing else is stored
	m.once.Do(func() {
		folder, err := onceARun(key.String(), func(folder string) error {
			if err := m.pour(outliving{tb}, key, folder, make); err != nil {
				return err
			}
			return os.WriteFile(folder+".address", []byte(m.address), 0o600)
		})
		switch {
		case err != nil:
		case folder == "":
			tb := Lasting(tb)
			err = m.pour(tb, key, tb.TempDir(), make)
		default:
			var address []byte
			address, err = os.ReadFile(folder + ".address")
			m.folder, m.address = folder, string(address)
		}
		if err != nil {
			tb.Fatal(err)
		}
	})
	if m.address == "" {
		tb.Fatal("the installation to copy could not be made")
	}
	folder = tb.TempDir()
	if err := os.CopyFS(folder, os.DirFS(m.folder)); err != nil {
		tb.Fatal(err)
	}
	if master := filepath.Join(folder, "master.json"); key.people > 0 {
		if err := os.Chmod(master, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	if key.engine == OnPostgres {
		return copyDatabase(tb, m.address), folder
	}
	return folder, folder
}
