package evidence

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/archive"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// Schema names the form of a pack.
const Schema = "livingprofile/evidence/1"

// The files of a pack that its check needs; the others are for reading.
const (
	manifestFile   = "manifest.json"
	signatureFile  = "manifest.sig"
	ledgerFile     = "ledger.json"
	checkpointPath = "checkpoints/"
)

// A Pack is one request with its proof.
type Pack struct {
	Installation string
	MadeAt       time.Time
	PublicKey    string // as golang.org/x/mod/sumdb/note writes one
	// Request is what is known of it; of an erased person without their words.
	Request rights.Request
	Law     Law
	Letters []Letter
	Lines   []Line
	// Checkpoints are the signed ones that Lines name, by number.
	Checkpoints map[int64][]byte
	Page        []byte // the whole to read, as HTML
}

// A Law is what the pack says of the law pack that the request froze.
type Law struct {
	Edition  string `json:"edition"`
	Name     string `json:"name"`
	Right    string `json:"right"`
	Article  string `json:"article"`
	Source   string `json:"source"`
	Reviewed string `json:"reviewed_by,omitempty"`
}

// A Letter is what the person was written.
type Letter struct {
	At            time.Time // in the zone of the brand
	Message       string
	Subject, Text string
}

// A Line is an entry of the ledger. Sealed is what the hash runs over, Payload
// the same opened; it is missing when the key is destroyed.
type Line struct {
	Lane       int             `json:"lane"`
	Seq        int64           `json:"seq"`
	ID         string          `json:"id"`
	Subject    id.Subject      `json:"subject"`
	Version    int64           `json:"version"`
	Kind       ledger.Kind     `json:"kind"`
	Actor      string          `json:"actor"`
	ActorID    string          `json:"actor_id"`
	Brand      string          `json:"brand"`
	Cause      string          `json:"cause"`
	At         time.Time       `json:"at"`
	Sealed     []byte          `json:"sealed,omitempty"`
	Payload    json.RawMessage `json:"payload,omitempty"`
	Evidence   string          `json:"evidence"`
	Prev       string          `json:"prev"`
	Hash       string          `json:"hash"`
	Joints     []ledger.Joint  `json:"joints,omitempty"`
	Checkpoint int64           `json:"checkpoint,omitempty"` // 0 while none covers it
}

// LineOf returns the line of an entry.
func LineOf(h *ledger.Happening, joints []ledger.Joint, checkpoint int64) Line {
	e := &h.Entry
	return Line{
		e.Lane, e.Seq, e.ID, e.Subject, e.Version, e.Kind, string(e.Actor.Kind), e.Actor.ID, e.Brand, e.Cause, e.At,
		e.Payload, h.Payload, e.Evidence.String(), e.Prev.String(), e.Hash.String(), joints, checkpoint,
	}
}

// entry is the line as the ledger has it. What is no hash is the zero one, which
// fits nothing.
func (l *Line) entry() *ledger.Entry {
	hash := func(s string) (h ledger.Hash) {
		if b, err := hex.DecodeString(s); err == nil && len(b) == len(h) {
			copy(h[:], b)
		}
		return h
	}
	return &ledger.Entry{
		Lane: l.Lane, Seq: l.Seq, ID: l.ID, Subject: l.Subject, Version: l.Version, Kind: l.Kind,
		Actor: ledger.Actor{Kind: ledger.ActorKind(l.Actor), ID: l.ActorID}, Brand: l.Brand, Cause: l.Cause, At: l.At,
		Payload: l.Sealed, Evidence: hash(l.Evidence), Prev: hash(l.Prev), Hash: hash(l.Hash),
	}
}

// A manifest lists the files of a pack with their digests.
type manifest struct {
	Schema       string           `json:"schema"`
	Installation string           `json:"installation"`
	Number       string           `json:"request"`
	MadeAt       time.Time        `json:"made_at"`
	Files        []archive.Listed `json:"files"`
}

// readme says how a pack is checked.
const readme = `This archive shows how one request of a data subject was handled.

index.html        the request to read: dates, steps, letters
request.json      the same as data, with the rule of the law that it froze
letters/          what the person was written, word for word as the record has it
ledger.json       its lines of the ledger
checkpoints/      signed states of the ledger that cover them
public-key.txt    the key of the installation; ask the controller for it by
                  another way, and compare
manifest.json     the SHA-256 of each file
manifest.sig      the installation's signature on manifest.json

To check all of it: livingprofile verify --pack THIS-FILE --key PUBLIC-KEY

By hand: the SHA-256 of each file is in the manifest. The hash of a line is the
SHA-256 of its fields in the order of the file, after the text
"livingprofile/entry/1": lane, seq, id, subject, version, kind, actor, actor_id,
brand, cause, at in microseconds since 1970, sealed, evidence, prev; texts with
their length before them, numbers and lengths as eight bytes, big-endian,
evidence and prev as 32 bytes. A joint is the state of SHA-256 of the next entry
of the lane before its last field, which is the hash before it. The last hash
stands in the checkpoint, in the line of the lane.
`

// Zip writes p as an archive; sign returns the installation's signature on a
// text.
func (p *Pack) Zip(sign func(text string) (string, error)) ([]byte, error) {
	z := archive.New(p.MadeAt)
	z.Add("README.txt", []byte(readme))
	z.Add("index.html", p.Page)
	z.JSON("request.json", struct {
		Law     Law     `json:"law"`
		Request request `json:"request"`
	}{p.Law, request(p.Request)})
	for i, l := range p.Letters {
		name := fmt.Sprintf("letters/%02d-%s.txt", i+1, strings.ReplaceAll(l.Message, ":", "-"))
		z.Add(name, []byte(l.At.Format(time.RFC3339)+"\n"+l.Subject+"\n\n"+l.Text))
	}
	z.JSON(ledgerFile, p.Lines)
	for _, number := range slices.Sorted(maps.Keys(p.Checkpoints)) {
		z.Add(fmt.Sprintf("%s%d.txt", checkpointPath, number), p.Checkpoints[number])
	}
	z.Add("public-key.txt", []byte(p.PublicKey+"\n"))
	text := z.JSON(manifestFile, manifest{
		Schema: Schema, Installation: p.Installation, Number: p.Request.Number, MadeAt: p.MadeAt, Files: z.List(),
	})
	signature, err := sign(string(text))
	if err != nil {
		return nil, fmt.Errorf("sign pack: %w", err)
	}
	z.Add(signatureFile, []byte(signature+"\n"))
	return z.Bytes()
}
