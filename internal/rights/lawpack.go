package rights

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"livingprofile/internal/i18n"
)

// A Pack is the law of one place as data: which rights there are, what they
// are called, and how long an answer may take. It is seed data for a lawyer to
// sign off and no advice.
type Pack struct {
	Code      string // "EU"
	Version   int
	From, To  time.Time // in force; To is zero for now
	Law       i18n.Text
	Source    string
	Reviewed  string   // by whom; "" for by nobody yet
	File      string   // in the operator's folder; "" for one that the product brings
	Countries []string // ISO 3166 codes that it is the law of
	Calendars map[string]string
	Rolls     bool
	Authority Authority
	Breach    Breach
	Age       int // from which a child may consent alone; 0 where the law names none
	Rights    map[Kind]Right
	Grounds   []RefusalGround

	calendars map[string]Rest // of all places
	rest      Rest            // of the place that it was asked for
}

// A Right is what a pack says about one kind of request.
type Right struct {
	Called i18n.Text // what the law calls it
	Rule   Rule
}

// A RefusalGround is a reason that the law accepts for saying no, with the
// letter that says so.
type RefusalGround struct {
	Code    string
	Article string
	Kinds   []Kind // empty for all
	Letter  i18n.Text
	Explain bool // the letter says that reasons follow: staff have to give them
}

// An Authority watches over a law.
type Authority struct {
	Name    i18n.Text
	Address string
}

// Edition names the pack and its version, as a request keeps it: "EU/1".
func (p *Pack) Edition() string { return p.Code + "/" + strconv.Itoa(p.Version) }

// In returns the pack with the days of rest of a place: of a part of a country,
// as DE-BY, where it has some of its own, else of the country.
func (p *Pack) In(place string) *Pack {
	here := *p
	country, _, _ := strings.Cut(place, "-")
	calendar := p.Code
	for _, name := range []string{p.Calendars[place], place, p.Calendars[country], country, p.Calendars[""]} {
		if _, ok := p.calendars[name]; ok {
			calendar = name
			break
		}
	}
	here.rest = p.calendars[calendar]
	here.Rights = map[Kind]Right{}
	for k, r := range p.Rights {
		r.Rule.Calendar, r.Rule.Rest = calendar, here.rest
		here.Rights[k] = r
	}
	return &here
}

// Rule returns the rule for a kind of request, with the grounds on which it
// may be refused; false when the pack knows no such right.
func (p *Pack) Rule(k Kind) (Rule, bool) {
	r, ok := p.Rights[k]
	if !ok {
		return Rule{}, false
	}
	for _, g := range p.Grounds {
		if len(g.Kinds) == 0 || slices.Contains(g.Kinds, k) {
			r.Rule.Grounds = append(r.Rule.Grounds, g.Code)
			if g.Explain {
				r.Rule.Explained = append(r.Rule.Explained, g.Code)
			}
		}
	}
	return r.Rule, true
}

// Ground returns a ground of refusal by its code.
func (p *Pack) Ground(code string) (RefusalGround, bool) {
	for _, g := range p.Grounds {
		if g.Code == code {
			return g, true
		}
	}
	return RefusalGround{}, false
}

// Packs are the law packs of an installation.
type Packs struct{ all []Pack }

// DefaultPack is the code of the pack for places that have none of their own:
// the strictest limits that the product knows.
const DefaultPack = "DEFAULT"

//go:embed lawpacks
var packFiles embed.FS

// restFile is the file in a folder that holds days of rest, and no pack.
const restFile = "holidays.yaml"

// EmbeddedPacks returns the packs that the product brings.
func EmbeddedPacks() (*Packs, error) {
	packs, err := embedded()
	if err != nil {
		return nil, err
	}
	return &Packs{slices.Clone(packs.all)}, nil
}

// embedded reads the packs once: they are part of the program.
var embedded = sync.OnceValues(func() (*Packs, error) {
	folder, err := fs.Sub(packFiles, "lawpacks")
	if err != nil {
		return nil, err
	}
	return LoadPacks(folder)
})

// LoadPacks reads the law packs in the files of a folder. What is wrong with
// any of them is Problems, each with file, line and path; then there are none.
func LoadPacks(folder fs.FS) (*Packs, error) {
	packs, err := readPacks(folder, "", calendars())
	if err != nil {
		return nil, err
	}
	packs.keep(calendars())
	if _, ok := packs.newest(DefaultPack, time.Time{}); !ok {
		return nil, Problems{{File: "*.yaml", Text: "no pack has the code " + DefaultPack}}
	}
	return packs, nil
}

// keep has the packs know the days of rest of all places.
func (ps *Packs) keep(calendars map[string]Rest) {
	for i := range ps.all {
		ps.all[i].calendars = calendars
	}
}

