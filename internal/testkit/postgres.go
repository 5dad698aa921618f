// Package testkit gives tests what they share: a private PostgreSQL, open
// stores on both engines, and a whole server on a temporary database.
package testkit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"livingprofile/internal/id"
)

// PostgresEnv names the variable with the address of a server to use instead
// of a private one. Its user must be allowed to create databases.
const PostgresEnv = "LIVINGPROFILE_TEST_POSTGRES"

// RequireEnv names the variable that turns "skipped, for PostgreSQL is not
// installed" into a failure. CI sets it.
const RequireEnv = "LIVINGPROFILE_TEST_REQUIRE_ALL"

var _ = stdlib.GetDefaultDriver // registers "pgx"

// A cluster is a PostgreSQL server in a folder.
type cluster struct {
	once sync.Once
	url  string
	err  error
	dir  string
	// process is a shell that ends the server and deletes its folder when life
	// is closed, which also happens when the test binary dies.
	process *exec.Cmd
	life    io.Closer
}

// private is of this test binary alone, common of all in the run.
var private, common cluster

// Main runs the tests of a package and ends what they started to share: the
// private PostgreSQL and whatever is Lasting. Call it from TestMain.
func Main(m *testing.M) int {
	code := atEnd.run(m.Run())
	private.stop()
	return code
}

// Postgres returns the address of an empty database, which is dropped when the
// test ends.
func Postgres(tb testing.TB) string {
	tb.Helper()
	if server := server(tb); server != "" {
		return createDatabase(tb, server)
	}
	address, _ := PrivatePostgres(tb)
	return address
}

// server returns the address of a server that is not of this test binary alone;
// "" for none.
func server(tb testing.TB) string {
	tb.Helper()
	if address := os.Getenv(PostgresEnv); address != "" {
		return address
	}
	common.once.Do(func() {
		common.dir, common.err = onceARun("postgres", func(folder string) error {
			c := cluster{dir: folder}
			if err := c.start(waitForFolder); err != nil {
				return err
			}
			return os.WriteFile(folder+".url", []byte(c.url), 0o600)
		})
		if common.err == nil && common.dir != "" {
			var address []byte
			address, common.err = os.ReadFile(common.dir + ".url")
			common.url = string(address)
		}
	})
	if common.err != nil {
		Missing(tb, "PostgreSQL", common.err)
	}
	return common.url
}

// PrivatePostgres is Postgres on the server of this test binary's own, whatever
// the environment says, and returns where that server keeps its files.
func PrivatePostgres(tb testing.TB) (address, folder string) {
	tb.Helper()
	private.once.Do(func() {
		if private.dir, private.err = os.MkdirTemp("", "livingprofile-pg-"); private.err == nil {
			private.err = private.start(waitForInput)
		}
	})
	if private.err != nil {
		Missing(tb, "PostgreSQL", private.err)
	}
	return createDatabase(tb, private.url), private.data()
}

// Missing skips a test that needs something the machine does not have, out
// loud, or fails it where RequireEnv asks for everything.
func Missing(tb testing.TB, what string, why error) {
	tb.Helper()
	if os.Getenv(RequireEnv) != "" {
		tb.Fatalf("%s is required here: %v", what, why)
	}
	tb.Skipf("SKIPPED for want of %s: %v", what, why)
}

func createDatabase(tb testing.TB, server string) string {
	tb.Helper()
	return makeDatabase(tb, server, "template0")
}

// copyDatabase returns the address of a copy of the database at address, to
// which nobody is connected.
func copyDatabase(tb testing.TB, address string) string {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	template := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	return makeDatabase(tb, u.String(), template)
}

func makeDatabase(tb testing.TB, server, template string) string {
	tb.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		tb.Fatal(err)
	}
	name := "test_" + id.New()
	Eventually(tb, "a new database", func() (string, bool) {
		_, err := db.ExecContext(tb.Context(), "create database "+name+" template "+template)
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == "55006" {
			return "", false // whoever made the template is still leaving
		}
		if err != nil {
			tb.Fatalf("create database: %v", err)
		}
		return name, true
	})
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if _, err := db.ExecContext(ctx, "drop database "+name+" with (force)"); err != nil {
			tb.Errorf("drop database: %v", err)
		}
		db.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// guard runs its arguments until what it waits for is over, then ends them at
// once and deletes the folder $0.
const guard = `"$@" </dev/null & server=$!
%s
kill -QUIT $server
wait $server
rm -rf "$0"`

// What a guard waits for: that whoever started it has ended, or that its folder
// is gone.
const (
	waitForInput  = `read -r _`
	waitForFolder = `while [ -d "$0" ]; do sleep 1; done`
)

// start makes a cluster in its folder and waits until it answers. The tests
// kill programs and never the server, so it need not sync; databases of a minute
// need no vacuum, and queries on a few rows no compiler.
func (c *cluster) start(wait string) error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	as, err := asUser(c.dir)
	if err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", c.data(), "-U", "test", "-A", "trust",
		"--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	initdb.SysProcAttr, initdb.Dir = as, c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	c.process = exec.Command("sh", "-c", fmt.Sprintf(guard, wait), c.dir,
		filepath.Join(bin, "postgres"), "-D", c.data(), "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=400",
		"-c", "log_min_messages=fatal",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off", "-c", "jit=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0")
	c.process.SysProcAttr, c.process.Dir = as, "/"
	if c.life, err = c.process.StdinPipe(); err != nil {
		return err
	}
	if err := c.process.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	c.url = fmt.Sprintf("postgres://test@127.0.0.1:%d/postgres?sslmode=disable", port)
	return awaitPostgres(c.url)
}

func (c *cluster) stop() {
	if c.life != nil {
		_ = c.life.Close()
		_ = c.process.Wait()
	}
	if c.dir != "" {
		_ = os.RemoveAll(c.dir)
	}
}

// binaries finds the server's programs, which Debian keeps out of the path.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("PostgreSQL is not installed")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// asUser gives the folder to the user postgres when the tests run as root,
// which the server refuses.
func asUser(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func awaitPostgres(address string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close()
	deadline := time.Now().Add(30 * time.Second)
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		if err = db.Ping(); err == nil {
			tick.Stop()
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		}
	}
}
