package web

import (
	"sync"

	"embraye/internal/embraye"
)

// maxCacheBytes bounds what answers may take in memory.
const maxCacheBytes = 64 << 20

// A cacheKey names one face of one address, in one language if it is a page.
// Only what changes the answer is in it, so that no parameter and no header of
// a stranger can multiply or poison it (SECURITY W56).
type cacheKey struct {
	path  string
	query string // canonical, of the parameters that the address understands
	face  face
	lang  string
	day   embraye.Date // of pages: they may say what is true today
}

// A cache keeps the answers of one public revision. A newer revision empties
// it; an answer made for an older one is not taken in.
type cache struct {
	mu       sync.RWMutex
	revision int64
	answers  map[cacheKey]*answer
	bytes    int
	maxBytes int
}

func newCache(maxBytes int) *cache {
	return &cache{answers: map[cacheKey]*answer{}, maxBytes: maxBytes}
}

func (c *cache) get(revision int64, key cacheKey) *answer {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.revision != revision {
		return nil
	}
	return c.answers[key]
}

// put keeps an answer whose data was read after revision was. When room is
// short, answers go in no particular order: each can be made again.
func (c *cache) put(revision int64, key cacheKey, a *answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if revision < c.revision || a.size() > c.maxBytes/8 {
		return
	}
	if revision > c.revision {
		c.revision, c.bytes = revision, 0
		clear(c.answers)
	}
	if old := c.answers[key]; old != nil {
		c.bytes -= old.size()
	}
	c.answers[key] = a
	c.bytes += a.size()
	for other, old := range c.answers {
		if c.bytes <= c.maxBytes {
			return
		}
		if other != key {
			c.bytes -= old.size()
			delete(c.answers, other)
		}
	}
}
