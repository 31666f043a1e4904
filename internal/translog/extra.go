package translog

import (
	"encoding/hex"
	"encoding/json"
)

// extra is what a proof of ours carries besides what the format asks for, so
// that a file alone can be verified: the leaf, and the salt of its commitment.
// Nothing of it is believed: the leaf has to be in the log, and the salt to fit.
type extra struct {
	Leaf string `json:"leaf"`
	Salt string `json:"salt,omitempty"` // hex; gone once the object is erased
}

// Extra writes it.
func Extra(leaf, salt []byte) ([]byte, error) {
	return json.Marshal(extra{string(leaf), hex.EncodeToString(salt)})
}

// shown reads what a proof carries.
func (p Proof) shown() (leaf Leaf, raw, salt []byte, err error) {
	var e extra
	if err := json.Unmarshal(p.Extra, &e); err != nil {
		return leaf, nil, nil, malformed("a proof that does not say of what it is")
	}
	if salt, err = hex.DecodeString(e.Salt); err != nil || len(salt) != 0 && len(salt) != SaltSize {
		return leaf, nil, nil, malformed("the salt of a proof")
	}
	leaf, err = ParseLeaf([]byte(e.Leaf))
	return leaf, []byte(e.Leaf), salt, err
}
