package i18n_test

import (
	"context"
	"testing"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
)

func TestStyle(t *testing.T) {
	b := i18ntest.Words(t)
	tokyo := time.FixedZone("Asia/Tokyo", 9*60*60)
	at := time.Date(2026, 3, 12, 15, 4, 30, 0, time.UTC)
	type style struct{ date, day, moment, clock, tokyo, number, list, name string }
	write := func(ctx context.Context) style {
		return style{
			date: i18n.Date(ctx, at), day: i18n.Day(ctx, at), moment: i18n.DateTime(ctx, at),
			clock: i18n.Clock(ctx, at), tokyo: i18n.DateTimeIn(ctx, at, tokyo),
			number: i18n.Number(ctx, 1234567), list: i18n.List(ctx, []string{"a", "b", "c"}),
			name: i18n.PersonName(ctx, "Aiko", "Tanaka"),
		}
	}
	for tag, want := range map[string]style{
		"en": {"12 March 2026", "12 March", "12 March 2026, 15:04", "15:04", "13 March 2026, 00:04", "1,234,567", "a, b and c", "Aiko Tanaka"},
		"ja": {"2026年3月12日", "3月12日", "2026年3月12日 15:04", "15:04", "2026年3月13日 00:04", "1,234,567", "a、b、c", "Tanaka Aiko"},
		"ar": {"12 مارس 2026", "12 مارس", "12 مارس 2026، 15:04", "15:04", "13 مارس 2026، 00:04", "1,234,567", "a، b وc", "Aiko Tanaka"},
	} {
		if got := write(i18n.With(context.Background(), b.Localizer(tag))); got != want {
			t.Errorf("%s: got %q, want %q", tag, got, want)
		}
	}
	want := style{"2026-03-12", "2026-03-12", "2026-03-12 15:04:30", "15:04", "2026-03-12 15:04:30", "1234567", "a, b, c", "Aiko Tanaka"}
	if got := write(context.Background()); got != want {
		t.Errorf("without a language: got %q, want %q", got, want)
	}
}

func TestStyleEdges(t *testing.T) {
	b := i18ntest.Words(t)
	ctx := i18n.With(context.Background(), b.Localizer("en"))
	for _, test := range []struct{ name, got, want string }{
		{"no time is no words", i18n.Date(ctx, time.Time{}) + i18n.Clock(ctx, time.Time{}), ""},
		{"small number", i18n.Number(ctx, 999), "999"},
		{"four digits", i18n.Number(ctx, 1000), "1,000"},
		{"negative", i18n.Number(ctx, -123456), "-123,456"},
		{"small negative", i18n.Number(ctx, -123), "-123"},
		{"empty list", i18n.List(ctx, nil), ""},
		{"list of one", i18n.List(ctx, []string{"a"}), "a"},
		{"list of two", i18n.List(ctx, []string{"a", "b"}), "a and b"},
		{"family name alone", i18n.PersonName(ctx, "", "Tanaka"), "Tanaka"},
		{"Japanese characters keep their order", i18n.PersonName(ctx, "愛子", "田中"), "田中 愛子"},
		{"own name of a language", i18n.Lang("ja") + i18n.Lang("ar") + i18n.Lang("en"), "日本語العربيةEnglish"},
		{"not a language", i18n.Lang("☃"), "☃"},
		{"direction", i18n.Dir(ctx) + i18n.Dir(i18n.With(ctx, b.Localizer("ar"))), "ltrrtl"},
		{"zone", i18n.Zone(ctx), "UTC"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestSameDay(t *testing.T) {
	b := i18ntest.Words(t)
	evening := time.Date(2026, 3, 12, 14, 30, 0, 0, time.UTC)
	for _, test := range []struct {
		zone *time.Location
		then time.Time
		want bool
	}{
		{time.UTC, evening.Add(time.Hour), true},
		{time.UTC, evening.Add(10 * time.Hour), false},
		{time.UTC, evening.AddDate(1, 0, 0), false},
		{time.UTC, time.Time{}, false},
		{time.FixedZone("Tokyo", 9*60*60), evening.Add(time.Hour), false},
		{time.FixedZone("Tokyo", 9*60*60), evening.Add(-10 * time.Hour), true},
	} {
		ctx := i18n.With(context.Background(), b.Localizer("ja").In(test.zone))
		if got := i18n.SameDay(ctx, evening, test.then); got != test.want {
			t.Errorf("%s and %s in %s: got %v, want %v", evening, test.then, test.zone, got, test.want)
		}
	}
}

// What is kept for two years is not said to be kept for 730 days.
func TestTerm(t *testing.T) {
	b := i18ntest.Words(t)
	const day = 24 * time.Hour
	for _, test := range []struct {
		tag  string
		days time.Duration
		want string
	}{
		{"en", 730, "2 years"},
		{"en", 365, "1 year"},
		{"en", 540, "18 months"},
		{"en", 90, "90 days"},
		{"en", 400, "400 days"},
		{"en", 0, "less than a minute"},
		{"ja", 730, "2年"},
		{"ja", 180, "6か月"},
		{"ar", 365, "سنة واحدة"},
		{"ar", 730, "سنتين"},
		{"ar", 3 * 365, "3 سنوات"},
		{"ar", 11 * 365, "11 سنة"},
		{"ar", 540, "18 شهرًا"},
	} {
		ctx := i18n.With(context.Background(), b.Localizer(test.tag))
		if got := i18n.Term(ctx, test.days*day); got != test.want {
			t.Errorf("%s, %d days: got %q, want %q", test.tag, test.days, got, test.want)
		}
	}
}

func TestSpan(t *testing.T) {
	b := i18ntest.Words(t)
	now := time.Date(2026, 3, 12, 15, 4, 0, 0, time.UTC)
	for _, test := range []struct {
		tag  string
		d    time.Duration
		want string
		ago  string
	}{
		{"en", 9*24*time.Hour + 23*time.Hour, "9 days", "9 days ago"},
		{"en", 90 * time.Minute, "1 hour", "1 hour ago"},
		{"en", 59 * time.Second, "less than a minute", "just now"},
		{"ja", 10 * time.Minute, "10分", "10分前"},
		{"ar", 48 * time.Hour, "يومين", "قبل \u2068يومين\u2069"},
		{"ar", 11 * 24 * time.Hour, "11 يومًا", "قبل \u206811 يومًا\u2069"},
	} {
		ctx := i18n.With(context.Background(), b.Localizer(test.tag))
		if got := i18n.Span(ctx, test.d); got != test.want {
			t.Errorf("%s %s: got %q, want %q", test.tag, test.d, got, test.want)
		}
		if got := i18n.Ago(ctx, now, now.Add(-test.d)); got != test.ago {
			t.Errorf("%s %s ago: got %q, want %q", test.tag, test.d, got, test.ago)
		}
	}
}
