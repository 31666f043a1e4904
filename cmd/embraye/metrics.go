package main

import (
	"context"
	"net/http"
	"net/http/pprof"
	"time"

	"embraye/internal/delivery"
	"embraye/internal/store"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// listenMetrics opens the operator's own address: figures and profiles are
// never served beside pages (SECURITY W59).
func (i *wired) listenMetrics(engine *delivery.Engine) (*listener, error) {
	if i.settings.MetricsListen == "" {
		return nil, nil
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		newQueueCollector(i.store, engine))
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
		i.log.Info("metrics", "address", l.address())
	}
	return l, err
}

// queueCollector reads the state of the queue when it is asked: the queue is a
// table, shared by replicas, and has no counter in this process.
type queueCollector struct {
	store  *store.Store
	engine *delivery.Engine // nil without the role worker

	build, waiting, givenUp, failing, hosts, exchanges, deliveries *prometheus.Desc
}

func newQueueCollector(s *store.Store, e *delivery.Engine) *queueCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("embraye_"+name, help, labels, nil)
	}
	return &queueCollector{
		store: s, engine: e,
		build:      desc("build_info", "The version that runs.", "version"),
		waiting:    desc("deliveries_waiting", "Deliveries that wait for their turn, in all replicas."),
		givenUp:    desc("deliveries_given_up", "Deliveries given up and not yet dropped or retried by hand."),
		failing:    desc("hosts_failing", "Servers that do not take deliveries now."),
		hosts:      desc("hosts_served", "Servers being delivered to by this process now.", "state"),
		exchanges:  desc("delivery_requests_total", "Requests made by the delivery engine of this process."),
		deliveries: desc("delivery_results_total", "What became of deliveries in this process.", "result"),
	}
}

// Describe implements prometheus.Collector.
func (c *queueCollector) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, out) }

// Collect implements prometheus.Collector.
func (c *queueCollector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	gauge(c.build, 1, version)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if stats, err := c.store.Tables().Deliveries.Stats(ctx); err == nil {
		gauge(c.waiting, stats.Waiting)
		gauge(c.givenUp, stats.GivenUp)
		gauge(c.failing, stats.FailingHosts)
	} else {
		out <- prometheus.NewInvalidMetric(c.waiting, err)
	}
	if c.engine == nil {
		return
	}
	counter := func(d *prometheus.Desc, v int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	s := c.engine.Stats()
	gauge(c.hosts, s.Hosts, "healthy")
	gauge(c.hosts, s.Probing, "failing")
	counter(c.exchanges, s.Exchanges)
	counter(c.deliveries, s.Sent, "sent")
	counter(c.deliveries, s.Failed, "to_be_repeated")
	counter(c.deliveries, s.GivenUp, "given_up")
}
