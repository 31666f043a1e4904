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
