package main

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// settling is how long the first chores after a start take.
const settling = 20 * time.Second

// settle gives back what the start took, and then what the first chores took: three
// times what is needed after them, and the runtime would keep it.
func settle(ctx context.Context) {
	giveBack()
	select {
	case <-ctx.Done():
	case <-time.After(settling):
		giveBack()
	}
}

// giveBack returns to the system the memory that is free and the pages of the
// program's code, most of which ran once: what runs again is mapped again. Only
// Linux says where the code lies; elsewhere the system finds out by itself.
func giveBack() {
	debug.FreeOSMemory()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	if start, end, found := mappingOf(reflect.ValueOf(giveBack).Pointer(), string(maps)); found {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, start, end-start, syscall.MADV_DONTNEED) // a kernel that refuses keeps them
	}
}

// mappingOf finds the mapping of code around an address in /proc/self/maps (proc(5)).
func mappingOf(address uintptr, maps string) (start, end uintptr, found bool) {
	for line := range strings.Lines(maps) {
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &start, &end, &mode); err == nil && mode == "r-xp" && start <= address && address < end {
			return start, end, true
		}
	}
	return 0, 0, false
}

// allowedMemory is how many bytes this process may use, by its cgroup (version
// 2: systemd, containers) or by GOMEMLIMIT; 0 where nobody says.
func allowedMemory(root fs.FS) int64 {
	allowed := min(debug.SetMemoryLimit(-1), cgroupMemory(root)) // -1 only reads
	if allowed == math.MaxInt64 {
		return 0
	}
	return allowed
}

// limitMemory makes the runtime clear up before the cgroup's limit, at which the
// kernel kills: what 30 people who sign in leave behind is more than what they
// use. A fifth is for what the runtime does not count, SQLite's memory above all.
// GOMEMLIMIT is the operator's word.
func limitMemory(root fs.FS) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	if limit := cgroupMemory(root); limit < math.MaxInt64 {
		debug.SetMemoryLimit(limit / 5 * 4)
	}
}

// garbage is how much the runtime may leave lying about, in per cent of what is in use.
// Go's own word is 100; half of it costs a hundredth of the processor's time more on a
// busy day, at whose end 8 MiB less are held.
const garbage = 50

// limitGarbage makes the runtime collect more often than it would. GOGC is the
// operator's word.
func limitGarbage() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}

// cgroupMemory is the least that the process's cgroup and those around it allow,
// for systemd sets limits on slices too; the most that there is without a limit.
func cgroupMemory(root fs.FS) int64 {
	least := int64(math.MaxInt64)
	own, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return least
	}
	for line := range strings.Lines(string(own)) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::/")
		for ok {
			for _, file := range []string{"memory.max", "memory.high"} { // beyond high the kernel slows us down
				least = min(least, readLimit(root, path.Join("sys/fs/cgroup", group, file)))
			}
			ok = group != "" && group != "."
			group = path.Dir(group)
		}
	}
	return least
}

// readLimit reads a number of bytes; "max", or no file, is no limit.
func readLimit(root fs.FS, name string) int64 {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return math.MaxInt64
	}
	if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
		return n
	}
	return math.MaxInt64
}
