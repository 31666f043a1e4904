package translog

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// ProofType is what proofs are served as.
	ProofType = "text/plain; charset=utf-8"
	proofHead = "c2sp.org/tlog-proof@v1"
	maxHashes = 63
	// MaxProof bounds the text of a proof.
	MaxProof = MaxCheckpoint + 1<<14
	maxExtra = 4096
)

// Proof is that one leaf is in the log, for who has nothing else: the text of a
// .tlog-proof.
type Proof struct {
	Extra      []byte // ours: the salt of the commitment
	Index      int64
	Hashes     []tlog.Hash // from the leaf's sibling up
	Checkpoint string      // signed
}

// Text writes the proof.
func (p Proof) Text() string {
	var b strings.Builder
	b.WriteString(proofHead + "\n")
	if len(p.Extra) > 0 {
		b.WriteString("extra " + base64.StdEncoding.EncodeToString(p.Extra) + "\n")
	}
	b.WriteString("index " + strconv.FormatInt(p.Index, 10) + "\n")
	for _, h := range p.Hashes {
		b.WriteString(h.String() + "\n")
	}
	return b.String() + "\n" + p.Checkpoint
}

// ParseProof reads a proof; what it proves is for Check.
func ParseProof(text string) (p Proof, err error) {
	if len(text) > MaxProof {
		return p, malformed("a proof of %d bytes", len(text))
	}
	head, checkpoint, ok := strings.Cut(text, "\n\n")
	if !ok {
		return p, malformed("a proof that ends before its checkpoint")
	}
	lines := strings.Split(head, "\n")
	if lines[0] != proofHead {
		return p, malformed("a proof that begins with %.40q", lines[0])
	}
	if lines = lines[1:]; len(lines) > 0 {
		if extra, ok := strings.CutPrefix(lines[0], "extra "); ok {
			if p.Extra, err = base64.StdEncoding.Strict().DecodeString(extra); err != nil || len(p.Extra) > maxExtra {
				return p, malformed("the extra data of a proof")
			}
			lines = lines[1:]
		}
	}
	if len(lines) == 0 || len(lines)-1 > maxHashes {
		return p, malformed("a proof of %d lines", len(lines))
	}
	index, ok := strings.CutPrefix(lines[0], "index ")
	if !ok {
		return p, malformed("a proof without an index")
	}
	if p.Index, err = parseSize(index); err != nil {
		return p, err
	}
	for _, line := range lines[1:] {
		h, err := parseHash(line)
		if err != nil {
			return p, err
		}
		p.Hashes = append(p.Hashes, h)
	}
	p.Checkpoint = checkpoint
	_, err = Unsigned(checkpoint)
	return p, err
}

// Check tells whether a leaf is in the log of a checkpoint, whose signatures
// somebody else has looked at.
func (p Proof) Check(leaf []byte, c Checkpoint) error {
	if p.Index >= c.Size {
		return fmt.Errorf("the proof is of leaf %d, and the checkpoint has %d", p.Index, c.Size)
	}
	if err := tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Index, tlog.RecordHash(leaf)); err != nil {
		return fmt.Errorf("leaf %d is not in the log of this checkpoint: %w", p.Index, err)
	}
	return nil
}
