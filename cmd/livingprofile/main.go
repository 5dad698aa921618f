// Command livingprofile is a self-hosted preference center: people see,
// correct, take away, freeze and erase the data an organisation holds about
// them, and decide per purpose what may be done with it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"livingprofile/internal/config"
	"livingprofile/internal/intake"
)

// version is set when a release is built.
var version = "development"

// A program is all commands and what they have in common.
type program struct {
	Config kong.ConfigFlag `help:"Read settings from this YAML file; its keys are the long names of the flags." env:"LIVINGPROFILE_CONFIG" placeholder:"FILE"`

	Data

	Serve    serveCmd    `cmd:"" help:"Serve the portal."`
	Demo     demoCmd     `cmd:"" help:"Serve a made-up organisation with some hundred people, to try everything."`
	Check    checkCmd    `cmd:"" help:"Check the configuration and the law packs, and start nothing."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database and the key store up to date, and stop."`
	Apply    applyCmd    `cmd:"" help:"Create or change the organisation from a file."`
	Declared declaredCmd `cmd:"" help:"Write what is declared to a file, with what was changed in the console."`
	Import   importCmd   `cmd:"" help:"Bring people in from a file of a source system."`
	Keys     keysCmd     `cmd:"" help:"Create and rotate the master key."`
	APIKey   apikeyCmd   `cmd:"" name:"apikey" help:"Create, list and revoke API keys."`
	Staff    staffCmd    `cmd:"" help:"Invite, list and disable staff members."`
	Hooks    hooksCmd    `cmd:"" help:"See and steer what connected systems are told."`
	Verify   verifyCmd   `cmd:"" help:"Verify the whole ledger and name the first bad entry of each lane."`
	Bench    benchCmd    `cmd:"" help:"Measure this machine: what the product costs beside the least it could."`
	Routes   routesCmd   `cmd:"" help:"Print the whole surface as JSON: method, path, permission."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// An environment is what a command may touch of the world.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

func main() { os.Exit(Main()) }

// Main is the program, to the exit status.
func Main() int {
	if err := config.DropEmpty(); err != nil {
		fmt.Fprintln(os.Stderr, "livingprofile:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:], &environment{os.Stdin, os.Stdout, os.Stderr})
}

// run does one command and returns the exit status: 0 for done, 1 for not, 2
// for words that are no command.
func run(ctx context.Context, args []string, env *environment) int {
	var p program
	status := -1
	parser, err := kong.New(&p,
		kong.Name("livingprofile"),
		kong.Description("A self-hosted preference center.\n\nA flag with a variable behind it can be set in the environment, and every flag in the\nfile that --config names. The command line counts before the environment, and the\nenvironment before the file."),
		kong.Configuration(config.Load),
		kong.Writers(env.stdout, env.stderr),
		kong.Exit(func(code int) { status = code }),
		kong.Vars{"maps": strings.Join(intake.Maps(), ", "), "roles": roles()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(env, &p.Data),
	)
	if err != nil {
		fmt.Fprintln(env.stderr, "livingprofile:", err)
		return 2
	}
	if len(args) == 0 {
		_, _ = parser.Parse([]string{"--help"})
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
	for _, name := range config.Unknown(parser.Model, os.Environ()) {
		fmt.Fprintf(env.stderr, "livingprofile: %s is no setting, and was left out\n", name)
	}
	if err := command.Run(); err != nil {
		var quiet silent
		if !errors.As(err, &quiet) {
			fmt.Fprintln(env.stderr, sentence(err))
		}
		return 1
	}
	return 0
}

// A silent error ends the program with status 1 and says nothing more: the
// command has said it.
type silent struct{ error }
