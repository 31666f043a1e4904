package fedtest

import (
	"crypto/ed25519"
	"fmt"
	"runtime"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
	"embraye/internal/translog"

	"golang.org/x/mod/sumdb/tlog"
)

// BenchmarkWitness: what one checkpoint costs that one of 200 peers has signed, after
// the first of each: the log has grown by a leaf since.
func BenchmarkWitness(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			const peers = 200
			w := New(b, Config{Kind: kind}, "ours.example")
			in := w.Instances[0]
			logs := make([]func() []byte, peers)
			if err := in.Store.InTx(b.Context(), func(t store.Tables) error {
				for i := range peers {
					host := fmt.Sprintf("pair%d.example", i)
					_, key, _ := ed25519.GenerateKey(nil)
					vkey, err := translog.VKey(host+"/journal", key.Public().(ed25519.PublicKey))
					if err != nil {
						return err
					}
					p := &embraye.Peer{Organisation: embraye.IRI("https://" + host + "/actors/organisation"), Host: host, CreatedAt: w.Clock.Now(),
						Known: &embraye.PeerFacts{Log: &embraye.PeerLog{Origin: host + "/journal", VKey: vkey, Prefix: "https://" + host + "/journal/"}}}
					if err := t.Peers.Insert(b.Context(), p); err != nil {
						return err
					}
					logs[i] = growing(b, host+"/journal", key)
				}
				return nil
			}); err != nil {
				b.Fatal(err)
			}
			posted := make([][]byte, peers+b.N)
			for n := range posted {
				posted[n] = logs[n%peers]()
			}
			add := func(n int) {
				if n%peers == 0 {
					w.Clock.Advance(time.Minute)
				}
				if _, err := in.Witness.Add(b.Context(), posted[n]); err != nil {
					b.Fatal(err)
				}
			}
			for n := range peers {
				add(n)
			}
			runtime.GC()
			before := processorTime(b)
			b.ResetTimer()
			for n := range b.N {
				add(peers + n)
			}
			b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// growing makes what a log posts next, each time.
func growing(b *testing.B, origin string, key ed25519.PrivateKey) func() []byte {
	signer, err := translog.Signer(origin, key)
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	check(err)
	var size int64
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) (found []tlog.Hash, err error) {
		for _, i := range at {
			found = append(found, hashes[i])
		}
		return found, nil
	})
	return func() []byte {
		more, err := tlog.StoredHashes(size, fmt.Append(nil, size), reader)
		check(err)
		hashes, size = append(hashes, more...), size+1
		root, err := tlog.TreeHash(size, reader)
		check(err)
		a := &translog.Added{Old: size - 1}
		if a.Old > 0 {
			a.Proof, err = tlog.ProveTree(size, a.Old, reader)
			check(err)
		}
		a.Checkpoint, err = translog.Checkpoint{Origin: origin, Size: size, Root: root}.Sign(signer)
		check(err)
		return a.Bytes()
	}
}
