package i18n

import (
	"context"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// A Localizer writes in one language and tells times in one zone. It never
// changes and may be shared.
type Localizer struct {
	bundle  *Bundle
	catalog *catalog
	zone    *time.Location // nil means UTC
}

// In returns a Localizer of the same language that tells times in zone; nil
// means UTC.
func (l *Localizer) In(zone *time.Location) *Localizer {
	return &Localizer{bundle: l.bundle, catalog: l.catalog, zone: zone}
}

// Locale returns the BCP 47 tag of the language.
func (l *Localizer) Locale() string { return l.catalog.tag }

// T returns the words of id. The rest alternates names and values of its
// arguments; "count", an int, selects the plural form. Whole numbers are
// written as the language groups them.
func (l *Localizer) T(id string, kv ...any) string {
	if s, ok := l.catalog.plain[id]; ok {
		return s
	}
	return l.form(id, kv)
}

// form is the slower half of T: messages with arguments, and the fallbacks.
func (l *Localizer) form(id string, kv []any) string {
	if m := l.catalog.formed[id]; m != nil {
		return l.write(l.catalog, m, id, kv)
	}
	l.bundle.misses.count(l.catalog.tag, id)
	english := l.bundle.catalogs[Source]
	if s, ok := english.plain[id]; ok {
		return s
	}
	if m := english.formed[id]; m != nil {
		return l.write(english, m, id, kv)
	}
	return unknown(id)
}

func (l *Localizer) write(c *catalog, m *message, id string, kv []any) string {
	if m.rich {
		return l.render(c, id, kv)
	}
	s, lacks := m.write(c, kv)
	if lacks != "" {
		l.bundle.misses.count(c.tag, id+" "+lacks)
	}
	return s
}

// render leaves a message that is more than words and arguments to go-i18n.
func (l *Localizer) render(c *catalog, id string, kv []any) string {
	data := make(map[string]any, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		if name, ok := kv[i].(string); ok {
			data[name] = c.value(kv[i+1])
		}
	}
	ask := &goi18n.LocalizeConfig{MessageID: id, TemplateData: data}
	if n, ok := count(kv); ok {
		ask.PluralCount = n
	}
	s, err := goi18n.NewLocalizer(l.bundle.source, c.tag).Localize(ask)
	if err != nil {
		l.bundle.misses.count(c.tag, id)
	}
	return s
}

type contextKey struct{}

// With returns a context whose words are those of l.
func With(ctx context.Context, l *Localizer) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// From returns the Localizer that ctx carries, nil when it carries none.
func From(ctx context.Context) *Localizer {
	l, _ := ctx.Value(contextKey{}).(*Localizer)
	return l
}

// T returns the words of id in the language of ctx; see Localizer.T. Without a
// Localizer in ctx it returns ⟦id⟧.
func T(ctx context.Context, id string, kv ...any) string {
	l := From(ctx)
	if l == nil {
		return unknown(id)
	}
	if s, ok := l.catalog.plain[id]; ok {
		return s
	}
	return l.form(id, kv)
}

// Message is T for arguments in a map, as a public error carries them.
func Message(ctx context.Context, id string, args map[string]any) string {
	kv := make([]any, 0, 2*len(args))
	for name, value := range args {
		kv = append(kv, name, value)
	}
	return T(ctx, id, kv...)
}

// Locale returns the BCP 47 tag of the language of ctx, "en" without one.
func Locale(ctx context.Context) string {
	if l := From(ctx); l != nil {
		return l.catalog.tag
	}
	return Source
}

// Dir returns the direction of writing for the dir attribute: "ltr" or "rtl".
func Dir(ctx context.Context) string {
	if l := From(ctx); l != nil && l.catalog.style.rtl {
		return "rtl"
	}
	return "ltr"
}

// Lang returns the name that the language tag has in itself, as a language
// switch shows it; tag itself when it has none.
func Lang(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	if name := display.Self.Name(t); name != "" {
		return name
	}
	return tag
}
