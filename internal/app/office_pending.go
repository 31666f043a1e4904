package app

import (
	"context"
	"errors"
	"io"
	"time"

	"embraye/configs"
	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/files"
)

var errUnwritten = errors.New("not written yet")

func (a *App) SetupLink(ctx context.Context, by embraye.Acting) (url string, err error) {
	return "", errUnwritten
}
func (a *App) SetupState(ctx context.Context, token string) (embraye.LinkState, error) {
	return "", errUnwritten
}
func (a *App) Setup(ctx context.Context, token string, in SetupInput) (*embraye.Person, error) {
	return nil, errUnwritten
}
func (a *App) OrgHandleLocked(ctx context.Context) (bool, error) { return false, errUnwritten }

func (a *App) SignIn(ctx context.Context, email, password, clientIP string) (*embraye.Person, error) {
	return nil, errUnwritten
}

// Person is who a session belongs to; ErrForbidden if shut out.
func (a *App) Person(ctx context.Context, id int64) (*embraye.Person, error) {
	return nil, errUnwritten
}
func (a *App) SetLanguage(ctx context.Context, by embraye.Acting, language string) error {
	return errUnwritten
}
func (a *App) EnablePerson(ctx context.Context, by embraye.Acting, email string) error {
	return errUnwritten
}

func (a *App) Invite(ctx context.Context, by embraye.Acting, email string, role embraye.Role) (url string, err error) {
	return "", errUnwritten
}
func (a *App) Invites(ctx context.Context, by embraye.Acting) ([]embraye.Link, error) {
	return nil, errUnwritten
}
func (a *App) RevokeInvite(ctx context.Context, by embraye.Acting, email string) error {
	return errUnwritten
}
func (a *App) InviteState(ctx context.Context, token string) (embraye.LinkState, *embraye.Link, error) {
	return "", nil, errUnwritten
}
func (a *App) AcceptInvite(ctx context.Context, token, name, password string) (*embraye.Person, error) {
	return nil, errUnwritten
}

func (a *App) AskReset(ctx context.Context, email, clientIP string) error { return errUnwritten }
func (a *App) ResetLink(ctx context.Context, by embraye.Acting, email string) (url string, err error) {
	return "", errUnwritten
}
func (a *App) ResetState(ctx context.Context, token string) (embraye.LinkState, error) {
	return "", errUnwritten
}
func (a *App) ResetPassword(ctx context.Context, token, password string) (*embraye.Person, error) {
	return nil, errUnwritten
}

// currentToken: of the session that stays (scs.SessionManager.Token).
func (a *App) ChangePassword(ctx context.Context, by embraye.Acting, old, password, currentToken string) error {
	return errUnwritten
}

func (a *App) SessionStore() *SessionStore { return &SessionStore{app: a} }
func (a *App) Sessions(ctx context.Context, personID int64) ([]embraye.Session, error) {
	return nil, errUnwritten
}
func (a *App) EndSession(ctx context.Context, by embraye.Acting, tokenHash string) error {
	return errUnwritten
}
func (a *App) EndSessionsOf(ctx context.Context, by embraye.Acting, personID int64) error {
	return errUnwritten
}

func (a *App) NewDraft(ctx context.Context, by embraye.Acting, in DraftInput) (*embraye.Draft, error) {
	return nil, errUnwritten
}
func (a *App) SaveDraft(ctx context.Context, by embraye.Acting, id int64, version int, in DraftInput) (*embraye.Draft, error) {
	return nil, errUnwritten
}
func (a *App) TakeDraft(ctx context.Context, by embraye.Acting, id int64) (*embraye.Draft, error) {
	return nil, errUnwritten
}
func (a *App) Drafts(ctx context.Context, by embraye.Acting, f embraye.DraftFilter) ([]embraye.Draft, error) {
	return nil, errUnwritten
}
func (a *App) DuplicateLast(ctx context.Context, by embraye.Acting) (*embraye.Draft, error) {
	return nil, errUnwritten
}
func (a *App) DeleteDraft(ctx context.Context, by embraye.Acting, id int64) error {
	return errUnwritten
}
func (a *App) SendForReview(ctx context.Context, by embraye.Acting, id, reviewer int64, note string) (*embraye.Draft, error) {
	return nil, errUnwritten
}
func (a *App) ReturnDraft(ctx context.Context, by embraye.Acting, id int64, note string) (*embraye.Draft, error) {
	return nil, errUnwritten
}
func (a *App) ScheduleDraft(ctx context.Context, by embraye.Acting, id int64, version int, at time.Time) (*embraye.Draft, error) {
	return nil, errUnwritten
}
func (a *App) UnscheduleDraft(ctx context.Context, by embraye.Acting, id int64) (*embraye.Draft, error) {
	return nil, errUnwritten
}
func (a *App) PublishDraft(ctx context.Context, by embraye.Acting, id int64, version int) (*Published, error) {
	return nil, errUnwritten
}
func (a *App) PublishDue(ctx context.Context) (published int, err error) { return 0, errUnwritten }

// CheckDraft lists what publication would refuse now.
func (a *App) CheckDraft(d *embraye.Draft) []embraye.Problem { return nil }

// PreviewDraft is the HTML that Mastodon would get, and its length as text in characters.
func (a *App) PreviewDraft(d *embraye.Draft) (html string, characters int) { return "", 0 }

// Recipients: followers and distinct servers that a constat of the measure would go to (its followers and the organisation's).
func (a *App) Recipients(ctx context.Context, measure string) (followers, servers int, err error) {
	return 0, 0, errUnwritten
}

func (a *App) AddFile(ctx context.Context, by embraye.Acting, r io.Reader, name, alt string) (*embraye.EvidenceFile, error) {
	return nil, errUnwritten
}

