package main

import (
	"net/http"
	"net/http/pprof"
	"time"

	"embraye/internal/delivery"
	"embraye/internal/web"

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
		&figures{wired: i, engine: engine, front: front})
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
