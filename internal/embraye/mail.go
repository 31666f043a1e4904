package embraye

import "time"

// Mail is a one-time link that has to be sent to somebody, or a notice. The link
// itself is made when it goes: what waits here is of no use to whoever reads it.
type Mail struct {
	ID        int64
	Kind      LinkKind // invite or reset, or a notice
	Email     string
	PersonID  int64 // whose password, for resets
	Role      Role  // offered, for invitations
	Language  string
	AskedBy   string    // the name of the admin; empty: the person, or the operator
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	Tries     int
	NextAt    time.Time
}

// The notices: mails without a link, about one's own account.
const (
	NoticeFactorAdded   LinkKind = "factor_added"
	NoticeFactorRemoved LinkKind = "factor_removed"
	NoticeCodesNew      LinkKind = "codes_new"
	NoticeCodeUsed      LinkKind = "code_used"
	NoticeCodesTried    LinkKind = "codes_tried"
	NoticeKeyCopied     LinkKind = "key_copied"
)

// NoticePlanFailed is about publications that did not happen at their hour.
const NoticePlanFailed LinkKind = "plan_failed"

// IsNotice tells a mail that only tells something from one with a link.
func (m *Mail) IsNotice() bool { return m.Kind != InviteLink && m.Kind != ResetLink }
