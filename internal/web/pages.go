package web

import (
	"context"

	"embraye/internal/embraye"
)

// Pages is everything that public pages and documents read, one method each.
// What does not exist, is switched off or was never public is ErrNotFound; a
// withdrawn constat and a deleted Note are returned, for their 410.
type Pages interface {
	FramePage(ctx context.Context) (*embraye.FramePage, error)
	HomePage(ctx context.Context) (*embraye.HomePage, error)
	MeasurePage(ctx context.Context, handle string) (*embraye.MeasurePage, error)
	OrganisationPage(ctx context.Context, handle string) (*embraye.OrganisationPage, error)
	ConstatPage(ctx context.Context, id string) (*embraye.ConstatPage, error)
	VersionPage(ctx context.Context, id string, number int) (*embraye.VersionPage, error)
	NotePage(ctx context.Context, id string) (*embraye.NotePage, error)
	OrganisationsPage(ctx context.Context) (*embraye.OrganisationsPage, error)
	MatrixPage(ctx context.Context) (*embraye.MatrixPage, error)
	PlacePage(ctx context.Context, measure string, codes, prefixes []string) (*embraye.PlacePage, error)
	TimelinePage(ctx context.Context, f embraye.TimelineFilter) (*embraye.TimelinePage, error)
	FeedPage(ctx context.Context, measure string, codes, prefixes []string) (*embraye.FeedPage, error)
	DataPage(ctx context.Context) (*embraye.DataPage, error)
	DataCensus(ctx context.Context) (*embraye.DataCensus, error)
	JournalPage(ctx context.Context, before int64, limit int) (*embraye.JournalPage, error)
	LegalPage(ctx context.Context) (*embraye.LegalPage, error)
	MapPage(ctx context.Context) (*embraye.MapPage, error)

	ActorPage(ctx context.Context, handle string) (*embraye.ActorPage, error)
	OutboxPage(ctx context.Context, handle, before string, limit int) (*embraye.OutboxPage, error)
	FollowersPage(ctx context.Context, handle string) (total int, err error)
	FollowingPage(ctx context.Context, handle string) (total int, err error)
	FeaturedPage(ctx context.Context, handle string) (*embraye.FeaturedPage, error)
	MeasuresPage(ctx context.Context, handle string) ([]embraye.Actor, error)
	ActivityPage(ctx context.Context, id string) (*embraye.Activity, error)
	QuotePage(ctx context.Context, id string) (*embraye.Quote, error)
	RepliesPage(ctx context.Context, object embraye.IRI, number, size int) (*embraye.RepliesPage, error)
	CensusPage(ctx context.Context) (*embraye.CensusPage, error)
}
