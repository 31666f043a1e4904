package main

import (
	"net/http/httptest"
	"syscall"
	"testing"

	"embraye/internal/fedtest"
)

// A server is killed once while a witness from outside is being asked, before it
// has signed, and once after that, before anybody heard of it: each time the log
// goes on from what was signed, and nothing forks (C7).
func TestC7KillsBetweenCommitAndCosignatureForkNothing(t *testing.T) {
	dir := instanceDir(t)
	env := loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0")
	s := serveProcess(t, env...)
	var log struct {
		VKey    string `json:"vkey"`
		Size    int64  `json:"size"`
		Frozen  string `json:"frozen"`
		Waiting int    `json:"waiting"`
	}
	s.command(&log, "journal", "--json")
	n, err := fedtest.NewNeighbour("temoin.example/w1", log.VKey)
	if err != nil {
		t.Fatal(err)
	}
	witness := httptest.NewServer(n)
	defer witness.Close()
	s.command(nil, "witness", "add", n.Verifier().String(), witness.URL)
	defer func() {
		if t.Failed() {
			_, said := ran(t, env, "witness", "list")
			t.Logf("%s\n%s", said, s.log)
		}
	}()
	for _, afterSigning := range []bool{false, true} {
		killed, running := make(chan struct{}), s
		n.Once(afterSigning, func() {
			_ = running.cmd.Process.Signal(syscall.SIGKILL)
			<-running.done
			close(killed)
		})
		s.publishes(1)
		eventually(t, "the witness is asked", func() bool {
			select {
			case <-killed:
				return true
			default:
				return false
			}
		})
		s = serveProcess(t, env...)
	}
	s.publishes(1)
	eventually(t, "all of it is signed", func() bool {
		s.command(&log, "journal", "--json")
		size, _ := n.Stands()
		return log.Frozen == "" && log.Waiting == 0 && size == log.Size
	})
	s.stop()
	if _, forks := n.Stands(); forks > 0 {
		t.Errorf("%d times the witness was shown another history", forks)
	}
	var list []shownWitness
	s.command(&list, "witness", "list", "--json")
	if len(list) != 1 || list[0].Name != "temoin.example/w1" || list[0].Size != log.Size || list[0].Error != "" {
		t.Errorf("%+v, of %d", list, log.Size)
	}
}

// A command that comes after a server was killed, and before the next one, signs
// nothing that a witness may have seen otherwise: its leaf waits for the next start.
func TestACommandAfterACrashWaitsForWitnesses(t *testing.T) {
	env := loopback(instanceDir(t), "EMBRAYE_LISTEN=127.0.0.1:0")
	s := serveProcess(t, env...)
	var before, log struct {
		VKey, Frozen  string
		Size, Waiting int64
	}
	s.command(&before, "journal", "--json")
	n, err := fedtest.NewNeighbour("temoin.example/w1", before.VKey)
	if err != nil {
		t.Fatal(err)
	}
	outside := httptest.NewServer(n)
	defer outside.Close()
	s.command(nil, "witness", "add", n.Verifier().String(), outside.URL)
	s.command(&before, "journal", "--json")
	s.signal(syscall.SIGKILL)
	<-s.done
	s.publishes(1)
	s.command(&log, "journal", "--json")
	if log.Frozen != "unclean" || log.Waiting == 0 || log.Size != before.Size {
		t.Errorf("before the next start: %+v, it was %+v", log, before)
	}
	s = serveProcess(t, env...)
	eventually(t, "it is in the log", func() bool {
		s.command(&log, "journal", "--json")
		return log.Frozen == "" && log.Waiting == 0 && log.Size > before.Size
	})
	s.stop()
	s.publishes(1) // after a good end nothing waits
	s.command(&log, "journal", "--json")
	if log.Frozen != "" || log.Waiting != 0 {
		t.Errorf("after a good end: %+v", log)
	}
}
