// Command livingprofile is a self-hosted preference center: people see,
// correct, take away, freeze and erase the data an organisation holds about
// them, and decide per purpose what may be done with it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
	"livingprofile/internal/config"
	"livingprofile/internal/intake"
)

// version is set when a release is built.
var version = "development"

// A program is all commands and what they have in common.
type program struct {
	Config kong.ConfigFlag `help:"Read settings from this YAML file; its keys are the long names of the flags." placeholder:"FILE"`

	Data

	Serve   serveCmd   `cmd:"" help:"Serve the portal."`
	Demo    demoCmd    `cmd:"" help:"Serve a made-up organisation with some hundred people, to try everything."`
	Migrate migrateCmd `cmd:"" help:"Bring the database and the key store up to date, and stop."`
	Apply   applyCmd   `cmd:"" help:"Create or change the organisation from a file."`
	Import  importCmd  `cmd:"" help:"Bring people in from a file of a source system."`
	Keys    keysCmd    `cmd:"" help:"Create and rotate the master key."`
	APIKey  apikeyCmd  `cmd:"" name:"apikey" help:"Create, list and revoke API keys."`
	Verify  verifyCmd  `cmd:"" help:"Verify the whole ledger and name the first bad entry of each lane."`
	Bench   benchCmd   `cmd:"" help:"Measure this machine: what the product costs beside the least it could."`
	Routes  routesCmd  `cmd:"" help:"Print the whole surface as JSON: method, path, permission."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// Data says where the installation is. It is common to all commands.
type Data struct {
	Database    string `help:"Folder of the embedded database, or a postgres:// address." default:"./data" env:"LIVINGPROFILE_DATABASE" placeholder:"PATH|URL"`
	KeyDatabase string `help:"Where the data keys are kept, apart from the data; by default keys.db in the folder, or the schema keystore." env:"LIVINGPROFILE_KEY_DATABASE" placeholder:"PATH|URL"`
	Files       string `help:"Folder for the files of an installation on PostgreSQL." default:"./data" env:"LIVINGPROFILE_FILES" placeholder:"PATH"`
	MasterKey   string `help:"File of the master key; by default master.json in the folder." env:"LIVINGPROFILE_MASTER_KEY" placeholder:"FILE"`
	Checkpoints string `help:"File that signed checkpoints are copied to; best on another machine." env:"LIVINGPROFILE_CHECKPOINTS" placeholder:"FILE"`
	Connections int    `help:"Connections to PostgreSQL at most." default:"16" env:"LIVINGPROFILE_CONNECTIONS"`
	LogLevel    string `help:"Least level that is logged: debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"LIVINGPROFILE_LOG_LEVEL"`
}

func (d *Data) settings() wire.Settings {
	s := wire.Settings{
		Database: d.Database, Keys: d.KeyDatabase, Master: d.MasterKey, Checkpoints: d.Checkpoints,
		Connections: d.Connections,
	}
	if strings.Contains(d.Database, "://") {
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

// open opens the installation for a command. A master key that was made just
// now is worth a loud word: without its copy nothing can be read again.
func (d *Data) open(ctx context.Context, env *environment) (*wire.App, error) {
	return d.openWith(ctx, env, d.settings())
}

func (d *Data) openWith(ctx context.Context, env *environment, s wire.Settings) (*wire.App, error) {
	a, err := wire.Open(ctx, s, clock.System{}, d.logger(env.stderr))
	if err == nil && a.NewMaster {
		fmt.Fprintf(env.stderr, newMasterWords, s.MasterPath())
	}
	return a, err
}

const newMasterWords = `
*** A new master key was made: %s
*** Copy it to a safe place now, apart from the data. Whoever loses it can
*** never read the data again; whoever has it and the data can read all.

`

// An environment is what a command may touch of the world.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], &environment{os.Stdin, os.Stdout, os.Stderr}))
}

// run does one command and returns the exit status: 0 for done, 1 for not, 2
// for words that are no command.
func run(ctx context.Context, args []string, env *environment) int {
	var p program
	status := -1
	parser, err := kong.New(&p,
		kong.Name("livingprofile"),
		kong.Description("A self-hosted preference center.\n\nEvery flag can also be set in the environment (LIVINGPROFILE_…) or in a configuration file."),
		kong.Configuration(config.Load),
		kong.Writers(env.stdout, env.stderr),
		kong.Exit(func(code int) { status = code }),
		kong.Vars{"maps": strings.Join(intake.Maps(), ", ")},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(env, &p.Data),
	)
	if err != nil {
		fmt.Fprintln(env.stderr, "livingprofile:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if status >= 0 { // help was asked for and printed
		return status
	}
	if err != nil {
		fmt.Fprintln(env.stderr, "livingprofile:", err)
		fmt.Fprintln(env.stderr, "Try: livingprofile --help")
		return 2
	}
	if err := command.Run(); err != nil {
		var quiet silent
		if !errors.As(err, &quiet) {
			fmt.Fprintln(env.stderr, "livingprofile:", err)
		}
		return 1
	}
	return 0
}

// A silent error ends the program with status 1 and says nothing more: the
// command has said it.
type silent struct{ error }
