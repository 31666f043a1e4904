package embraye

// OutboxPage is one page of what an actor said, newest first.
type OutboxPage struct {
	Total      int
	Activities []Activity
	Next       string // ULID before which the next page starts, empty on the last page
}

// FeaturedPage is what an actor pins: « où on en est », then its latest
// constats. On Mastodon and GoToSocial it is the only backfill (INTEROP 0.6).
type FeaturedPage struct {
	Pinned *Note
	Latest []Update // newest first
}
