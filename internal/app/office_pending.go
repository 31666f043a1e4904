package app

import (
	"context"
	"errors"

	"embraye/internal/embraye"
)

var errUnwritten = errors.New("not written yet")

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

func (a *App) DeliveryState(ctx context.Context, updateID string) (*embraye.DeliveryReport, error) {
	return nil, errUnwritten
}
func (a *App) FailingHosts(ctx context.Context, by embraye.Acting) ([]embraye.FailingHost, error) {
	return nil, errUnwritten
}
