package export

import (
	"context"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// Source is the instance whose open data are written: to whoever asks for them
// at /donnees, and into the folder of somebody who leaves.
type Source struct {
	Site        embraye.Site
	Reference   *embraye.Reference
	Territories *embraye.Territories
	Catalogue   *locale.Catalogue
	Language    string // of descriptions
	Version     string // of the program
}

// A Piece reads one piece of what is too long to be held: who serves many
// bounds it, nil reads at once.
type Piece = func(ctx context.Context, read func(context.Context) error) error

// readPiece reads one piece.
func readPiece[T any](ctx context.Context, piece Piece, read func(context.Context) (T, error)) (data T, err error) {
	if piece == nil {
		return read(ctx)
	}
	err = piece(ctx, func(ctx context.Context) (err error) {
		data, err = read(ctx)
		return err
	})
	return data, err
}

// How many constats and reviews are read at a time.
const (
	pieceOfConstats = 100
	pieceOfReviews  = 200
)

// ConstatPages reads our constats.
type ConstatPages interface {
	DataPage(ctx context.Context, after string, limit int) (*embraye.DataPage, error)
}

// Constats writes every version of our constats; out is left open. A piece is
// read while the one before it is written.
func (s Source) Constats(ctx context.Context, pages ConstatPages, piece Piece, out Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	read, ended := make(chan *embraye.DataPage), make(chan error, 1)
	go func() {
		defer close(read)
		ended <- readConstats(ctx, pages, piece, read)
	}()
	var damaged []string
	for data := range read {
		damaged = append(damaged, data.Damaged...)
		rows := Rows(s.Site, s.Reference, s.Territories, data.Updates, data.Revisions)
		MarkDamaged(rows, damaged)
		SaidBy(rows, data.Organisation.Name)
		if err := out.Write(rows); err != nil {
			stop()
			<-ended // nobody reads any more when this returns
			return err
		}
	}
	return <-ended
}

// readConstats reads them all, the oldest first.
func readConstats(ctx context.Context, pages ConstatPages, piece Piece, read chan<- *embraye.DataPage) error {
	for after := ""; ; {
		data, err := readPiece(ctx, piece, func(ctx context.Context) (*embraye.DataPage, error) {
			return pages.DataPage(ctx, after, pieceOfConstats)
		})
		if err != nil || len(data.Updates) == 0 {
			return err
		}
		select {
		case read <- data:
			after = data.Updates[len(data.Updates)-1].ID
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// ReviewPages reads the reviews that readers see here.
type ReviewPages interface {
	ReviewData(ctx context.Context, after embraye.ReviewsAfter, limit int) (*embraye.ReviewData, error)
}

// Reviews writes them all, and ends the file.
func (s Source) Reviews(ctx context.Context, pages ReviewPages, piece Piece, out ReviewWriter) error {
	for after := new(embraye.ReviewsAfter); after != nil; {
		data, err := readPiece(ctx, piece, func(ctx context.Context) (*embraye.ReviewData, error) {
			return pages.ReviewData(ctx, *after, pieceOfReviews)
		})
		if err != nil {
			return err
		}
		if err := out.Write(Reviews(s.Site, data.Organisation, data.Lines)); err != nil {
			return err
		}
		after = data.Next
	}
	return out.Close()
}

// OrganisationPages reads ours and the peers.
type OrganisationPages interface {
	OrganisationsPage(ctx context.Context) (*embraye.OrganisationsPage, error)
}

// Organisations is ours, then the peers.
func (s Source) Organisations(ctx context.Context, pages OrganisationPages) ([]Organisation, error) {
	data, err := pages.OrganisationsPage(ctx)
	if err != nil {
		return nil, err
	}
	ours := data.Organisation
	rows := []Organisation{{Account: string(s.Site.ActorID(ours.Handle)), Name: ours.Name, Host: embraye.IRI(s.Site.Base).Host(),
		Page: s.Site.ActorPage(ours.Handle), Here: true, Constats: data.Count, Gathered: true, Software: "embraye", Version: s.Version,
		Reference: []string{s.Reference.TextIRI()}, Since: moment(ours.CreatedAt), Signatory: data.Signatory.State(), Proof: data.Signatory.Proof()}}
	for _, p := range data.Peers {
		row := Organisation{Account: string(p.Peer.Organisation), Name: p.Peer.Name, Host: p.Peer.Host, Page: s.Site.Base + "/organisations/" + p.Peer.Host,
			Constats: p.Constats, Gathered: p.Peer.Gather, Software: p.Peer.Software, Version: p.Peer.SoftwareVersion, Reference: []string{},
			Since: moment(p.Peer.CreatedAt), LastNews: optional(p.Peer.LastNewsAt), SilentSince: optional(p.Peer.SilentSince),
			Signatory: p.Signatory.State(), Proof: p.Signatory.Proof()}
		if p.Peer.Known != nil && p.Peer.Known.Reference != nil {
			row.Reference = p.Peer.Known.Reference
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// AboutPages reads what the descriptions of the open data say.
type AboutPages interface {
	LegalPages
	FeedPage(ctx context.Context, f embraye.FeedFilter) (*embraye.FeedPage, error)
}

// About is what the descriptions of the open data say.
func (s Source) About(ctx context.Context, pages AboutPages) (about About, err error) {
	latest, err := pages.FeedPage(ctx, embraye.FeedFilter{})
	if err != nil {
		return about, err
	}
	about = About{Site: s.Site, Reference: s.Reference, Organisation: latest.Organisation, Catalogue: s.Catalogue, Language: s.Language}
	if len(latest.Entries) > 0 {
		about.Modified = latest.Entries[0].Published().UTC().Format(time.RFC3339)
	}
	about.Contact, err = Contact(ctx, pages, "contact")
	return about, err
}

// LegalPages reads what an admin filled in.
type LegalPages interface {
	LegalPage(ctx context.Context) (*embraye.LegalPage, error)
}

// Contact is the first of some lines of the legal pages that is an address.
func Contact(ctx context.Context, pages LegalPages, names ...string) (string, error) {
	legal, err := pages.LegalPage(ctx)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if address, ok := contactURI(legal.Texts[name]); ok {
			return address, nil
		}
	}
	return "", nil
}

// contactURI reads an address of one line: a web address, or a mail address.
func contactURI(s string) (string, bool) {
	s = strings.TrimSpace(s)
	user, host, isMail := strings.Cut(s, "@")
	switch {
	case s == "" || strings.ContainsAny(s, " \r\n\t<>\""):
		return "", false
	case embraye.WebAddress(s), strings.HasPrefix(s, "mailto:"):
		return s, true
	case isMail && user != "" && strings.Contains(host, ".") && !strings.Contains(host, "@"):
		return "mailto:" + s, true
	}
	return "", false
}
