package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// A Notice is the exact words about one purpose version that were shown, in
// one language. Its Hash is its address: the same words always have the same
// hash, and other words another.
type Notice struct {
	Hash    string // SHA-256 of Body in hexadecimal
	Purpose PurposeID
	Version int
	Locale  string
	Body    string
}

// Notice returns the words of v in locale. Paragraphs stand in the order in
// which the page shows them, one per line, without markup.
func (v *PurposeVersion) Notice(locale string) Notice {
	w := v.Words
	var lines []string
	for _, line := range []string{
		w.Question.In(locale), w.Sentence.In(locale), w.Why.In(locale),
		w.Source.In(locale), w.Retention.In(locale), w.IfNo.In(locale), w.Locked.In(locale),
	} {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	body := strings.Join(lines, "\n")
	return Notice{
		Hash:    hashWords(body),
		Purpose: v.Purpose,
		Version: v.Number,
		Locale:  locale,
		Body:    body,
	}
}

func hashWords(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}