// readPacks reads packs, whose files are known by where the folder is.
func readPacks(folder fs.FS, where string, calendars map[string]Rest) (*Packs, error) {
	names, err := fs.Glob(folder, "*.y*ml")
	if err != nil {
		return nil, err
	}
	var packs Packs
	var wrong Problems
	for _, name := range names {
		if name == restFile {
			continue
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("law pack %s: %w", name, err)
		}
		file := path.Join(where, name)
		p, problems := parsePack(file, text, calendars)
		wrong = append(wrong, problems...)
		if _, twice := packs.Edition(p.Edition()); twice && len(problems) == 0 {
			wrong = append(wrong, Problem{File: file, Path: "version", Text: "is there twice: " + p.Edition()})
		}
		if where != "" {
			p.File = file
		}
		packs.all = append(packs.all, p)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return &packs, nil
}

// FolderPacks returns the packs that the product brings and, before them, those
// in a folder of the operator: a law that the folder has is the folder's from
// the day on which it is in force. What requests froze of an older edition is
// still there, unless the folder has that very edition. Its holidays.yaml adds
// days of rest of places, or replaces those of the product.
func FolderPacks(folder string) (*Packs, error) {
	packs, err := EmbeddedPacks()
	if err != nil || folder == "" {
		return packs, err
	}
	rest, err := folderRest(path.Join(folder, restFile))
	if err != nil {
		return nil, err
	}
	all := maps.Clone(calendars())
	maps.Copy(all, rest)
	own, err := readPacks(os.DirFS(folder), folder, all)
	if err != nil {
		return nil, err
	}
	if len(own.all) == 0 && len(rest) == 0 {
		return nil, Problems{{File: folder, Text: "has no law pack, as eu.yaml"}}
	}
	packs.all = slices.DeleteFunc(packs.all, func(p Pack) bool {
		_, replaced := own.Edition(p.Edition())
		return replaced
	})
	packs.all = append(packs.all, own.all...)
	packs.keep(all)
	return packs, nil
}

// folderRest reads the operator's days of rest; none where there is no file.
func folderRest(file string) (map[string]Rest, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the operator's own
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rest, err := parseCalendars(text)
	if err != nil {
		return nil, Problems{{File: file, Text: err.Error()}}
	}
	return rest, nil
}

// For returns the pack that is the law at a place at a time, with its days of
// rest; the default one where no other is. A place is a country or a part of one,
// as JP or US-CA; what has no law of its own has its country's. Of several the last
// counts: those of the operator's folder come after the others.
func (ps *Packs) For(place string, at time.Time) *Pack {
	place = strings.ToUpper(place)
	country, _, part := strings.Cut(place, "-")
	code := DefaultPack
	for i := range ps.all {
		if slices.Contains(ps.all[i].Countries, place) && ps.all[i].inForce(at) {
			code = ps.all[i].Code
		}
	}
	if code == DefaultPack && part {
		return ps.For(country, at).In(place)
	}
	p, ok := ps.newest(code, at)
	if !ok {
		p, _ = ps.newest(DefaultPack, time.Time{})
	}
	return p.In(place)
}

// Named returns the pack with a code that was in force at a time, for a
// request by somebody whose law is not that of the brand. Days of rest are those
// of the brand's place where it is under that law, else those that all of its
// places share, if any: what is not known to be one of rest is counted.
func (ps *Packs) Named(code, place string, at time.Time) (*Pack, bool) {
	p, ok := ps.newest(code, at)
	if !ok {
		return nil, false
	}
	if ps.For(place, at).Code != code {
		place = ""
	}
	return p.In(place), true
}

// Ground returns a ground of refusal as the pack for places without their own
// has it, or else the last pack that does.
func (ps *Packs) Ground(code string) (RefusalGround, bool) {
	if p, ok := ps.newest(DefaultPack, time.Time{}); ok {
		if g, ok := p.Ground(code); ok {
			return g, true
		}
	}
	for i := len(ps.all) - 1; i >= 0; i-- {
		if g, ok := ps.all[i].Ground(code); ok {
			return g, true
		}
	}
	return RefusalGround{}, false
}

// Edition returns the pack that a request froze, for its words.
func (ps *Packs) Edition(edition string) (*Pack, bool) {
	for i := range ps.all {
		if ps.all[i].Edition() == edition {
			return &ps.all[i], true
		}
	}
	return nil, false
}

// All returns the packs, by code and version.
func (ps *Packs) All() []Pack {
	all := slices.Clone(ps.all)
	slices.SortFunc(all, func(a, b Pack) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Version, b.Version))
	})
	return all
}

func (ps *Packs) newest(code string, at time.Time) (*Pack, bool) {
	var found *Pack
	for i := range ps.all {
		p := &ps.all[i]
		if p.Code == code && (at.IsZero() || p.inForce(at)) && (found == nil || p.before(found)) {
			found = p
		}
	}
	return found, found != nil
}

// before tells whether p counts before other, which has the same code.
func (p *Pack) before(other *Pack) bool {
	if own := p.File != ""; own != (other.File != "") {
		return own
	}
	return p.Version > other.Version
}

func (p *Pack) inForce(at time.Time) bool {
	return !at.Before(p.From) && (p.To.IsZero() || at.Before(p.To))
}
