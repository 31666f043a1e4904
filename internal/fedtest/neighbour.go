package fedtest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"filippo.io/torchwood"
	sumdb "golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Neighbour is a witness of another make: it reads and signs with torchwood, and
// remembers every root of a size that it was shown.
type Neighbour struct {
	*torchwood.CosignatureSigner
	log sumdb.Verifier

	mu     sync.Mutex
	seen   torchwood.Checkpoint // the largest that it signed
	signed []byte
	roots  map[int64]tlog.Hash
	forks  int
	moment func(signed bool) // before and after it signs; nil: nothing
}

// ServeHTTP answers at the root of a server.
func (n *Neighbour) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if r.Method == http.MethodGet {
		if n.signed == nil || r.URL.Path != fmt.Sprintf("/%x/checkpoint", sha256.Sum256([]byte(n.log.Name()))) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(n.signed)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	status, said := n.add(body)
	if status == http.StatusConflict {
		w.Header().Set("Content-Type", "text/x.tlog.size")
	}
	w.WriteHeader(status)
	_, _ = w.Write(said)
}

// NewNeighbour makes a witness that knows one log.
func NewNeighbour(name, log string) (*Neighbour, error) {
	verifier, err := sumdb.NewVerifier(log)
	if err != nil {
		return nil, err
	}
	signer, err := torchwood.NewCosignatureSigner(name, ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	return &Neighbour{CosignatureSigner: signer, log: verifier, roots: map[int64]tlog.Hash{}}, err
}

// Once has something done when the witness is asked next, before or after it
// signs; nobody hears its answer before that is done.
func (n *Neighbour) Once(afterSigning bool, do func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.moment = func(signed bool) {
		if signed == afterSigning {
			n.moment = nil
			do()
		}
	}
}

// Stands is how much of the log it signed, and how often it was shown another
// history.
func (n *Neighbour) Stands() (size int64, forks int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.seen.N, n.forks
}

// add is C2SP's add-checkpoint.
func (n *Neighbour) add(body []byte) (status int, said []byte) {
	head, signed, _ := strings.Cut(string(body), "\n\n")
	lines := strings.Split(head, "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if err != nil {
		return http.StatusBadRequest, nil
	}
	checkpoint, _, err := torchwood.VerifyCheckpoint([]byte(signed), torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(n.log.Name()), torchwood.SingleVerifierPolicy(n.log)))
	if err != nil {
		return http.StatusForbidden, []byte(err.Error())
	}
	if root, ok := n.roots[checkpoint.N]; ok && root != checkpoint.Hash {
		n.forks++
	}
	n.roots[checkpoint.N] = checkpoint.Hash
	if old != n.seen.N {
		return http.StatusConflict, fmt.Appendf(nil, "%d\n", n.seen.N)
	}
	if n.moment != nil {
		n.moment(false)
	}
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return http.StatusBadRequest, nil
		}
		proof = append(proof, tlog.Hash(hash))
	}
	if old > 0 && old < checkpoint.N && tlog.CheckTree(proof, checkpoint.N, checkpoint.Hash, old, n.seen.Hash) != nil {
		n.forks++
		return http.StatusUnprocessableEntity, nil
	}
	text, _, _ := strings.Cut(signed, "\n\n")
	cosigned, err := sumdb.Sign(&sumdb.Note{Text: text + "\n"}, n)
	if err != nil {
		return http.StatusInternalServerError, []byte(err.Error())
	}
	_, cosignature, _ := strings.Cut(string(cosigned), "\n\n")
	n.seen, n.signed = checkpoint, []byte(signed+cosignature)
	if n.moment != nil {
		n.moment(true)
	}
	return http.StatusOK, []byte(cosignature)
}
