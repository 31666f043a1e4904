package reviews

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A readPage is what peers say and is to be read, after what the reader has
// begun to write.
type readPage struct {
	Drafts []embraye.Draft
	Names  map[int64]string // of who writes and reads drafts
	Near   []embraye.ToRead // in scopes we spoke about
	Others []embraye.ToRead
	Next   string
}

const (
	toReadOnPage = 20
	draftsOnPage = 50
)

// toRead is the list of what is to be read.
func toRead(v *office.Visit) error {
	after, err := placeOf(v.R.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	list, err := v.Rooms.Reviews.Office().ToRead(v.Context(), v.By, after, toReadOnPage+1)
	if err != nil {
		return err
	}
	page := &readPage{}
	if len(list) > toReadOnPage {
		list = list[:toReadOnPage]
		last := list[toReadOnPage-1].Place
		page.Next = fmt.Sprintf("%d %d %s", number(last.Near), last.MovedAt.UnixMicro(), last.URI)
	}
	for _, r := range list {
		if r.Place.Near {
			page.Near = append(page.Near, r)
		} else {
			page.Others = append(page.Others, r)
		}
	}
	if after == nil {
		if page.Drafts, err = v.Rooms.Drafts.List(v.Context(), v.By, embraye.DraftFilter{Kind: embraye.DraftReview, Limit: draftsOnPage}); err != nil {
			return err
		}
	}
	if page.Names, err = v.Names(); err != nil {
		return err
	}
	return v.Show("reviews", "office.reviews", page)
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// placeOf reads a place in the list as Next writes it.
func placeOf(s string) (*embraye.ToReadPlace, error) {
	if s == "" {
		return nil, nil
	}
	parts := strings.SplitN(s, " ", 3)
	if len(parts) != 3 || parts[0] != "0" && parts[0] != "1" {
		return nil, embraye.ErrNotFound
	}
	micros, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || micros < 0 || micros > 1<<53 {
		return nil, embraye.ErrNotFound
	}
	return &embraye.ToReadPlace{Near: parts[0] == "1", MovedAt: time.UnixMicro(micros), URI: embraye.IRI(parts[2])}, nil
}
