package profile

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
)

// How many characters a value may have.
const (
	MaxText  = 500
	MaxLines = 2000
)

// Canonical returns the one form in which value of field f is kept and
// compared, or an Invalid error whose message says what is wrong. country is
// the ISO 3166 code by which a phone number without a prefix is read; it may
// be empty. Canonical of a canonical value is that value.
//
// A value that looks like a formula of a spreadsheet is text like any other.
// Whoever writes a file for spreadsheets has to guard it there.
func Canonical(f *Field, value, country string) (string, error) {
	text, err := clean(f.Type, value)
	if err != nil {
		return "", err
	}
	switch f.Type {
	case TypeText, TypeLines:
		return text, nil
	case TypeEmail:
		return address(identity.Email, text, "")
	case TypePhone:
		return address(identity.Phone, text, country)
	case TypeDate:
		return ParseDate(text)
	case TypeNumber:
		return ParseNumber(text, ".", "")
	case TypeYesNo:
		return yesNo(text)
	case TypeChoice:
		return choice(f.Choices, text)
	case TypeChoices:
		return choices(f.Choices, text)
	case TypeCountry:
		return countryCode(text)
	default:
		return "", errors.New("profile: field " + f.Name + " has the unknown type " + string(f.Type))
	}
}

// clean returns value trimmed and in Unicode form NFC, or says why it cannot
// be kept as text of type t.
func clean(t Type, value string) (string, error) {
	most, lines := MaxText, t == TypeLines || t == TypeChoices
	if lines {
		most = MaxLines
	}
	// The bytes are bounded first: nothing may make a huge value cost more.
	if len(value) > 2*utf8.UTFMax*most {
		return "", errs.New(errs.Invalid, "error.too_long", "max", most)
	}
	if !utf8.ValidString(value) {
		return "", errs.New(errs.Invalid, "error.control_characters")
	}
	text := norm.NFC.String(value)
	if lines {
		text = trimLines(text)
	} else {
		text = strings.TrimFunc(text, blank)
	}
	switch {
	case text == "":
		return "", errs.New(errs.Invalid, "error.required")
	case strings.ContainsFunc(text, func(r rune) bool { return unwanted(r) && (r != '\n' || !lines) }):
		return "", errs.New(errs.Invalid, "error.control_characters")
	case utf8.RuneCountInString(text) > most:
		return "", errs.New(errs.Invalid, "error.too_long", "max", most)
	}
	return text, nil
}

// trimLines trims each line, joins them with line feeds, and leaves out empty
// lines at either end and all but one in a row.
func trimLines(text string) string {
	if strings.ContainsAny(text, "\r\u0085\u2028\u2029") {
		text = lineEnds().Replace(text)
	}
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimFunc(line, blank)
		if line == "" && (len(kept) == 0 || kept[len(kept)-1] == "") {
			continue
		}
		kept = append(kept, line)
	}
	if n := len(kept); n > 0 && kept[n-1] == "" {
		kept = kept[:n-1]
	}
	return strings.Join(kept, "\n")
}

// lineEnds makes every way of ending a line a line feed.
func lineEnds() *strings.Replacer {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
}

// blank tells whether r is trimmed: white space, and the byte order mark that
// some programs leave at the start of a file.
func blank(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }

// unwanted tells whether r has no place in a value: control characters, and
// the marks that turn the direction of everything after them, by which a value
// could disguise the page around it (Unicode TR 36, 2.10). The marks that
// Arabic and Hebrew names need are not among them.
func unwanted(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || r == '\ufeff' ||
		r >= '\u2028' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// address reads an e-mail address or phone number, and refuses one whose
// normal form would be read as yet another: "0000000000" in Japan is +81
// followed by noughts, of which each reading drops some.
func address(kind identity.Kind, text, country string) (string, error) {
	normal, err := identity.Normalise(kind, text, country)
	if err != nil || normal == text {
		return normal, err
	}
	again, err := identity.Normalise(kind, normal, "")
	switch {
	case err != nil:
		return "", err
	case again != normal && kind == identity.Phone:
		return "", errs.New(errs.Invalid, "error.not_a_phone")
	case again != normal:
		return "", errs.New(errs.Invalid, "error.not_an_email")
	default:
		return normal, nil
	}
}

// yesNo reads the words that people, forms and exports use for yes and no.
func yesNo(text string) (string, error) {
	switch fold(text) {
	case "yes", "y", "true", "t", "1", "on", "はい", "有", "نعم":
		return "yes", nil
	case "no", "n", "false", "f", "0", "off", "いいえ", "無", "لا":
		return "no", nil
	default:
		return "", errs.New(errs.Invalid, "error.not_a_choice")
	}
}

// choice returns the value that text names, by itself or by its label in any
// language. Values come first, so that no label can hide one.
func choice(all []Choice, text string) (string, error) {
	for i := range all {
		if all[i].Value == text {
			return text, nil
		}
	}
	folded := fold(text)
	for i := range all {
		if fold(all[i].Value) == folded {
			return all[i].Value, nil
		}
	}
	for i := range all {
		for _, label := range all[i].Label {
			if fold(label) == folded {
				return all[i].Value, nil
			}
		}
	}
	return "", errs.New(errs.Invalid, "error.not_a_choice")
}

func choices(all []Choice, text string) (string, error) {
	var chosen []string
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" {
			continue
		}
		value, err := choice(all, line)
		if err != nil {
			return "", err
		}
		chosen = append(chosen, value)
	}
	slices.Sort(chosen)
	return strings.Join(slices.Compact(chosen), "\n"), nil
}

// countryCode reads a code of two or three letters, or of three digits, of
// ISO 3166-1.
func countryCode(text string) (string, error) {
	region, err := language.ParseRegion(strings.ToUpper(norm.NFKC.String(text)))
	if err != nil || !region.IsCountry() || len(region.String()) != 2 {
		return "", errs.New(errs.Invalid, "error.not_a_country")
	}
	return region.Canonicalize().String(), nil
}

// fold returns s in the form in which words are compared.
func fold(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(strings.TrimSpace(s))
	}
	return cases.Fold().String(norm.NFKC.String(strings.TrimFunc(s, blank)))
}
