package portal

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"livingprofile/internal/activity"
	"livingprofile/internal/i18n"
	"livingprofile/internal/profile"
	"livingprofile/views/ui"
)

// FormatValue writes a canonical value as people of the page's language do. A
// value that its field's type does not know is shown as it is.
func FormatValue(ctx context.Context, locale string, f *profile.Field, value string) string {
	if value == "" {
		return ""
	}
	switch f.Type {
	case profile.TypeDate:
		if t, err := time.Parse(profile.DateLayout, value); err == nil {
			return i18n.DateIn(ctx, t, time.UTC)
		}
	case profile.TypeNumber:
		return formatNumber(ctx, value)
	case profile.TypeYesNo:
		switch value {
		case "yes", "no":
			return i18n.T(ctx, "ui."+value)
		}
	case profile.TypeChoice:
		return choiceLabel(f, locale, value)
	case profile.TypeChoices:
		var labels []string
		for v := range strings.SplitSeq(value, "\n") {
			labels = append(labels, choiceLabel(f, locale, v))
		}
		return i18n.List(ctx, labels)
	case profile.TypeCountry:
		return i18n.Country(locale, value)
	case profile.TypePhone:
		return formatPhone(value)
	}
	return value
}

// FormatSeen writes what was seen of an activity, with its unit.
func FormatSeen(ctx context.Context, locale string, f *activity.Field, value string) string {
	text := FormatValue(ctx, locale, f.AsField(), value)
	if unit := f.Unit.In(locale); unit != "" {
		return i18n.T(ctx, "activity.with_unit", "value", text, "unit", unit)
	}
	return text
}

func formatNumber(ctx context.Context, value string) string {
	whole, fraction, hasFraction := strings.Cut(value, ".")
	n, err := strconv.Atoi(whole)
	if err != nil || whole == "-0" {
		return value
	}
	if hasFraction {
		return i18n.Number(ctx, n) + "." + fraction
	}
	return i18n.Number(ctx, n)
}

// formatPhone writes a number with the gaps that its country writes it with.
func formatPhone(value string) string {
	n, err := phonenumbers.Parse(value, "")
	if err != nil {
		return value
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

func choiceLabel(f *profile.Field, locale, value string) string {
	for i := range f.Choices {
		if f.Choices[i].Value == value {
			return f.Choices[i].Label.In(locale)
		}
	}
	return value
}

// countries are all countries, in the order of the alphabet of a language.
func countries(locale string) []ui.Option {
	var list []ui.Option
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			region, err := language.ParseRegion(string([]rune{a, b}))
			if err != nil || !region.IsCountry() || region.Canonicalize() != region || reserved(region.String()) {
				continue
			}
			// Former countries have no name.
			if name := i18n.Country(locale, region.String()); name != region.String() {
				list = append(list, ui.Option{Value: region.String(), Label: name})
			}
		}
	}
	order := collate.New(language.Make(locale))
	slices.SortFunc(list, func(a, b ui.Option) int { return order.CompareString(a.Label, b.Label) })
	return list
}

// reserved tells whether ISO 3166-1 keeps a code for what is no country and no
// territory of its own.
func reserved(code string) bool {
	switch code {
	case "AC", "CP", "DG", "EA", "EZ", "IC", "TA", "UN":
		return true
	}
	return false
}
