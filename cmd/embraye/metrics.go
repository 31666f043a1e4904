package main

import (
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"embraye/internal/delivery"
	"embraye/internal/remote"
	"embraye/internal/web"
	"embraye/internal/web/answer"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// listenMetrics opens the operator's own address: figures and profiles are
// never served beside pages (W59).
func (i *wired) listenMetrics(engine *delivery.Engine, front *web.Handler) (*listener, error) {
	if i.settings.MetricsListen == "" {
		return nil, nil
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&figures{wired: i, engine: engine, front: front}, asked(i.Remote))
	if front != nil {
		registry.MustRegister(durations(front))
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	server := i.httpServer(mux)
	server.WriteTimeout = 5 * time.Minute // a profile takes as long as it is asked to
	l, err := listen(i.settings.MetricsListen, server)
	if err == nil {
		i.Log.Info("metrics", "address", l.address())
	}
	return l, err
}

// histogram measures under OpenTelemetry's names and limits, so that a collector
// needs no rules.
func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}}, labels)
}

// asked measures what we ask of other servers. None of them is named: a label for
// each would be without end.
func asked(client *remote.Client) prometheus.Collector {
	all := histogram("http_client_request_duration_seconds", "How long other servers took until their answer began, by its status; without a status there was none.",
		"http_request_method", "http_response_status_code")
	client.Observe(func(method string, status int, took time.Duration) {
		said := ""
		if status > 0 {
			said = strconv.Itoa(status)
		}
		all.WithLabelValues(method, said).Observe(took.Seconds())
	})
	return all
}

// durations measures what is asked of us.
func durations(front *web.Handler) prometheus.Collector {
	all := histogram("http_server_request_duration_seconds", "How long requests took until the answer was written, by the pattern of their address.",
		"http_request_method", "http_route", "http_response_status_code")
	front.Observe(func(e answer.Exchange) {
		all.WithLabelValues(e.Method, e.Route, strconv.Itoa(e.Status)).Observe(e.Took.Seconds())
	})
	return all
}

// logAccess writes a line for each request if the operator wants one. Who asked
// is not in it.
func (i *wired) logAccess(front *web.Handler) {
	if !i.settings.AccessLog {
		return
	}
	front.Observe(func(e answer.Exchange) {
		i.Log.Info("access", "method", e.Method, "path", e.Path, "status", e.Status, "bytes", e.Bytes, "took", e.Took)
	})
}
