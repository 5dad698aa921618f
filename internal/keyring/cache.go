package keyring

import (
	"container/list"
	"sync"
	"time"
)

// A cache holds the data keys used last, up to a number of them and each for
// a short time. The time bounds how long a key that another process destroyed
// stays usable here.
type cache struct {
	size int
	ttl  time.Duration

	mu      sync.Mutex
	entries map[string]*list.Element // of *cached
	recent  *list.List               // the most recently used in front
	forgets uint64
}

type cached struct {
	key    *DataKey
	loaded time.Time
}

func newCache(size int, ttl time.Duration) *cache {
	return &cache{
		size:    size,
		ttl:     ttl,
		entries: make(map[string]*list.Element),
		recent:  list.New(),
	}
}

// get returns the key of owner, or nil. A key from the future, which is what
// is left when the clock was set back, counts as expired: it might otherwise
// stay for as long as the clock was wrong.
func (c *cache) get(owner string, now time.Time) *DataKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.entries[owner]
	if !ok {
		return nil
	}
	e := el.Value.(*cached)
	if age := now.Sub(e.loaded); age < 0 || age >= c.ttl {
		c.remove(el)
		return nil
	}
	c.recent.MoveToFront(el)
	return e.key
}

// mark returns what put wants to hear. Take it before reading the store.
func (c *cache) mark() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.forgets
}

// put keeps keys that were read from the store after mark was taken, unless
// any key was forgotten since: one of these may be it, read just before it was
// destroyed, and it would come back.
func (c *cache) put(mark uint64, now time.Time, keys ...*DataKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if mark != c.forgets {
		return
	}
	for _, k := range keys {
		if el, ok := c.entries[k.owner]; ok {
			c.remove(el)
		}
		c.entries[k.owner] = c.recent.PushFront(&cached{key: k, loaded: now})
		if c.recent.Len() > c.size {
			c.remove(c.recent.Back())
		}
	}
}

func (c *cache) forget(owners ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgets++
	for _, o := range owners {
		if el, ok := c.entries[o]; ok {
			c.remove(el)
		}
	}
}

func (c *cache) remove(el *list.Element) {
	e := c.recent.Remove(el).(*cached)
	delete(c.entries, e.key.owner)
}
