package store

import (
	"time"

	"livingprofile/internal/ledger"
)

// Times are UTC microseconds since 1970 in the database, 0 for the zero time.
// This is the one place where a time is truncated.

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// hashBytes is nil for the zero hash.
func hashBytes(h ledger.Hash) []byte {
	if h == (ledger.Hash{}) {
		return nil
	}
	return h[:]
}

// toHash pads or cuts what the database holds, so that a damaged row shows as
// a wrong hash and not as a panic.
func toHash(b []byte) (h ledger.Hash) {
	copy(h[:], b)
	return h
}
