package breach

import (
	"strings"

	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Notice is what one person is told.
type Notice struct {
	Locale string
	Text   string
	Mail   any // the job that sends it; nil without a proved address
}

// LetterOf is the notice in a language, or in the first that it is written in.
func (b *Breach) LetterOf(locale string, languages []string) (string, string) {
	if text := strings.TrimSpace(b.Letters[locale]); text != "" {
		return locale, text
	}
	for _, l := range languages {
		if text := strings.TrimSpace(b.Letters[l]); text != "" {
			return l, text
		}
	}
	return "", ""
}

// Rows of a ledger.Change beside Breach.
type (
	// Named puts people on the list of a breach; who is on it stays once.
	Named struct {
		Breach   ID
		Subjects []id.Subject
	}
	// Dropped takes somebody off the list who is there no more.
	Dropped struct {
		Breach  ID
		Subject id.Subject
	}
	// Reached notes that the change's subject was told, and how. It is
	// errs.Conflict when they were told before.
	Reached struct {
		Breach ID
		Way    Way
	}
)

// A Way is how somebody was told.
type Way string

// The ways.
const (
	ByMail  Way = "mail"
	Silent  Way = "history" // without a proved address
	Already Way = "already" // by another of their records
)

// NoticeGiven is the entry, in a person's history, of a notice to them.
const NoticeGiven ledger.Kind = "breach.notice_given"

// A Trace is the payload of an entry about a breach. Of a person's it has what
// they were told, else how many people.
type Trace struct {
	Breach ID     `json:"breach"`
	Number string `json:"number"`
	Note   string `json:"note,omitempty"`
	Tell   bool   `json:"tell,omitempty"`
	Count  int    `json:"count,omitempty"`
	Text   string `json:"text,omitempty"`
	Mailed bool   `json:"mailed,omitempty"`
}
