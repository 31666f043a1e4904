package delivery

import (
	"crypto"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// signers compute signatures on as many goroutines as there are processors.
// Hundreds of exchanges are ready to sign at the same time: done there and
// then, signatures would keep the processor from exchanges that only have to
// read their answer, and each would grow a stack of its own for it.
type signers struct {
	work  chan *signing
	ended sync.WaitGroup
}

// signing is one signature to be made.
type signing struct {
	key    crypto.Signer
	random io.Reader
	digest []byte
	opts   crypto.SignerOpts

	signature []byte
	err       error
	done      chan struct{}
}

func startSigners() *signers {
	s := &signers{work: make(chan *signing)}
	for range runtime.GOMAXPROCS(0) {
		s.ended.Go(func() {
			for w := range s.work {
				w.make()
			}
		})
	}
	return s
}

// stop ends the goroutines; nobody may sign any more.
func (s *signers) stop() {
	close(s.work)
	s.ended.Wait()
}

// make signs. A key that panics fails that signature alone.
func (w *signing) make() {
	defer close(w.done)
	defer func() {
		if p := recover(); p != nil {
			w.err = fmt.Errorf("signing panicked: %v", p)
		}
	}()
	w.signature, w.err = w.key.Sign(w.random, w.digest, w.opts)
}

// wrap returns the key with its work done here.
func (s *signers) wrap(key crypto.Signer) crypto.Signer { return sharedSigner{key, s} }

type sharedSigner struct {
	crypto.Signer
	signers *signers
}

func (s sharedSigner) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	w := &signing{key: s.Signer, random: random, digest: digest, opts: opts, done: make(chan struct{})}
	s.signers.work <- w
	<-w.done
	return w.signature, w.err
}
