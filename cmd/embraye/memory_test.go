package main

import (
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
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

func TestTheCodeOfAStartIsGivenBack(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux says where the code lies")
	}
	before := residentCode(t)
	giveBack()
	if after := residentCode(t); after > before/2 {
		t.Errorf("%d KiB of code were resident, and %d are", before, after)
	}
}

// residentCode is how many KiB of this process's code are mapped (proc(5), smaps).
func residentCode(t *testing.T) int {
	t.Helper()
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	start, end, found := mappingOf(reflect.ValueOf(giveBack).Pointer(), string(smaps))
	if !found {
		t.Fatal("the code is in no mapping")
	}
	_, after, _ := strings.Cut(string(smaps), fmt.Sprintf("%08x-%08x", start, end))
	kib, err := strconv.Atoi(strings.TrimSpace(between(after, "Rss:", " kB")))
	if err != nil {
		t.Fatal(err)
	}
	return kib
}

func TestWhichMappingIsOfAnAddress(t *testing.T) {
	const maps = "00400000-01a4f000 r-xp 00000000 fe:00 1033  /usr/bin/embraye\n" +
		"01a4f000-0320f000 r--p 0164f000 fe:00 1033  /usr/bin/embraye\n" +
		"7f0000000000-7f0000001000 r-xp 00000000 00:00 0  [vdso]\n"
	for address, want := range map[uintptr]uintptr{0x400000: 0x400000, 0x1a4efff: 0x400000, 0x1a4f000: 0, 0x3fffff: 0, 0x7f0000000fff: 0x7f0000000000} {
		if start, _, found := mappingOf(address, maps); start != want || found != (want != 0) {
			t.Errorf("%x: %x, %v", address, start, found)
		}
	}
}

func TestTheRuntimeCollectsOften(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	t.Setenv("GOGC", "100")
	limitGarbage()
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("the operator's word became %d", got)
	}
	if err := os.Unsetenv("GOGC"); err != nil {
		t.Fatal(err)
	}
	limitGarbage()
	if got := debug.SetGCPercent(100); got != garbage {
		t.Errorf("the runtime collects at %d per cent, want %d", got, garbage)
	}
}
