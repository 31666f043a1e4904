package main

import (
	"math"
	"os"
	"runtime/debug"
	"testing"
	"testing/fstest"
)

// machine is a file system with these files.
func machine(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

const mib = 1 << 20

func TestT17WhatTheCgroupAllows(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"container": {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "134217728\n"}, 128 * mib},
		"unit": {map[string]string{"proc/self/cgroup": "0::/system.slice/embraye.service\n",
			"sys/fs/cgroup/system.slice/embraye.service/memory.max": "536870912\n", "sys/fs/cgroup/system.slice/memory.max": "max\n"}, 512 * mib},
		"slice": {map[string]string{"proc/self/cgroup": "0::/system.slice/embraye.service\n",
			"sys/fs/cgroup/system.slice/embraye.service/memory.max": "max\n", "sys/fs/cgroup/system.slice/memory.max": "268435456\n"}, 256 * mib},
		"high":   {map[string]string{"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "536870912\n", "sys/fs/cgroup/a/memory.high": "402653184\n"}, 384 * mib},
		"hybrid": {map[string]string{"proc/self/cgroup": "9:name=systemd:/\n4:memory:/a\n0::/\n", "sys/fs/cgroup/a/memory.max": "1"}, math.MaxInt64},
		"free":   {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, math.MaxInt64},
		"odd":    {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "much\n"}, math.MaxInt64},
		"none":   {nil, math.MaxInt64},
	} {
		if got := cgroupMemory(machine(tt.files)); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

func TestT17TheRuntimeKeepsWithinTheCgroup(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(math.MaxInt64))
	small := machine(map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "134217728\n"})
	free := machine(nil)
	if got := allowedMemory(free); got != 0 {
		t.Errorf("without any limit: %d", got)
	}
	t.Setenv("GOMEMLIMIT", "64MiB") // the runtime read it before; here it only says that the operator chose
	limitMemory(small)
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("the operator's limit became %d", got)
	}
	debug.SetMemoryLimit(64 * mib)
	if got := allowedMemory(free); got != 64*mib {
		t.Errorf("by GOMEMLIMIT: %d", got)
	}
	if got := allowedMemory(small); got != 64*mib {
		t.Errorf("by the lesser of both: %d", got)
	}
	debug.SetMemoryLimit(math.MaxInt64)
	if err := os.Unsetenv("GOMEMLIMIT"); err != nil {
		t.Fatal(err)
	}
	limitMemory(free)
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("without any limit: %d", got)
	}
	limitMemory(small)
	if got := debug.SetMemoryLimit(-1); got <= 96*mib || got >= 110*mib {
		t.Errorf("in 128 MiB the runtime takes %d", got)
	}
}
