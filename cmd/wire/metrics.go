package wire

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"livingprofile/internal/hook"
	"livingprofile/internal/inbound"
	"livingprofile/internal/job"
)

// metrics counts for Prometheus. Labels are routes as declared, kinds and
// outcomes, and never anything that came from outside (invariant 3).
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
	hooks    *prometheus.HistogramVec
	changes  *prometheus.CounterVec
	heard    *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "livingprofile_request_seconds", Help: "Time to answer a request, by declared route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"method", "route", "status"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "livingprofile_job_seconds", Help: "Time of an attempt at background work, by kind and outcome.",
			Buckets: []float64{.005, .025, .1, .5, 2.5, 10, 60},
		}, []string{"kind", "outcome"}),
	}
	m.hooks = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "livingprofile_hook_seconds", Help: "Time of an attempt at telling a system, by what became of the delivery.",
		Buckets: []float64{.005, .025, .1, .5, 2.5, 10, 60},
	}, []string{"state"})
	m.changes = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "livingprofile_changes_total", Help: "Changes that systems told, by the way they came, what became of them, and why.",
	}, []string{"way", "result", "reason"})
	m.heard = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "livingprofile_acknowledgements_total", Help: "What receivers said later than in their answer, by what became of it.",
	}, []string{"status", "result"})
	m.registry.MustRegister(m.requests, m.jobs, m.hooks, m.changes, m.heard, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(method, route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(known(method), route, strconv.Itoa(status)).Observe(took.Seconds())
}

// known keeps invented methods out of the labels.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

func (m *metrics) job(kind string, o job.Outcome, took time.Duration) {
	m.jobs.WithLabelValues(kind, string(o)).Observe(took.Seconds())
}

func (m *metrics) delivery(s hook.State, took time.Duration) {
	m.hooks.WithLabelValues(string(s)).Observe(took.Seconds())
}

func (m *metrics) change(way inbound.Way, r inbound.Result, reason string) {
	m.changes.WithLabelValues(string(way), string(r), reason).Inc()
}

func (m *metrics) acknowledged(said hook.State, what hook.Heard) {
	m.heard.WithLabelValues(string(said), string(what)).Inc()
}

// Metrics answers what Prometheus asks.
func (a *App) Metrics() http.Handler {
	return promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{})
}
