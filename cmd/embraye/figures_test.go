package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// gathered is what /metrics would say, by name and labels.
func gathered(t *testing.T, f *figures) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(f); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Error(err)
	}
	all := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			name := family.GetName()
			for _, label := range m.GetLabel() {
				name += " " + label.GetName() + "=" + label.GetValue()
			}
			all[name] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return all
}

// H11: while the database is away, everything else is told, and that it is.
func TestH11WhatIsKnownIsServed(t *testing.T) {
	dir := instanceDir(t)
	withInstance(t, dir, environment("EMBRAYE_DATA_DIR="+dir), func(i *wired) error {
		i.Log = slog.New(slog.DiscardHandler)
		i.Health = i.doctor()
		front, err := i.Instance.Web()
		if err != nil {
			return err
		}
		f := &figures{wired: i, engine: i.Engine(), front: front}
		ask := func(method, path string) {
			front.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, "http://localhost:8080"+path, http.NoBody))
		}
		for _, kind := range []string{"Follow", "Dance", "Follow"} {
			body := fmt.Sprintf(`{"id":"https://x.example/1","type":%q,"actor":"https://x.example/a","object":"https://x.example/o"}`, kind)
			r := httptest.NewRequest("POST", "http://localhost:8080/inbox", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/activity+json")
			front.ServeHTTP(httptest.NewRecorder(), r)
		}
		ask("GET", "/livez")
		ask("GET", "/no/such/page")
		ask("POST", "/inbox")
		known := gathered(t, f)
		for name, want := range map[string]float64{
			"embraye_database_up": 1, "embraye_deliveries_waiting": 0, "embraye_delivery_queue_rows": 0, "embraye_deliveries_total result=sent": 0, "embraye_delivery_oldest_seconds": 0, "embraye_deliveries_given_up": 0,
			"embraye_hosts_failing": 0, "embraye_mails_waiting": 0, "embraye_delivery_results_total result=dropped": 0, "embraye_clock_offset_seconds": 0, "embraye_mails_total result=given_up": 0,
			"embraye_http_requests_total kind=read status=2xx": 1, "embraye_http_requests_total kind=read status=4xx": 1,
			"embraye_http_requests_total kind=write status=4xx": 4, "embraye_inbox_messages_total result=refused": 4, "embraye_inbox_activities_total outcome=refused type=Follow": 2, "embraye_inbox_activities_total outcome=refused type=other": 1, "embraye_inbox_messages_total result=taken": 0,
		} {
			if got, ok := known[name]; !ok || got != want {
				t.Errorf("%s: %v (there: %t), want %v", name, got, ok, want)
			}
		}
		if known["embraye_disk_free_bytes"] <= 0 {
			t.Errorf("no room on the disk: %v", known["embraye_disk_free_bytes"])
		}

		if err := i.Store.Close(); err != nil {
			return err
		}
		away := gathered(t, f)
		for name := range known {
			switch _, there := away[name]; name {
			case "embraye_deliveries_waiting", "embraye_delivery_queue_rows", "embraye_delivery_oldest_seconds", "embraye_deliveries_given_up", "embraye_hosts_failing", "embraye_mails_waiting":
				if there {
					t.Errorf("%s is told without a database", name)
				}
			default:
				if !there {
					t.Errorf("%s is not told while the database is away", name)
				}
			}
		}
		if away["embraye_database_up"] != 0 {
			t.Error("nobody says that the database is away")
		}
		return nil
	})
}
