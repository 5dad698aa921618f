package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A Checkpoint states where every lane of an installation stood at one moment.
// Signed, and kept where whoever may change the database may not, it is what
// shows that a tail was cut.
type Checkpoint struct {
	Number int64 // 1, 2, 3 …
	At     time.Time
	Heads  []Head // lanes with at least one entry, ascending
	Prev   Hash   // Digest of the checkpoint before, zero for the first
}

// Entries returns how many entries the ledger had.
func (c *Checkpoint) Entries() int64 {
	var n int64
	for _, h := range c.Heads {
		n += h.Seq
	}
	return n
}

// Head returns where lane stood, the empty head if it had no entry.
func (c *Checkpoint) Head(lane int) Head {
	for _, h := range c.Heads {
		if h.Lane == lane {
			return h
		}
	}
	return Head{Lane: lane}
}

// Due tells whether a checkpoint must be written: at least every minute or
// every 64 entries, when there is something new. A last one from further ahead
// than that was made under a wrong clock, and is not waited for.
func Due(last *Checkpoint, entries int64, now time.Time) bool {
	if last == nil {
		return entries > 0
	}
	fresh := entries - last.Entries()
	return fresh >= MaxUnsealed || (fresh > 0 && now.Sub(last.At).Abs() >= MaxAge)
}

// The limits between two checkpoints.
const (
	MaxUnsealed = 64
	MaxAge      = time.Minute
)

// Text returns what is signed:
//
//	livingprofile checkpoint
//	NUMBER
//	UNIX MICROSECONDS
//	BASE64 OF PREV
//	LANE SEQ BASE64-HASH
//	…
func (c *Checkpoint) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d\n%d\n%s\n", checkpointTitle, c.Number, c.At.UnixMicro(), b64(c.Prev))
	for _, h := range c.Heads {
		fmt.Fprintf(&b, "%d %d %s\n", h.Lane, h.Seq, b64(h.Hash))
	}
	return b.String()
}

const checkpointTitle = "livingprofile checkpoint"

// Digest returns the hash of c's text, which the next checkpoint carries.
func (c *Checkpoint) Digest() Hash { return sha256.Sum256([]byte(c.Text())) }

// Sign returns c as a signed note (golang.org/x/mod/sumdb/note).
func (c *Checkpoint) Sign(s note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: c.Text()}, s)
}

// OpenCheckpoint reads a signed note back and checks its signature.
func OpenCheckpoint(signed []byte, v note.Verifier) (*Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return nil, fmt.Errorf("open checkpoint: %w", err)
	}
	return parseCheckpoint(n.Text)
}

func parseCheckpoint(text string) (*Checkpoint, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 4 || lines[0] != checkpointTitle {
		return nil, fmt.Errorf("checkpoint: unknown form")
	}
	number, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || number < 1 {
		return nil, fmt.Errorf("checkpoint: bad number %q", lines[1])
	}
	at, err := strconv.ParseInt(lines[2], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: bad time %q", lines[2])
	}
	prev, err := unb64(lines[3])
	if err != nil {
		return nil, err
	}
	c := &Checkpoint{Number: number, At: time.UnixMicro(at).UTC(), Prev: prev}
	for _, line := range lines[4:] {
		h, err := parseHead(line)
		if err != nil {
			return nil, err
		}
		if n := len(c.Heads); n > 0 && c.Heads[n-1].Lane >= h.Lane {
			return nil, fmt.Errorf("checkpoint: lanes out of order")
		}
		c.Heads = append(c.Heads, h)
	}
	return c, nil
}

func parseHead(line string) (Head, error) {
	parts := strings.Split(line, " ")
	if len(parts) != 3 {
		return Head{}, fmt.Errorf("checkpoint: bad line %q", line)
	}
	lane, err := strconv.Atoi(parts[0])
	if err != nil || lane < 0 {
		return Head{}, fmt.Errorf("checkpoint: bad lane %q", parts[0])
	}
	seq, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || seq < 1 {
		return Head{}, fmt.Errorf("checkpoint: bad sequence %q", parts[1])
	}
	hash, err := unb64(parts[2])
	if err != nil {
		return Head{}, err
	}
	return Head{Lane: lane, Seq: seq, Hash: hash}, nil
}

func b64(h Hash) string { return base64.StdEncoding.EncodeToString(h[:]) }

func unb64(s string) (Hash, error) {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(raw) != HashSize {
		return Hash{}, fmt.Errorf("checkpoint: bad hash %q", s)
	}
	return Hash(raw), nil
}
