package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"livingprofile/cmd/wire"
	"livingprofile/handlers"
	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/ledger"
)

type versionCmd struct{}

func (versionCmd) Help() string { return "Example:\n  livingprofile version" }

// Run prints the version.
func (versionCmd) Run(env *environment) error {
	_, err := fmt.Fprintln(env.stdout, version)
	return err
}

type migrateCmd struct{}

func (migrateCmd) Help() string {
	return "Example:\n  livingprofile --database postgres://app@db/profile migrate"
}

// Run opens the installation, which migrates it.
func (migrateCmd) Run(ctx context.Context, env *environment, d *Data) error {
	a, err := d.open(ctx, env)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, "Database and key store are up to date.")
	return a.Close()
}

type routesCmd struct{}

func (routesCmd) Help() string { return "Example:\n  livingprofile routes | jq '.[].path'" }

// Run prints the routes of a server over an empty installation, which is thrown
// away: the surface does not depend on the data.
func (routesCmd) Run(ctx context.Context, env *environment) error {
	dir, err := os.MkdirTemp("", "livingprofile-routes-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	a, err := wire.Open(ctx, wire.Settings{Database: dir, BaseURL: "http://localhost"}, clock.System{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	service, err := wire.NewService(ctx, a, wire.Options{Version: version})
	if err == nil {
		out := json.NewEncoder(env.stdout)
		out.SetIndent("", "  ")
		err = out.Encode(surface(service.Server.Routes()))
	}
	return errors.Join(err, a.Close())
}

// A way is one route, with the staff roles that may use it; none for a route
// that is not the console's.
type way struct {
	handlers.Route
	Roles []authz.Role `json:"roles,omitempty"`
}

func surface(routes []handlers.Route) []way {
	all := make([]way, 0, len(routes))
	for _, r := range routes {
		all = append(all, way{r, authz.RolesWith(r.Permission)})
	}
	return all
}

type verifyCmd struct {
	Against string `help:"Checkpoint file that was kept elsewhere; by default the installation's own." type:"existingfile" placeholder:"FILE"`
	Ledger  bool   `help:"Verify the ledger alone, and not what is held of each subject."`
	Receipt string `help:"Check this receipt alone, as its page offers it in JSON." type:"existingfile" placeholder:"FILE"`
	Pack    string `help:"Check this evidence pack alone, as the console offers it for a request." type:"existingfile" placeholder:"FILE"`
	Key     string `help:"Public key of the installation, as keys public prints it: a receipt or a pack is then checked without the installation." placeholder:"KEY"`
	JSON    bool   `help:"Print the report as JSON."`
}

func (*verifyCmd) Help() string {
	return `Walks every entry, link, head, checkpoint and consent record, and compares what
is held of each subject with what the records add up to. Exits with 1 when
something is not as it was written.

With --receipt it checks one receipt instead: its fingerprints, its signature
and its place in the ledger, and which checkpoint covers it. With --key as well
it needs nothing but the receipt, and the file of --against for checkpoints.

With --pack it checks an evidence pack: its signature, the digest of each file,
and that each line of the ledger hangs together with a signed checkpoint.

Examples:
  livingprofile verify
  livingprofile verify --against /mnt/elsewhere/checkpoints.txt
  livingprofile verify --receipt receipt.json --key "$(cat key.txt)"
  livingprofile verify --pack evidence-R-7K3Q-V2MD.zip --key "$(cat key.txt)"`
}

// Run verifies the ledger, one receipt or one pack, and prints the report.
func (c *verifyCmd) Run(ctx context.Context, env *environment, d *Data) error {
	if c.Pack != "" {
		return c.checkPack(ctx, env, d)
	}
	if c.Receipt != "" {
		return c.checkReceipt(ctx, env, d)
	}
	a, err := d.existing(ctx, env)
	if err != nil {
		return err
	}
	report, err := c.verify(ctx, a, d)
	if err := errors.Join(err, a.Close()); err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(env.stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(report); err != nil {
			return err
		}
	} else {
		printReport(env.stdout, report)
	}
	if !report.OK() {
		return silent{errors.New("the ledger is not as it was written")}
	}
	return nil
}

func (c *verifyCmd) verify(ctx context.Context, a *wire.App, d *Data) (*ledger.Report, error) {
	path := c.Against
	if path == "" {
		s := d.settings()
		path = s.CheckpointPath()
	}
	return a.Verify(ctx, path, c.Ledger)
}

func printReport(w io.Writer, r *ledger.Report) {
	fmt.Fprintf(w, "%d entries in %d lanes, %d checkpoints, %d entries since the last, %d subjects\n",
		r.Entries, r.Lanes, r.Checkpoints, r.Unsealed, r.Subjects)
	if r.OK() {
		fmt.Fprintln(w, "Everything is as it was written.")
		return
	}
	for _, f := range r.Faults {
		fmt.Fprintln(w, "BAD", f)
	}
}
