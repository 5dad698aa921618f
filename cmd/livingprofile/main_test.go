package main

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"livingprofile/internal/demo"
	"livingprofile/internal/testkit"
)

func TestMain(m *testing.M) {
	testscript.Main(withPostgres{m}, map[string]func(){
		"livingprofile": func() { os.Exit(Main()) },
		"fetch":         func() { os.Exit(fetch(os.Args[1:])) },
		"await":         func() { os.Exit(await(os.Args[1:])) },
		"slow":          func() { os.Exit(slow(os.Args[1:])) },
		"sql":           func() { os.Exit(query(os.Args[1:])) },
		"exports":       func() { os.Exit(exports(os.Args[1:])) },
		"report":        func() { os.Exit(report(os.Args[1:])) },
		"json":          func() { os.Exit(extract(os.Args[1:])) },
		"secretless":    func() { os.Exit(secretless(os.Args[1:])) },
		"keyid":         func() { os.Exit(keyID(os.Args[1:])) },
		"revoke":        func() { os.Exit(revoke(os.Args[1:])) },
	})
}

// withPostgres ends the private PostgreSQL that tests may have started.
type withPostgres struct{ m *testing.M }

func (w withPostgres) Run() int { return testkit.Main(w.m) }

// Each script is what an operator types at one command, from its help to its
// last error.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", Setup: setup, Cmds: commands(), RequireExplicitExec: true,
	})
}

// The same program on PostgreSQL. DB is an empty database.
func TestScriptsOnPostgres(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/postgres/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		t.Run(filepath.Base(script), func(t *testing.T) {
			t.Parallel()
			address := testkit.Postgres(t)
			testscript.Run(t, testscript.Params{
				Files: []string{script}, Cmds: commands(), RequireExplicitExec: true,
				Setup: func(env *testscript.Env) error {
					env.Setenv("DB", address)
					return setup(env)
				},
			})
		})
	}
}

// setup gives a script the demo's declaration and addresses that are free.
func setup(env *testscript.Env) error {
	for _, name := range []string{"ADDR", "ADDR2"} {
		address, err := free()
		if err != nil {
			return err
		}
		env.Setenv(name, address)
	}
	_, port, err := net.SplitHostPort(env.Getenv("ADDR"))
	if err != nil {
		return err
	}
	env.Setenv("PORT", port)
	env.Setenv("COLUMNS", strconv.Itoa(200))
	for name, data := range map[string][]byte{
		"organisation.yaml": demo.File(),
		// Files in other character sets, which a script cannot hold.
		"sjis.csv":     []byte("email,name\naiko@example.com,\x8d\xb2\x93\xa1 \x88\xa4\x8eq\n"),
		"cyrillic.csv": []byte("email,given_name\nivan@example.com,\xc8\xe2\xe0\xed\n"),
	} {
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// commands are what scripts can do beside running programs. term tells the
// server that runs in the background to stop, as a service manager does.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"term": func(ts *testscript.TestScript, _ bool, _ []string) {
			for _, c := range ts.BackgroundCmds() {
				if filepath.Base(c.Path) == "livingprofile" {
					ts.Check(c.Process.Signal(syscall.SIGTERM))
				}
			}
		},
	}
}
