package authz

import (
	"sync"
	"time"
)

// believed is how long a key that was read is believed before it is read
// again: what another process does to it counts from then on.
const believed = 20 * time.Millisecond

// mostRemembered bounds a memory; whoever has more keys in use reads some of
// them more often.
const mostRemembered = 1000

// A memory holds the keys that were read just now, so that not each request
// reads one. It is safe for concurrent use.
type memory struct {
	mu    sync.RWMutex
	keys  map[KeyID]remembered
	moves uint64 // grows when a key is forgotten
}

type remembered struct {
	APIKey
	read time.Time // by the monotonic clock
}

// recall returns a key that may be believed, and what keep wants to hear.
func (m *memory) recall(id KeyID) (k APIKey, moves uint64, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	r, ok := m.keys[id]
	return r.APIKey, m.moves, ok && time.Since(r.read) < believed
}

// keep remembers a key that was read from a time on. One that was read before
// any was forgotten may be that which was to be forgotten, and is not kept.
func (m *memory) keep(k APIKey, read time.Time, moves uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.moves != moves {
		return
	}
	if m.keys == nil || len(m.keys) >= mostRemembered {
		m.keys = map[KeyID]remembered{}
	}
	m.keys[k.ID] = remembered{k, read}
}

// forget makes the next use of a key read it.
func (m *memory) forget(id KeyID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, id)
	m.moves++
}
