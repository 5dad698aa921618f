package bench

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		list []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 2, 100}, 3}} {
		if got := median(c.list); got != c.want {
			t.Errorf("median of %v: got %v, want %v", c.list, got, c.want)
		}
	}
}

func TestSample(t *testing.T) {
	s := sample{took: 2 * time.Second, cpu: 600 * time.Microsecond}
	for i := range 100 {
		s.times = append(s.times, time.Duration(i+1)*time.Millisecond)
	}
	got := []float64{s.rate(), s.each(), s.at(0), s.at(.5), s.at(.99), s.at(1)}
	if diff := cmp.Diff(got, []float64{50, 6, 1, 51, 100, 100}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	var none sample
	if got := none.rate() + none.each() + none.at(.5); got != 0 {
		t.Errorf("nothing: got %v", got)
	}
}

// The ratio is the median of the rounds' ratios: of rounds on a machine that
// changes its speed, value and floor move together.
func TestLine(t *testing.T) {
	half := &sample{}
	at := func(cpu, answers int) *sample {
		return &sample{cpu: time.Duration(cpu*answers) * time.Microsecond, times: make([]time.Duration, answers), bytes: int64(7 * answers)}
	}
	failing := at(200, 10)
	failing.failed, failing.why = 2, errors.New("status 500")
	rounds := []round{
		{ours: at(100, 10), below: at(50, 5), alone: half},
		{ours: failing, below: at(100, 20), alone: half},
		{ours: at(900, 10), below: at(100, 20), alone: half},
	}
	f := figure{number: "5", asks: "read", connections: 16}
	got := judgeCPU(1.6)(&f, rounds)[0]
	want := Line{
		Figure: "5", What: "read: CPU of an answer", Unit: "µs", Connections: 16,
		Value: 200, Floor: 100, Ratio: 2, Spread: 3.5, Limit: Limit{Most: 1.6}, Bytes: 7, FloorBytes: 7, Errors: 2, Why: "status 500",
	}
	if diff := cmp.Diff(got, want, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestKept(t *testing.T) {
	for _, c := range []struct {
		line Line
		want bool
	}{
		{Line{Ratio: 1.6, Limit: Limit{Most: 1.6}}, true},
		{Line{Ratio: 1.61, Limit: Limit{Most: 1.6}}, false},
		{Line{Ratio: 1.5, Limit: Limit{Most: 1.6}, Errors: 1}, false},
		{Line{Ratio: 2.5, Limit: Limit{Least: 2.5}}, true},
		{Line{Ratio: 2.4, Limit: Limit{Least: 2.5}}, false},
		{Line{Value: 61, Ratio: 1, Limit: Limit{Most: 60, Absolute: true}}, false},
		{Line{Value: 60, Ratio: 9, Limit: Limit{Most: 60, Absolute: true}}, true},
	} {
		if got := c.line.Kept(); got != c.want {
			t.Errorf("%+v: got %v, want %v", c.line, got, c.want)
		}
	}
}

func TestReportTells(t *testing.T) {
	line := func(cpu, ratio float64, errors int) Line {
		return Line{Figure: "5", What: "read", Unit: "µs", Value: cpu, Ratio: ratio, Limit: Limit{Most: 1.6}, Errors: errors, Why: "status 500"}
	}
	start := Line{Figure: "13", What: "start", Unit: "ms", Value: 70, Limit: Limit{Most: 60, Absolute: true}}
	r := &Report{Sizes: []Size{
		{Subjects: 20000, Lines: []Line{line(170, 1.5, 0), start}},
		{Subjects: 1000, Lines: []Line{line(100, 1.7, 3), start}},
	}}
	if got, want := r.Failed(), []string{"figure 5, read, 1000 subjects: 3 errors, such as: status 500"}; !cmp.Equal(got, want) {
		t.Errorf("failed: got %q, want %q", got, want)
	}
	want := []string{
		"figure 13, start, 20000 subjects: 70.0 is not ≤ 60.0",
		"figure 5, read, 1000 subjects: 1.70 is not ≤ 1.60",
		"figure 13, start, 1000 subjects: 70.0 is not ≤ 60.0",
		"figure 5, read: grows by 1.70 with the number of subjects, not ≤ 1.60",
	}
	if diff := cmp.Diff(r.Missed(), want); diff != "" {
		t.Errorf("missed (-got +want):\n%s", diff)
	}
	text := r.String()
	for _, part := range []string{"20000 subjects", "1000 subjects", "MISSED", "kept", "× 1.70 from the fewest subjects to the most"} {
		if !strings.Contains(text, part) {
			t.Errorf("the table lacks %q:\n%s", part, text)
		}
	}
	if (&Report{Sizes: r.Sizes[:1]}).Growths() != nil {
		t.Error("one size has grown")
	}
}
