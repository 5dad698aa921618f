package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// Options say what is measured, and for how long.
type Options struct {
	Rounds   int           // 5 for 0
	During   time.Duration // of each stretch of load; a second for 0
	Subjects []int         // sizes of the database, each measured by itself; 1,000 for none
	Figures  []string      // numbers, see Numbers; all for none
	Folder   string        // to work in, on the disk that is measured; "" for the machine's temporary one
	Profiles string        // folder to put profiles of the product into; "" for none
	Postgres string        // a server on which processes share a database, made and dropped; "" for none
	Progress io.Writer     // may be nil
	// Child returns the command that calls Play with a role, on a folder.
	Child func(ctx context.Context, role Role, folder string) *exec.Cmd

	visitors int // who are signed in; mostVisitors for 0
	crowd    int // endpoints of figure 11b; mostCrowd for 0
}

// leastSubjects keeps two requests about one person from being under way at
// the same time: three times the connections of any figure.
const leastSubjects = 200

// Run measures. The error tells that it could not; answers that failed and
// limits that were not kept are in the Report.
func Run(ctx context.Context, o Options) (report *Report, err error) {
	o = o.withDefaults()
	list, err := chosen(o.Figures)
	if err != nil {
		return nil, err
	}
	if slices.Min(o.Subjects) < leastSubjects {
		return nil, fmt.Errorf("at least %d subjects are needed", leastSubjects)
	}
	folder, err := os.MkdirTemp(o.Folder, "livingprofile-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	report = newReport()
	disk, err := syncs(ctx, folder, o.During)
	if err != nil {
		return nil, err
	}
	report.Sync = Sync{Rate: disk.rate(), P50: disk.at(.5), P99: disk.at(.99)}
	for _, n := range o.Subjects {
		b := &bench{Options: o, folder: filepath.Join(folder, fmt.Sprint(n)), subjects: n, figures: list}
		size, err := b.run(ctx)
		if err != nil {
			return nil, err
		}
		report.Sizes = append(report.Sizes, size)
	}
	return report, nil
}

func (o Options) withDefaults() Options {
	if o.Rounds <= 0 {
		o.Rounds = 5
	}
	if o.During <= 0 {
		o.During = time.Second
	}
	if len(o.Subjects) == 0 {
		o.Subjects = []int{1000}
	}
	if o.visitors <= 0 {
		o.visitors = mostVisitors
	}
	if o.crowd <= 0 {
		o.crowd = mostCrowd
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	return o
}

// A bench is one database of one size with the servers on it.
type bench struct {
	Options
	folder         string
	subjects       int
	figures        []figure
	product, below *child
	starts         starts
	ours, floors   map[string]*target
}

func (b *bench) run(ctx context.Context) (size Size, err error) {
	if err := os.Mkdir(b.folder, 0o700); err != nil {
		return Size{}, err
	}
	b.say("%d subjects: filling", b.subjects)
	p, err := settle(ctx, b.folder, b.subjects, b.visitors)
	if err != nil {
		return Size{}, err
	}
	defer func() { err = errors.Join(err, b.product.stop(), b.below.stop()) }()
	if err := b.startAll(ctx); err != nil {
		return Size{}, err
	}
	b.ours, b.floors = p.targets(b.product, b.below)
	size.Subjects = b.subjects
	if err := b.warm(ctx); err != nil {
		return Size{}, err
	}
	rounds := make([][]round, len(b.figures))
	for i := range b.Rounds {
		for k := range b.figures {
			b.say("%d subjects: round %d of %d, figure %s", b.subjects, i+1, b.Rounds, b.figures[k].number)
			r, err := b.round(ctx, &b.figures[k], i%2 == 1)
			if err != nil {
				return Size{}, fmt.Errorf("figure %s: %w", b.figures[k].number, err)
			}
			rounds[k] = append(rounds[k], r)
		}
	}
	for k := range b.figures {
		f := &b.figures[k]
		size.Lines = append(size.Lines, f.judge(f, rounds[k])...)
	}
	beside, err := b.beside(ctx, p)
	if err != nil {
		return Size{}, err
	}
	size.Lines = append(size.Lines, beside...)
	if b.wants(footprint) {
		lines, err := b.footprint(ctx)
		if err != nil {
			return Size{}, err
		}
		size.Lines = append(size.Lines, lines...)
	}
	return size, b.profileAll(ctx)
}

func (b *bench) wants(number string) bool {
	return len(b.Figures) == 0 || slices.Contains(b.Figures, number)
}

// beside measures what is no matter of load.
func (b *bench) beside(ctx context.Context, p *people) (all []Line, err error) {
	for _, of := range []struct {
		number  string
		measure func(context.Context, *people) ([]Line, error)
	}{{filtering, b.filter}, {freshness, b.fresh}, {forgetting, b.forget}, {telling, b.tell}, {crowding, b.beCrowded}} {
		if !b.wants(of.number) || of.number == crowding && len(b.Figures) == 0 {
			continue
		}
		b.say("%d subjects: figure %s", b.subjects, of.number)
		lines, err := of.measure(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", of.number, err)
		}
		all = append(all, lines...)
	}
	return all, nil
}

// round measures a figure once. Which of the two servers comes first
// alternates, so that neither always meets a machine that the other has warmed.
func (b *bench) round(ctx context.Context, f *figure, floorFirst bool) (r round, err error) {
	measure := func(t *target, connections int, during time.Duration, into **sample) {
		if err == nil {
			*into, err = load(ctx, t, connections, during)
		}
	}
	if r.sync, err = syncs(ctx, b.folder, b.During/4); err != nil {
		return r, err
	}
	if floorFirst {
		measure(b.floors[f.asks], f.connections, b.During, &r.below)
	}
	measure(b.ours[f.asks], f.connections, b.During, &r.ours)
	if !floorFirst {
		measure(b.floors[f.asks], f.connections, b.During, &r.below)
	}
	r.alone = r.ours
	if f.connections > 1 {
		measure(b.ours[f.asks], 1, b.During/4, &r.alone)
	}
	return r, err
}

// warm lets caches fill before anything counts.
func (b *bench) warm(ctx context.Context) error {
	for _, f := range b.figures {
		for _, t := range []*target{b.ours[f.asks], b.floors[f.asks]} {
			s, err := load(ctx, t, f.connections, b.During/4)
			if err != nil {
				return err
			}
			if len(s.times) == 0 {
				return fmt.Errorf("figure %s: no request succeeded: %w", f.number, s.why)
			}
		}
	}
	return nil
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.Progress, format+"\n", args...) }

// profileAll writes profiles of the product for each figure under load.
func (b *bench) profileAll(ctx context.Context) error {
	for i := range b.figures {
		f := &b.figures[i]
		if err := b.profile(ctx, f.number, b.ours[f.asks], f.connections); err != nil {
			return err
		}
	}
	return nil
}

// profile writes a processor and an allocation profile of a target's server, if
// they are wanted.
func (b *bench) profile(ctx context.Context, figure string, t *target, connections int) error {
	if b.Profiles == "" {
		return nil
	}
	if err := os.MkdirAll(b.Profiles, 0o700); err != nil {
		return err
	}
	for _, kind := range []string{"cpu", "allocs"} {
		b.say("%d subjects: %s profile of figure %s", b.subjects, kind, figure)
		path := filepath.Join(b.Profiles, fmt.Sprintf("%s-%s-%d.pprof", figure, kind, b.subjects))
		if err := b.profileTo(ctx, path, kind, t, connections); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) profileTo(ctx context.Context, path, kind string, t *target, connections int) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	loaded := make(chan error, 1)
	go func() {
		_, err := load(ctx, t, connections, 3*b.During)
		loaded <- err
	}()
	err = t.server.profile(ctx, kind, 3*b.During, file)
	return errors.Join(err, <-loaded)
}
