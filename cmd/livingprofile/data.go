package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
)

// Data says where the installation is. It is common to all commands.
type Data struct {
	Database        string `help:"Folder of the embedded database, or a postgres:// address; by default ./data." default:"./data" env:"LIVINGPROFILE_DATABASE" placeholder:"PATH|URL"`
	DatabaseSecret  string `name:"database-password-file" help:"File with the password of the PostgreSQL address." env:"LIVINGPROFILE_DATABASE_PASSWORD_FILE" placeholder:"FILE"`
	KeyDatabase     string `help:"Where the data keys are kept, apart from the data; by default keys.db in the folder, or the schema keystore." env:"LIVINGPROFILE_KEY_DATABASE" placeholder:"PATH|URL"`
	KeyDatabaseSafe string `name:"key-database-password-file" help:"File with the password of the key store's PostgreSQL address." env:"LIVINGPROFILE_KEY_DATABASE_PASSWORD_FILE" placeholder:"FILE"`
	Files           string `help:"Folder for the files of an installation on PostgreSQL." default:"./data" env:"LIVINGPROFILE_FILES" placeholder:"PATH"`
	MasterKey       string `help:"File of the master key; by default master.json in the folder." env:"LIVINGPROFILE_MASTER_KEY" placeholder:"FILE"`
	Erasures        string `help:"File that lists erasures, so that a backup cannot bring them back; best on another machine." env:"LIVINGPROFILE_ERASURES" placeholder:"FILE"`
	Exchange        string `help:"Folder through which files are exchanged with systems." env:"LIVINGPROFILE_EXCHANGE" placeholder:"FOLDER"`
	Checkpoints     string `help:"File that signed checkpoints are copied to; best on another machine." env:"LIVINGPROFILE_CHECKPOINTS" placeholder:"FILE"`
	Laws            string `help:"Folder of your own law packs, which come before those of the product." env:"LIVINGPROFILE_LAWS" placeholder:"PATH"`
	Connections     int    `help:"Connections to PostgreSQL at most." default:"16" env:"LIVINGPROFILE_CONNECTIONS"`
	LogLevel        string `help:"Least level that is logged: debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"LIVINGPROFILE_LOG_LEVEL"`
}

// defaultDatabase is where the data is when nobody says.
const defaultDatabase = "./data"

// AfterApply puts the passwords into the addresses.
func (d *Data) AfterApply() error {
	for _, a := range []struct {
		address    *string
		file, flag string
	}{
		{&d.Database, d.DatabaseSecret, "--database"},
		{&d.KeyDatabase, d.KeyDatabaseSafe, "--key-database"},
	} {
		if a.file == "" {
			continue
		}
		u, err := url.Parse(*a.address)
		if err != nil || u.Host == "" || !onPostgres(*a.address) {
			// The error of url.Parse would repeat the address.
			return fmt.Errorf("%s-password-file needs a postgres:// address as %s", a.flag, a.flag)
		}
		secret, err := readSecret(a.file)
		if err != nil {
			return fmt.Errorf("password of %s: %w", a.flag, err)
		}
		u.User = url.UserPassword(u.User.Username(), secret)
		*a.address = u.String()
	}
	return nil
}

// readSecret returns what a file holds, without the line feed at its end.
func readSecret(file string) (string, error) {
	secret, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return "", err
	}
	text := strings.TrimRight(string(secret), "\r\n")
	if text == "" {
		return "", fmt.Errorf("%s is empty", file)
	}
	return text, nil
}

func onPostgres(address string) bool { return strings.Contains(address, "://") }

func (d *Data) settings() wire.Settings {
	s := wire.Settings{
		Database: d.Database, Keys: d.KeyDatabase, Master: d.MasterKey, Checkpoints: d.Checkpoints, Erasures: d.Erasures,
		Exchange: d.Exchange, Laws: d.Laws,
		Connections: d.Connections,
	}
	if onPostgres(d.Database) {
		s.Folder = d.Files
	}
	return s
}

// logger writes JSON, one line an event, to w.
func (d *Data) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(d.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// open opens the installation for a command, and makes it where there is none.
func (d *Data) open(ctx context.Context, env *environment) (*wire.App, error) {
	return d.openWith(ctx, env, d.settings())
}

// openWith is open with other settings. A master key that was made just now is
// worth a loud word: without its copy nothing can be read again.
func (d *Data) openWith(ctx context.Context, env *environment, s wire.Settings) (*wire.App, error) {
	had := s.Exists()
	a, err := wire.Open(ctx, s, clock.System{}, d.logger(env.stderr))
	if !had && s.Exists() { // also when what came after it failed
		fmt.Fprintf(env.stderr, newMasterWords, s.MasterPath())
	}
	return a, err
}

// existing opens the installation for a command that works on one. It makes
// none: of a folder that is misspelt an empty one would say that all is well.
func (d *Data) existing(ctx context.Context, env *environment) (*wire.App, error) {
	s := d.settings()
	if !s.Exists() && !s.Keyless() {
		return nil, fmt.Errorf("there is no installation here: %s is missing. Name the right place with --database, or make a new one with: livingprofile migrate", s.MasterPath())
	}
	return d.open(ctx, env)
}

const newMasterWords = `
*** A new master key was made: %s
*** Copy it to a safe place now, apart from the data. Whoever loses it can
*** never read the data again; whoever has it and the data can read all.

`
