package bench

import (
	"fmt"
	"runtime"
	"strings"
	"text/tabwriter"
)

// A Report is what a run came to.
type Report struct {
	Processors int    `json:"processors"`
	Go         string `json:"go"`
	Sync       Sync   `json:"fdatasync"`
	Sizes      []Size `json:"sizes"`
}

// A Sync is what the disk did before anything else ran: appends of 4 KB, each
// synced.
type Sync struct {
	Rate float64 `json:"per_second"`
	P50  float64 `json:"p50_ms"`
	P99  float64 `json:"p99_ms"`
}

// A Size is what was measured with one number of subjects.
type Size struct {
	Subjects int    `json:"subjects"`
	Lines    []Line `json:"figures"`
}

// A Line is one figure. Value, Floor and Ratio are medians of the rounds, each
// by itself, so that Ratio need not be Value ÷ Floor.
type Line struct {
	Figure      string  `json:"figure"`
	What        string  `json:"what"`
	Unit        string  `json:"unit"`
	Connections int     `json:"connections,omitempty"`
	Value       float64 `json:"value"`
	Floor       float64 `json:"floor,omitempty"`
	Ratio       float64 `json:"ratio,omitempty"`
	Spread      float64 `json:"spread"` // between the least and the largest ratio, of the median
	Limit       Limit   `json:"must"`
	Rate        float64 `json:"per_second,omitempty"`
	P50         float64 `json:"p50_ms,omitempty"`
	P99         float64 `json:"p99_ms,omitempty"`
	Alone       float64 `json:"p50_alone_ms,omitempty"` // on one connection
	Bytes       int64   `json:"bytes,omitempty"`        // of the body of an answer
	FloorBytes  int64   `json:"floor_bytes,omitempty"`
	Errors      int     `json:"errors"`
	Why         string  `json:"why,omitempty"` // one of the errors
}

// A Limit is what a ratio must keep: at most Most, or at least Least. An
// absolute one is for the value itself.
type Limit struct {
	Most     float64 `json:"most,omitempty"`
	Least    float64 `json:"least,omitempty"`
	Absolute bool    `json:"absolute,omitempty"`
}

func (l Line) divided() Line {
	if l.Floor > 0 {
		l.Ratio = l.Value / l.Floor
	}
	return l
}

// Kept tells whether the limit was kept, and without an error.
func (l *Line) Kept() bool {
	judged := l.Ratio
	if l.Limit.Absolute {
		judged = l.Value
	}
	return l.Errors == 0 && (l.Limit.Most == 0 || judged <= l.Limit.Most) && judged >= l.Limit.Least
}

func (l Limit) String() string {
	if l.Least > 0 {
		return "≥ " + number(l.Least)
	}
	return "≤ " + number(l.Most)
}

func newReport() *Report {
	return &Report{Processors: runtime.GOMAXPROCS(0), Go: runtime.Version()}
}

// MostGrowth is by how much the processor time of an answer may grow from the
// smallest number of subjects to the largest: more than the logarithm is a
// missing index.
const MostGrowth = 1.6

// A Growth is how the processor time of an answer grew with the number of
// subjects.
type Growth struct {
	Figure, What string
	Ratio        float64
}

// Growths compares the largest size with the smallest; nil for a single one.
func (r *Report) Growths() []Growth {
	if len(r.Sizes) < 2 {
		return nil
	}
	small, large := &r.Sizes[0], &r.Sizes[0]
	for i := range r.Sizes {
		if s := &r.Sizes[i]; s.Subjects < small.Subjects {
			small = s
		} else if s.Subjects > large.Subjects {
			large = s
		}
	}
	var all []Growth
	for i := range small.Lines {
		if l := &small.Lines[i]; l.Unit == "µs" && l.Value > 0 {
			all = append(all, Growth{l.Figure, l.What, large.Lines[i].Value / l.Value})
		}
	}
	return all
}

// Failed returns what went wrong: answers that were none, in words.
func (r *Report) Failed() []string {
	return r.complaints(func(l *Line) bool { return l.Errors > 0 }, func(l *Line) string {
		return fmt.Sprintf("%d errors, such as: %s", l.Errors, l.Why)
	})
}

// Missed returns the limits that were not kept, in words.
func (r *Report) Missed() []string {
	missed := r.complaints(func(l *Line) bool { return !l.Kept() }, func(l *Line) string {
		judged := l.Ratio
		if l.Limit.Absolute {
			judged = l.Value
		}
		return fmt.Sprintf("%s is not %s", number(judged), l.Limit)
	})
	for _, g := range r.Growths() {
		if g.Ratio > MostGrowth {
			missed = append(missed, fmt.Sprintf("figure %s, %s: grows by %s with the number of subjects, not ≤ %s",
				g.Figure, g.What, number(g.Ratio), number(MostGrowth)))
		}
	}
	return missed
}

func (r *Report) complaints(of func(*Line) bool, words func(*Line) string) []string {
	var all []string
	for i := range r.Sizes {
		for k := range r.Sizes[i].Lines {
			if l := &r.Sizes[i].Lines[k]; of(l) {
				all = append(all, fmt.Sprintf("figure %s, %s, %d subjects: %s", l.Figure, l.What, r.Sizes[i].Subjects, words(l)))
			}
		}
	}
	return all
}

// String returns the report as a table for people.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d processors, %s\nfdatasync of 4 KB appended: %.0f/s, p50 %s ms, p99 %s ms\n",
		r.Processors, r.Go, r.Sync.Rate, number(r.Sync.P50), number(r.Sync.P99))
	for i := range r.Sizes {
		s := &r.Sizes[i]
		fmt.Fprintf(&b, "\n%d subjects\n", s.Subjects)
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "figure\twhat\tc\tvalue\tfloor\tratio\tspread\tmust\t\tper s\tp50 ms\tp99 ms\tp50 alone\tbytes\tfloor's\terrors")
		for k := range s.Lines {
			s.Lines[k].print(w)
		}
		w.Flush()
	}
	for _, g := range r.Growths() {
		fmt.Fprintf(&b, "figure %s, %s: × %s from the fewest subjects to the most\n", g.Figure, g.What, number(g.Ratio))
	}
	return b.String()
}

func (l *Line) print(w *tabwriter.Writer) {
	kept := "kept"
	if !l.Kept() {
		kept = "MISSED"
	}
	cells := []string{
		l.Figure, l.What, blank(float64(l.Connections)), number(l.Value) + " " + l.Unit, blank(l.Floor), blank(l.Ratio),
		fmt.Sprintf("%.0f%%", 100*l.Spread), l.Limit.String(), kept,
		blank(l.Rate), blank(l.P50), blank(l.P99), blank(l.Alone), blank(float64(l.Bytes)), blank(float64(l.FloorBytes)),
		fmt.Sprint(l.Errors),
	}
	fmt.Fprintln(w, strings.Join(cells, "\t"))
}

func blank(v float64) string {
	if v == 0 {
		return ""
	}
	return number(v)
}

// number writes three digits that count.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}
