package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// voicesTimeline reads one page of what several organisations say, or one peer.
func (t Tables) voicesTimeline(ctx context.Context, f embraye.TimelineFilter) (*embraye.TimelinePage, error) {
	var c choice
	if f.By == embraye.EveryOrganisation {
		c.and("(voices.organisation = '' OR peers.gather)")
	} else {
		c.and("peers.host = ? AND peers.gather", f.By)
	}
	for _, exact := range []struct{ column, value string }{{"measure", f.Measure}, {"territory", f.Territory},
		{"subject", string(f.Subject)}, {"stage", string(f.Stage)}} {
		if exact.value != "" {
			c.and("voices."+exact.column+" = ?", exact.value)
		}
	}
	if f.From != "" {
		c.and("fact_day >= ?", f.From.Day())
	}
	if f.To != "" {
		c.and("fact_day <= ? AND fact_day > 0", f.To.Day())
	}
	if f.Search != "" {
		condition, values := t.table.s.matching(f.Search)
		c.and("(constat IN (SELECT id FROM updates WHERE "+condition+") OR constat IN (SELECT uri FROM peer_updates WHERE copy_"+condition+"))", append(values, values...)...)
	}
	if f.After != "" {
		if err := c.afterVoice(f.After); err != nil {
			return nil, err
		}
	}
	page := &embraye.TimelinePage{}
	err := t.table.db.WithContext(ctx).Table("voices").Select("voices.*, coalesce(peers.name, '') AS name, coalesce(peers.handle, '') AS handle").
		Joins("LEFT JOIN peers ON peers.organisation = voices.organisation").Where(c.String(), c.args...).
		Order(byFact + ", scope_key").Limit(f.Limit + 1).Find(&page.Voices).Error
	if err != nil {
		return nil, wrap(err, "reading the chronology of organisations")
	}
	if len(page.Voices) > f.Limit {
		page.Voices = page.Voices[:f.Limit]
		page.Next = voiceCursor(page.Voices[f.Limit-1].Voice)
	}
	page.Texts, err = t.textsOf(ctx, page.Voices)
	return page, err
}

// voiceCursor is the place of a voice in its order.
func voiceCursor(v embraye.Voice) string {
	return fmt.Sprintf("%d %d %s %s", v.FactDay, v.PublishedAt.UnixMicro(), v.Constat, v.ScopeKey)
}

// afterVoice is the condition that a voice comes after a cursor.
func (c *choice) afterVoice(cursor string) error {
	parts := strings.SplitN(cursor, " ", 4)
	if len(parts) != 4 {
		return fmt.Errorf("store: cursor %.40q: %w", cursor, embraye.ErrInvalid)
	}
	day, err := strconv.Atoi(parts[0])
	micros, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || err2 != nil || day < 0 || day > 99999999 || micros < 0 || micros > 1<<53 {
		return fmt.Errorf("store: cursor %.40q: %w", cursor, embraye.ErrInvalid)
	}
	at := time.UnixMicro(micros).UTC()
	c.and(`(fact_day < ? OR fact_day = ? AND (voices.published_at < ? OR voices.published_at = ? AND (constat < ? OR constat = ? AND scope_key > ?)))`,
		day, day, at, at, parts[2], parts[2], parts[3])
	return nil
}
