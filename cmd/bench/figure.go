package bench

import (
	"fmt"
	"slices"
)

// A figure is one thing that is measured, under its number in
// docs/performance.md.
type figure struct {
	number      string
	asks        string // name of the target
	connections int
	judge       func(f *figure, rounds []round) []Line
}

// A round is what a figure came to once. Product and floor were measured one
// right behind the other.
type round struct {
	sync  *sample // of the disk
	ours  *sample
	below *sample // of the floor
	alone *sample // ours on one connection, where that is not what is judged
}

// figures are all that are measured under load. Freshness, figure 3, and start
// and memory, figure 13, are measured beside it.
func figures() []figure {
	return []figure{
		{"1", decideOne, 16, judgeCPU(2)},
		{"2", decideMany, 16, judgeCPU(1.5)},
		{"4a", recordConsent, 1, judgeLatency},
		{"4b", recordConsent, 64, judgeThroughput},
		{"5", readProfile, 16, judgeCPU(1.6)},
		{"7", showPage, 16, judgeCPU(1.6)},
		{"8", answerOnPage, 16, judgeCPU(3)},
		{"9", takeCopy, 16, judgeCPU(2.5)},
	}
}

// footprint is the number of the figure for start and memory.
const footprint = "13"

// Numbers lists the figures that can be chosen.
func Numbers() []string {
	var all []string
	for _, f := range figures() {
		all = append(all, f.number)
	}
	return append(all, filtering, freshness, forgetting, telling, crowding, footprint)
}

// chosen returns the figures that numbers name, all for none.
func chosen(numbers []string) ([]figure, error) {
	for _, n := range numbers {
		if !slices.Contains(Numbers(), n) {
			return nil, fmt.Errorf("no figure %s; there are %v", n, Numbers())
		}
	}
	return slices.DeleteFunc(figures(), func(f figure) bool {
		return len(numbers) > 0 && !slices.Contains(numbers, f.number)
	}), nil
}

// judgeCPU compares the processor time of an answer with the floor's: what
// survives a busy machine.
func judgeCPU(most float64) func(*figure, []round) []Line {
	return func(f *figure, rounds []round) []Line {
		return []Line{f.line("CPU of an answer", "µs", rounds, byCPU, byFloorCPU, Limit{Most: most})}
	}
}

// judgeLatency compares the time of one durable change with one sync: nobody
// else is there to share it with.
func judgeLatency(f *figure, rounds []round) []Line {
	ours := func(r *round) float64 { return r.ours.at(.5) }
	sync := func(r *round) float64 { return r.sync.at(.5) }
	return []Line{f.line("p50 ÷ p50 of a sync", "ms", rounds, ours, sync, Limit{Most: 3})}
}

// judgeThroughput compares how many changes become durable with how many syncs
// there could be: only changes that share a sync pass 1.
func judgeThroughput(f *figure, rounds []round) []Line {
	ours := func(r *round) float64 { return r.ours.rate() }
	sync := func(r *round) float64 { return r.sync.rate() }
	return []Line{
		f.line("answers ÷ syncs", "/s", rounds, ours, sync, Limit{Least: 2.5}),
		f.line("CPU of an answer", "µs", rounds, byCPU, byFloorCPU, Limit{Most: 2.5}),
	}
}

func byCPU(r *round) float64      { return r.ours.each() }
func byFloorCPU(r *round) float64 { return r.below.each() }

// line works one ratio out, round by round.
func (f *figure) line(what, unit string, rounds []round, ours, below func(*round) float64, limit Limit) Line {
	l := Line{
		Figure: f.number, What: f.asks + ": " + what, Unit: unit, Connections: f.connections, Limit: limit,
	}
	var values, floors, ratios, rates, p50, p99, alone []float64
	for i := range rounds {
		r := &rounds[i]
		v, b := ours(r), below(r)
		values, floors, ratios = append(values, v), append(floors, b), append(ratios, v/b)
		rates, p50, p99 = append(rates, r.ours.rate()), append(p50, r.ours.at(.5)), append(p99, r.ours.at(.99))
		alone = append(alone, r.alone.at(.5))
		l.Errors += r.ours.failed + r.below.failed + r.alone.failed
		l.Bytes = r.ours.bytes / int64(max(len(r.ours.times), 1))
		l.FloorBytes = r.below.bytes / int64(max(len(r.below.times), 1))
		for _, s := range []*sample{r.ours, r.below, r.alone} {
			if s.why != nil {
				l.Why = s.why.Error()
			}
		}
	}
	l.Value, l.Floor, l.Ratio = median(values), median(floors), median(ratios)
	l.Spread = (slices.Max(ratios) - slices.Min(ratios)) / l.Ratio
	l.Rate, l.P50, l.P99, l.Alone = median(rates), median(p50), median(p99), median(alone)
	return l
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
