package ledger

import "encoding/json"

// A HistoryPage asks for part of a subject's history.
type HistoryPage struct {
	Before int64    // entries of a version below it; 0 for the newest
	Kinds  []string // prefixes such as "consent."; empty for all
	Limit  int
}

// A Happening is one entry of a subject's history with its payload opened.
type Happening struct {
	Entry
	Payload json.RawMessage // nil when there is none
}
