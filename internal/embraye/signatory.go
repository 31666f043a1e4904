package embraye

// Signatory is what is known of an organisation's signature below the
// memorandum: the address of the list that names it, NotSignatory, or nothing.
// Nobody is called a signatory without that evidence.
type Signatory string

// NotSignatory is said of who did not sign.
const NotSignatory Signatory = "no"

// States of a signature, as forms and open data name them.
const (
	SignatoryUnverified = "unverified"
	SignatorySigned     = "signatory"
	SignatoryNot        = "not_signatory"
)

// SignatoryStates are all of them.
func SignatoryStates() []string { return []string{SignatoryUnverified, SignatorySigned, SignatoryNot} }

// State is one of the three.
func (s Signatory) State() string {
	switch s {
	case "":
		return SignatoryUnverified
	case NotSignatory:
		return SignatoryNot
	}
	return SignatorySigned
}

// Proof is the address of the list; empty if there is none.
func (s Signatory) Proof() string {
	if s.State() == SignatorySigned {
		return string(s)
	}
	return ""
}

// MakeSignatory reads a form. A signature wants its evidence.
func MakeSignatory(state, proof string) (Signatory, error) {
	switch proof = Address(proof); {
	case state == SignatoryUnverified:
		return "", nil
	case state == SignatoryNot:
		return NotSignatory, nil
	case state != SignatorySigned:
		return "", &InvalidError{Problems: []Problem{{Field: "signatory", Code: "required"}}}
	case proof == "":
		return "", &InvalidError{Problems: []Problem{{Field: "signatory_proof", Code: "required"}}}
	case !WebAddress(proof):
		return "", &InvalidError{Problems: []Problem{{Field: "signatory_proof", Code: "bad_url", Value: proof}}}
	}
	return Signatory(proof), nil
}
