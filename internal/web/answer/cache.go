package answer

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"embraye/internal/embraye"
)

// maxCacheBytes bounds what answers may take in memory.
const maxCacheBytes = 64 << 20

// A Key names one face of one address, in one language if it is a page.
// Only what changes the answer is in it, so that no parameter and no header of
// a stranger can multiply or poison it (W56).
type Key struct {
	Path  string
	Query string // canonical, of the parameters that the address understands
	Face  face
	Lang  string
	Day   embraye.Date // of pages: they may say what is true today
}

// A cache keeps the answers of one public revision, up to so many bytes: those
// that were used last. A newer revision empties it; an answer made for an older
// one is not taken in.
type cache struct {
	mu       sync.Mutex
	revision int64
	answers  *simplelru.LRU[Key, *Answer]
	bytes    int
	maxBytes int
}

func newCache(maxBytes int) *cache {
	c := &cache{maxBytes: maxBytes}
	var err error
	c.answers, err = simplelru.NewLRU(maxBytes/answerOverheadBytes, func(_ Key, a *Answer) { c.bytes -= a.size() })
	if err != nil {
		panic(err) // no room for one answer
	}
	return c
}

func (c *cache) get(revision int64, key Key) *Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.revision != revision {
		return nil
	}
	a, _ := c.answers.Get(key)
	return a
}

// put keeps an answer whose data was read after revision was.
func (c *cache) put(revision int64, key Key, a *Answer) {
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
