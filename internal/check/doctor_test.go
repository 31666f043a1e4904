package check

import (
	"context"
	"testing"
)

// A look from outside asks others and takes a while: it is made once at a time,
// and has an end.
func TestDoctorLooksOutsideOnceAtATime(t *testing.T) {
	begun, end := make(chan bool), make(chan bool)
	d := &Doctor{Outside: func(ctx context.Context) []Finding {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("the look has no end")
		}
		begun <- true
		<-end
		return []Finding{ok("get", "found")}
	}}
	first := make(chan []Finding)
	go func() {
		list, _ := d.LookOutside(t.Context())
		first <- list
	}()
	<-begun
	if list, looked := d.LookOutside(t.Context()); looked || list != nil {
		t.Errorf("a second look beside the first: %v, %t", list, looked)
	}
	close(end)
	if list := <-first; len(list) != 1 {
		t.Errorf("the first look found %v", list)
	}
	go func() { <-begun }()
	if list, looked := d.LookOutside(t.Context()); !looked || len(list) != 1 {
		t.Errorf("after the first: %v, %t", list, looked)
	}
}
