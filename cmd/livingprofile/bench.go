package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"livingprofile/cmd/bench"
)

type benchCmd struct {
	Rounds   int           `help:"How often each figure is measured." default:"5"`
	During   time.Duration `help:"How long each measurement lasts." default:"1s"`
	Subjects []int         `help:"How many people there are; several numbers are measured one after the other and compared." default:"1000" placeholder:"N"`
	Figures  []string      `help:"Numbers of the figures to measure; all but 11b by default." placeholder:"NUMBER"`
	Folder   string        `help:"Folder on the disk to measure; by default the machine's temporary one." type:"existingdir" placeholder:"DIR"`
	Profiles string        `help:"Folder to write profiles of the product into." placeholder:"DIR"`
	Postgres string        `help:"Address of a PostgreSQL server, where a database is made and dropped: figure 3 is then measured across processes too." placeholder:"URL"`
	Gate     bool          `help:"Exit with 1 when a limit is not kept."`
	JSON     bool          `help:"Print the report as JSON."`

	Role bench.Role `help:"Serve as one of the two sides." hidden:""`
}

func (*benchCmd) Help() string {
	return `Measures the product and the least that the same could cost, in turn, and prints
how many times the one is of the other. What the figures mean is said in
docs/performance.md.

Examples:
  livingprofile bench
  livingprofile bench --figures 4a,4b --rounds 3
  livingprofile bench --subjects 1000,100000 --gate
  livingprofile bench --figures 7 --profiles ./profiles`
}

// Run measures and prints the report.
func (c *benchCmd) Run(ctx context.Context, env *environment) error {
	if c.Role != "" {
		return bench.Play(ctx, c.Role, c.Folder, env.stdin, env.stdout)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	report, err := bench.Run(ctx, bench.Options{
		Rounds: c.Rounds, During: c.During, Subjects: c.Subjects, Figures: c.Figures,
		Folder: c.Folder, Profiles: c.Profiles, Postgres: c.Postgres, Progress: env.stderr,
		Child: func(ctx context.Context, role bench.Role, folder string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, self, "bench", "--role", string(role), "--folder", folder) //nolint:gosec // itself
			cmd.Stderr = env.stderr
			return cmd
		},
	})
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(env.stdout)
		out.SetIndent("", "  ")
		err = out.Encode(report)
	} else {
		_, err = fmt.Fprint(env.stdout, report)
	}
	wrong := report.Failed()
	if c.Gate {
		wrong = append(wrong, report.Missed()...)
	}
	for _, w := range wrong {
		fmt.Fprintln(env.stderr, w)
	}
	if err == nil && len(wrong) > 0 {
		err = silent{errors.New("the bench found something wrong")}
	}
	return err
}
