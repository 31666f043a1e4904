package embraye

import "time"

// Role of a person of the organisation; each includes the one before.
type Role string

// The four roles, from least to most.
const (
	Reader   Role = "reader"   // sees the office
	Editor   Role = "editor"   // writes drafts and publishes own ones
	Reviewer Role = "reviewer" // publishes, corrects, withdraws any; moderates
	Admin    Role = "admin"    // people, settings, blocks
)

// Roles lists the roles from least to most.
func Roles() []Role { return []Role{Reader, Editor, Reviewer, Admin} }

// Includes reports whether r may do what other may.
func (r Role) Includes(other Role) bool {
	rank := func(x Role) int {
		for i, k := range Roles() {
			if k == x {
				return i
			}
		}
		return -1
	}
	return rank(r) >= rank(other) && rank(r) >= 0
}

// Person is somebody of the organisation. Their name stays out of federated
// data unless they chose to sign.
type Person struct {
	ID           int64
	Email        string // lower case
	Name         string
	Role         Role
	PasswordHash string // argon2id in PHC form; empty: no password yet
	Language     string
	Disabled     bool
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
}

// AuditEntry is one decision, who took it, and whether the public journal
// shows it (without the person).
type AuditEntry struct {
	ID     int64
	At     time.Time
	Person int64  // 0: the operator on the command line
	Who    string // name for the office
	Action string // update.publish, update.withdraw, block.add…
	Object string // what it was about: an IRI, a domain
	Reason string
	Detail string // for the office only: an address, a name
	Public bool
	Salt   []byte // of the line's commitment in the public log; nil: not in it yet, empty: something else stands for it
}

// Acting is who does something: a person of the organisation, or the operator
// at the command line, who may do everything.
type Acting struct {
	Person   *Person
	Operator bool
}

// Operator is the acting of the command line.
func Operator() Acting { return Acting{Operator: true} }

// Name is what the audit log shows.
func (a Acting) Name() string {
	if a.Person != nil {
		return a.Person.Name
	}
	if a.Operator {
		return "operator"
	}
	return ""
}

// PersonID is 0 for the operator.
func (a Acting) PersonID() int64 {
	if a.Person != nil {
		return a.Person.ID
	}
	return 0
}

// May returns ErrForbidden unless the acting one has the role.
func (a Acting) May(role Role) error {
	if a.Operator && a.Person == nil {
		return nil
	}
	if a.Person == nil || a.Person.Disabled || !a.Person.Role.Includes(role) {
		return ErrForbidden
	}
	return nil
}
