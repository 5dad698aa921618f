// Package i18n turns message ids into words in the reader's language, and
// writes dates, numbers, lists and names the way that language does.
//
// The words come from message files (see locales) read once at start by
// go-i18n. English is the source language: what another language lacks is shown
// in English, and what no language has is shown as ⟦id⟧. Both are counted and
// neither is an error, since a page with one odd word is better than none.
//
// A Bundle never changes after Load and may be used by many goroutines. There
// is no default Bundle: words belong to the Localizer that a context carries.
package i18n

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/errgroup"
	"golang.org/x/text/language"
)

// Source is the language that every message exists in.
const Source = "en"

// A Bundle is all the words of the product in all its languages.
type Bundle struct {
	source    *goi18n.Bundle
	catalogs  map[string]*catalog
	localizer map[string]*Localizer
	locales   []string // Source first, the rest in order
	misses    misses
}

// A catalog is the words of one language.
type catalog struct {
	tag    string
	lang   language.Tag
	plain  map[string]string   // messages that take nothing: ready to be shown
	formed map[string]*message // messages with arguments or plural forms
	style  style
}

// Load reads the files *.yaml at the root of fsys. It fails when a file cannot
// be read or is not named AREA.LOCALE.yaml, when an id occurs twice in one
// language, when a message has no words, or when English is not there.
func Load(fsys fs.FS) (*Bundle, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	files, err := readAll(fsys, names)
	if err != nil {
		return nil, err
	}
	b := &Bundle{
		source: goi18n.NewBundle(language.English), catalogs: map[string]*catalog{}, localizer: map[string]*Localizer{},
	}
	for i := range files {
		if err := b.add(&files[i]); err != nil {
			return nil, fmt.Errorf("messages in %s: %w", names[i], err)
		}
	}
	if b.catalogs[Source] == nil {
		return nil, fmt.Errorf("messages: no file in %q", Source)
	}
	b.locales = append(b.locales, Source)
	for _, tag := range slices.Sorted(maps.Keys(b.catalogs)) {
		if tag != Source {
			b.locales = append(b.locales, tag)
		}
		c := b.catalogs[tag]
		b.localizer[tag] = &Localizer{bundle: b, catalog: c}
		c.style = b.styleOf(c)
	}
	return b, nil
}

// A file is what one file holds.
type file struct {
	lang     language.Tag
	messages []*goi18n.Message
	compiled []*message // of each of messages
}

// readAll reads files side by side: it is most of what a start takes.
func readAll(fsys fs.FS, names []string) ([]file, error) {
	files := make([]file, len(names))
	var g errgroup.Group
	for i, name := range names {
		g.Go(func() error {
			if err := files[i].read(fsys, name); err != nil {
				return fmt.Errorf("messages in %s: %w", name, err)
			}
			return nil
		})
	}
	return files, g.Wait()
}

func (f *file) read(fsys fs.FS, name string) error {
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return fmt.Errorf("name is not AREA.LOCALE.yaml")
	}
	var err error
	if f.lang, err = language.Parse(parts[1]); err != nil {
		return fmt.Errorf("language %q: %w", parts[1], err)
	}
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	parsed, err := goi18n.ParseMessageFileBytes(text, name, map[string]goi18n.UnmarshalFunc{"yaml": yaml.Unmarshal})
	if err != nil {
		return err
	}
	f.messages = parsed.Messages
	for _, m := range f.messages {
		f.compiled = append(f.compiled, compile(m, rtl(f.lang)))
	}
	return nil
}

// add takes the messages of a file over. Only those that go-i18n has to write
// are handed on to it.
func (b *Bundle) add(f *file) error {
	c := b.catalogs[f.lang.String()]
	if c == nil {
		c = &catalog{
			tag: f.lang.String(), lang: f.lang,
			plain: map[string]string{}, formed: map[string]*message{},
		}
		b.catalogs[c.tag] = c
	}
	var rich []*goi18n.Message
	for i, m := range f.messages {
		if err := c.add(m, f.compiled[i]); err != nil {
			return fmt.Errorf("%s: %w", m.ID, err)
		}
		if f.compiled[i].rich {
			rich = append(rich, m)
		}
	}
	return b.source.AddMessages(f.lang, rich...)
}

func (c *catalog) add(m *goi18n.Message, compiled *message) error {
	if c.has(m.ID) {
		return fmt.Errorf("is there twice")
	}
	if m.Other == "" {
		return fmt.Errorf("has no words")
	}
	if s, ok := compiled.plain(); ok {
		c.plain[m.ID] = s
		return nil
	}
	c.formed[m.ID] = compiled
	return nil
}

func (c *catalog) has(id string) bool {
	if _, ok := c.plain[id]; ok {
		return true
	}
	_, ok := c.formed[id]
	return ok
}

// rtl tells whether the language is written from right to left.
func rtl(lang language.Tag) bool {
	script, _ := lang.Script()
	switch script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm":
		return true
	}
	return false
}

// Locales returns the languages there are words in, English first.
func (b *Bundle) Locales() []string { return slices.Clone(b.locales) }

// Has tells whether there are words for id, in English at least.
func (b *Bundle) Has(id string) bool { return b.catalogs[Source].has(id) }

// Localizer returns the words for tag, or for its base language, or English.
// Its times are in UTC; see Localizer.In.
func (b *Bundle) Localizer(tag string) *Localizer {
	if l := b.localizer[tag]; l != nil {
		return l
	}
	return b.localizer[b.Match(tag, b.locales)]
}

// Missing tells how often words were lacking, by language and id, as in
// "ja portal.home.title". At most a thousand of them are told apart.
func (b *Bundle) Missing() map[string]int { return b.misses.all() }

// misses counts what was asked for and not there.
type misses struct {
	mu sync.Mutex
	by map[string]int
}

// maxMisses bounds the memory that wrong ids can take.
const maxMisses = 1000

func (m *misses) count(tag, id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := tag + " " + id
	if _, ok := m.by[key]; !ok && len(m.by) >= maxMisses {
		return
	}
	if m.by == nil {
		m.by = map[string]int{}
	}
	m.by[key]++
}

func (m *misses) all() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.by)
}
