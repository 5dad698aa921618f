package signin_test

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// Two of the demo's people, and somebody who is nobody's.
const (
	thomas   = "thomas.weber@example.org"
	aiko     = "aiko.tanaka@example.com"
	stranger = "theodor.wild@example.org"
)

// codeOn returns the code that the page shows, as it is typed.
func codeOn(page string) string {
	_, rest, _ := strings.Cut(page, `class="card code" dir="ltr">`)
	code, _, _ := strings.Cut(rest, "<")
	return strings.NewReplacer(" ", "", "\u00a0", "").Replace(code)
}

// answer is the form behind a link.
func answer(link, code string) url.Values {
	return url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}, "code": {code}}
}

// wrong returns a code that is not code.
func wrong(code string) string {
	last := code[len(code)-1]
	return code[:len(code)-1] + string('0'+(last-'0'+1)%10)
}
