package authz

import (
	"crypto/sha256"
	"sync"
	"time"
)

// believed is how long a key that was checked is believed before it is read
// again: what another process does to it counts from then on.
const believed = 20 * time.Millisecond

// mostRemembered bounds a memory; whoever has more keys in use reads some of
// them more often.
const mostRemembered = 1000

// A print stands for the text of a key, which is kept nowhere. The text holds
// 256 random bits, so that nothing can be told from it.
type print [sha256.Size]byte

// A memory holds the keys whose text was checked just now, so that not each
// request reads one. It is safe for concurrent use.
type memory struct {
	mu    sync.RWMutex
	keys  map[print]remembered
	moves uint64 // grows when keys are forgotten
}

type remembered struct {
	APIKey
	read time.Time // by the monotonic clock
}

// recall returns a key that may be believed, and what keep wants to hear.
func (m *memory) recall(p print) (k APIKey, moves uint64, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	r, ok := m.keys[p]
	return r.APIKey, m.moves, ok && time.Since(r.read) < believed
}

// keep remembers a key that was read from a time on. One that was read before
// any was changed may be that which was changed, and is not kept.
func (m *memory) keep(p print, k APIKey, read time.Time, moves uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.moves != moves {
		return
	}
	if m.keys == nil || len(m.keys) >= mostRemembered {
		m.keys = map[print]remembered{}
	}
	m.keys[p] = remembered{k, read}
}

// forget makes the next use of each key read it.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.keys)
	m.moves++
}
