package main

import (
	"context"
	"time"

	"embraye/internal/app"
	"embraye/internal/delivery"
	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/web"

	"github.com/prometheus/client_golang/prometheus"
)

// figures are read when they are asked for. What stands in the database is
// shared by replicas and has no counter here; while the database is away the
// rest is told all the same.
type figures struct {
	wired  *wired
	engine *delivery.Engine // nil without the role worker
	front  *web.Handler     // nil without the role web
}

// figure is one value under a name; labels are pairs of name and value.
type figure func(name, help string, value float64, labels ...string)

// Describe implements prometheus.Collector: which figures there are depends on
// what answers.
func (f *figures) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	tell := func(kind prometheus.ValueType) figure {
		return func(name, help string, value float64, labels ...string) {
			var names, values []string
			for n := 0; n+1 < len(labels); n += 2 {
				names, values = append(names, labels[n]), append(values, labels[n+1])
			}
			out <- prometheus.MustNewConstMetric(prometheus.NewDesc("embraye_"+name, help, names, nil), kind, value, values...)
		}
	}
	gauge, counter := tell(prometheus.GaugeValue), tell(prometheus.CounterValue)
	b := thisBuild()
	gauge("build_info", "The version that runs.", 1, "version", b.Version, "commit", b.Commit, "go", b.Go)
	f.database(gauge)
	if free, size, err := f.wired.Files.Disk(); err == nil {
		gauge("disk_free_bytes", "What can still be written where evidence files lie.", float64(free))
		gauge("disk_size_bytes", "How large that disk is.", float64(size))
	}
	f.mails(counter)
	if f.engine != nil {
		f.deliveries(gauge, counter)
	}
	if f.front != nil {
		f.requests(counter)
	}
}

// rows is what the database says.
type rows struct {
	queue   store.DeliveryStats
	mails   int
	removed []embraye.RemovedFollowers
	backup  string // RFC 3339; empty: none yet
}

func readRows(ctx context.Context, t store.Tables) (r rows, err error) {
	if r.queue, err = t.Deliveries.Stats(ctx); err != nil {
		return r, err
	}
	if r.mails, err = t.Mails.Waiting(ctx); err != nil {
		return r, err
	}
	if r.removed, err = t.Followers.Removed(ctx); err != nil {
		return r, err
	}
	r.backup, _, err = t.Settings.Get(ctx, app.SettingLastBackup)
	return r, err
}

// database tells what stands there, or that it does not answer.
func (f *figures) database(gauge figure) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	const up = "Whether the database answers: without it the figures of queues are missing."
	r, err := readRows(ctx, f.wired.Store.Tables())
	if err != nil {
		gauge("database_up", up, 0)
		return
	}
	gauge("database_up", up, 1)
	oldest := time.Duration(0)
	if r.queue.Oldest > 0 {
		oldest = max(time.Since(time.UnixMilli(r.queue.Oldest)), 0)
	}
	for _, name := range []string{"delivery_queue_rows", "deliveries_waiting"} { // the second is the earlier name
		gauge(name, "Deliveries that wait for their turn, in all replicas.", float64(r.queue.Waiting))
	}
	gauge("delivery_oldest_seconds", "How long the oldest of them has been waiting; 0 if none waits.", oldest.Seconds())
	gauge("deliveries_given_up", "Deliveries given up and not yet dropped or retried by hand.", float64(r.queue.GivenUp))
	gauge("hosts_failing", "Servers that do not take deliveries now.", float64(r.queue.FailingHosts))
	for _, gone := range r.removed {
		gauge("followers_removed", "Followers removed because they are gone or their server was silent for 60 days, in all.", float64(gone.Followers), "reason", string(gone.Reason))
	}
	gauge("mails_waiting", "Mails that are not sent yet, in all replicas.", float64(r.mails))
	if made, err := time.Parse(time.RFC3339, r.backup); err == nil { // else there is none yet
		gauge("backup_age_seconds", "How long ago the last good backup was made; absent while there is none.", max(f.wired.Now().Sub(made), 0).Seconds())
	}
}

func (f *figures) mails(counter figure) {
	const help = "What became of mails in this process."
	tally := &f.wired.App.Tally
	counter("mails_total", help, float64(tally.MailsSent.Load()), "result", "sent")
	counter("mails_total", help, float64(tally.MailsFailed.Load()), "result", "to_be_repeated")
	counter("mails_total", help, float64(tally.MailsGivenUp.Load()), "result", "given_up")
}

func (f *figures) deliveries(gauge, counter figure) {
	s := f.engine.Stats()
	const hosts = "Servers being delivered to by this process now."
	gauge("hosts_served", hosts, float64(s.Hosts), "state", "healthy")
	gauge("hosts_served", hosts, float64(s.Probing), "state", "failing")
	gauge("clock_offset_seconds", "How far this machine's clock is ahead of other servers', as their answers say; 0 while it is right, within five minutes.", s.ClockOff.Seconds())
	counter("delivery_requests_total", "Requests made by the delivery engine of this process.", float64(s.Exchanges))
	const results = "What became of deliveries in this process."
	for _, name := range []string{"deliveries_total", "delivery_results_total"} { // the second is the earlier name
		counter(name, results, float64(s.Sent), "result", "sent")
		counter(name, results, float64(s.Failed), "result", "to_be_repeated")
		counter(name, results, float64(s.GivenUp), "result", "given_up")
		counter(name, results, float64(s.Dropped+f.wired.App.Tally.Dropped.Load()), "result", "dropped")
	}
}

func (f *figures) requests(counter figure) {
	c := f.front.Counts()
	for kind, statuses := range map[string]map[string]int64{"read": c.Reads, "write": c.Writes} {
		for status, n := range statuses {
			counter("http_requests_total", "Requests that this process answered: those that read (GET, HEAD), and those that write.", float64(n), "kind", kind, "status", status)
		}
	}
	const messages = "Messages of other servers."
	counter("inbox_messages_total", messages, float64(c.Taken), "result", "taken")
	counter("inbox_messages_total", messages, float64(c.Refused), "result", "refused")
	counter("inbox_messages_total", messages, float64(c.NotTaken), "result", "not_taken")
	for as, n := range f.wired.App.Tally.Heard.Counts() {
		counter("inbox_activities_total", "Activities of other servers that this process has read, by type and by what became of them.", float64(n), "type", as.Type, "outcome", as.Outcome)
	}
}
