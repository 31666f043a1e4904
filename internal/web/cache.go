package web

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

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

// A cache keeps the answers of one public revision, up to so many bytes: those
// that were used last. A newer revision empties it; an answer made for an older
// one is not taken in.
type cache struct {
	mu       sync.Mutex
	revision int64
	answers  *simplelru.LRU[cacheKey, *answer]
	bytes    int
	maxBytes int
}

func newCache(maxBytes int) *cache {
	c := &cache{maxBytes: maxBytes}
	var err error
	c.answers, err = simplelru.NewLRU(maxBytes/answerOverheadBytes, func(_ cacheKey, a *answer) { c.bytes -= a.size() })
	if err != nil {
		panic(err) // no room for one answer
	}
	return c
}

func (c *cache) get(revision int64, key cacheKey) *answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.revision != revision {
		return nil
	}
	a, _ := c.answers.Get(key)
	return a
}

// put keeps an answer whose data was read after revision was.
func (c *cache) put(revision int64, key cacheKey, a *answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if revision < c.revision || a.size() > c.maxBytes/8 {
		return
	}
	if revision > c.revision {
		c.revision = revision
		c.answers.Purge()
	}
	c.answers.Remove(key)
	c.answers.Add(key, a)
	for c.bytes += a.size(); c.bytes > c.maxBytes; {
		c.answers.RemoveOldest()
	}
}