// FileInfo: ErrNotFound unless public, or asked for by an editor (by zero value: the public).
func (a *App) FileInfo(ctx context.Context, by embraye.Acting, name string) (*embraye.EvidenceFile, error) {
	return nil, errUnwritten
}
func (a *App) OpenFile(ctx context.Context, by embraye.Acting, name string) (io.ReadSeekCloser, files.Info, *embraye.EvidenceFile, error) {
	return nil, files.Info{}, nil, errUnwritten
}
func (a *App) LinkTitle(ctx context.Context, by embraye.Acting, url string) (title, publisher string, err error) {
	return "", "", errUnwritten
}

func (a *App) Replies(ctx context.Context, by embraye.Acting, f embraye.ReplyFilter) ([]embraye.OfficeReply, error) {
	return nil, errUnwritten
}
func (a *App) Reply(ctx context.Context, by embraye.Acting, id int64) (*embraye.OfficeReply, error) {
	return nil, errUnwritten
}
func (a *App) ShowReply(ctx context.Context, by embraye.Acting, id int64) error { return errUnwritten }
func (a *App) HideReply(ctx context.Context, by embraye.Acting, id int64, reason string) error {
	return errUnwritten
}
func (a *App) AnswerAs(ctx context.Context, by embraye.Acting, replyID int64, text string) (*embraye.Note, error) {
	return nil, errUnwritten
}
func (a *App) BlockAuthor(ctx context.Context, by embraye.Acting, actor embraye.IRI, reason string) error {
	return errUnwritten
}
func (a *App) UnblockAuthor(ctx context.Context, by embraye.Acting, actor embraye.IRI) error {
	return errUnwritten
}
func (a *App) BlockedAuthors(ctx context.Context, by embraye.Acting) ([]embraye.ActorBlock, error) {
	return nil, errUnwritten
}
func (a *App) Interactions(ctx context.Context, by embraye.Acting, f embraye.InteractionFilter) ([]embraye.OfficeInteraction, error) {
	return nil, errUnwritten
}
func (a *App) Quotes(ctx context.Context, by embraye.Acting, before string, limit int) ([]embraye.OfficeQuote, error) {
	return nil, errUnwritten
}
func (a *App) RevokeQuote(ctx context.Context, by embraye.Acting, id string) error {
	return errUnwritten
}
func (a *App) Reports(ctx context.Context, by embraye.Acting, state string) ([]embraye.Report, error) {
	return nil, errUnwritten
}
func (a *App) CloseReport(ctx context.Context, by embraye.Acting, id int64, note string) error {
	return errUnwritten
}
func (a *App) SendFlag(ctx context.Context, by embraye.Acting, url, text string) error {
	return errUnwritten
}
func (a *App) Followers(ctx context.Context, by embraye.Acting, actor string, before int64) (*embraye.FollowerPage, error) {
	return nil, errUnwritten
}
func (a *App) FollowersByHost(ctx context.Context, by embraye.Acting) ([]embraye.HostCount, error) {
	return nil, errUnwritten
}

func (a *App) Start(ctx context.Context, by embraye.Acting) (*embraye.OfficeStart, error) {
	return nil, errUnwritten
}
func (a *App) Constats(ctx context.Context, by embraye.Acting, f embraye.ConstatFilter) ([]embraye.Update, error) {
	return nil, errUnwritten
}
func (a *App) Constat(ctx context.Context, by embraye.Acting, id string) (*embraye.OfficeConstat, error) {
	return nil, errUnwritten
}
func (a *App) DeliveryState(ctx context.Context, updateID string) (*embraye.DeliveryReport, error) {
	return nil, errUnwritten
}
func (a *App) FailingHosts(ctx context.Context, by embraye.Acting) ([]embraye.FailingHost, error) {
	return nil, errUnwritten
}

func (a *App) Profile(ctx context.Context) (*embraye.Actor, error) { return nil, errUnwritten }
func (a *App) SetProfile(ctx context.Context, by embraye.Acting, in ProfileInput) error {
	return errUnwritten
}
func (a *App) SetOrgHandle(ctx context.Context, by embraye.Acting, handle string) error {
	return errUnwritten
}
func (a *App) Actors(ctx context.Context) ([]embraye.Actor, error) { return nil, errUnwritten }
func (a *App) EnableMeasure(ctx context.Context, by embraye.Acting, id string) error {
	return errUnwritten
}
func (a *App) Rules(ctx context.Context) (Rules, error)                       { return Rules{}, errUnwritten }
func (a *App) SetRules(ctx context.Context, by embraye.Acting, r Rules) error { return errUnwritten }
func (a *App) Legal(ctx context.Context) (map[string]string, error)           { return nil, errUnwritten }
func (a *App) SetLegal(ctx context.Context, by embraye.Acting, texts map[string]string) error {
	return errUnwritten
}

func (a *App) DryRunImport(ctx context.Context, by embraye.Acting, r io.Reader) (*export.Import, error) {
	return nil, errUnwritten
}
func (a *App) Import(ctx context.Context, by embraye.Acting, lines []export.ImportLine) (n int, err error) {
	return 0, errUnwritten
}

func (a *App) Audit(ctx context.Context, by embraye.Acting, before int64) (*embraye.AuditPage, error) {
	return nil, errUnwritten
}
func (a *App) Journal(ctx context.Context, before int64) (*embraye.AuditPage, error) {
	return nil, errUnwritten
}

func (a *App) LoadDemo(ctx context.Context, by embraye.Acting, list []configs.DemoConstat) (n int, err error) {
	return 0, errUnwritten
}
func (a *App) RemoveDemo(ctx context.Context, by embraye.Acting) (n int, err error) {
	return 0, errUnwritten
}
