package organisation

import (
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/hook"
	"livingprofile/internal/profile"
	"livingprofile/internal/pull"
)

// An index makes each lookup one hit in a map. Its pointers go into the
// slices of the Organisation it was made of.
type index struct {
	brands     map[string]*brand.Brand
	hosts      map[string]*brand.Brand // by their own host name, without the retired ones
	categories map[string]*profile.Category
	fields     map[string]*profile.Field
	systems    map[string]*System
	channels   map[string]*consent.Channel
	topics     map[string]*consent.Topic
	activities map[string]*activity.Kind
	automated  map[string]*automated.Kind
	purposes   map[consent.PurposeID]*consent.PurposeVersion
	versions   map[version]*consent.PurposeVersion
	children   map[consent.PurposeID][]*consent.PurposeVersion
	newest     []*consent.PurposeVersion
	targets    []hook.Target // of the systems that are not retired
	feeds      map[string]pull.Feed

	// By brand; "" has what every brand has.
	fieldsOn   map[string][]*profile.Field
	purposesOn map[string][]*consent.PurposeVersion
	topicsOn   map[string][]*consent.Topic
	zones      map[string]*time.Location
}

type version struct {
	purpose consent.PurposeID
	number  int
}

// Brand returns the brand called name, a retired one too.
func (o *Organisation) Brand(name string) (*brand.Brand, bool) {
	return found(o.lookups().brands, name)
}

// BrandAt returns the brand whose own host name host is.
func (o *Organisation) BrandAt(host string) (*brand.Brand, bool) {
	return found(o.lookups().hosts, host)
}

// Category returns the category called name, a former one too.
func (o *Organisation) Category(name string) (*profile.Category, bool) {
	return found(o.lookups().categories, name)
}

// Field returns the field called name, a retired one too.
func (o *Organisation) Field(name string) (*profile.Field, bool) {
	return found(o.lookups().fields, name)
}

// System returns the system called name, a retired one too.
func (o *Organisation) System(name string) (*System, bool) {
	return found(o.lookups().systems, name)
}

// Channel returns the channel called name, a former one too.
func (o *Organisation) Channel(name string) (*consent.Channel, bool) {
	return found(o.lookups().channels, name)
}

// Topic returns the topic called name, a retired one too.
func (o *Organisation) Topic(name string) (*consent.Topic, bool) {
	return found(o.lookups().topics, name)
}

// Purpose returns the newest version of a purpose, a retired one too.
func (o *Organisation) Purpose(id consent.PurposeID) (*consent.PurposeVersion, bool) {
	return found(o.lookups().purposes, id)
}

// PurposeVersion returns version n of a purpose.
func (o *Organisation) PurposeVersion(id consent.PurposeID, n int) (*consent.PurposeVersion, bool) {
	return found(o.lookups().versions, version{id, n})
}

// Versions returns every version of a purpose, newest first; none for an
// unknown one.
func (o *Organisation) Versions(id consent.PurposeID) []*consent.PurposeVersion {
	newest, ok := o.Purpose(id)
	if !ok {
		return nil
	}
	all := []*consent.PurposeVersion{newest}
	older := o.Older[id]
	for i := range older {
		all = append(all, &older[i])
	}
	return all
}

// Children returns the purposes right below id that are not retired, in the
// order of the file. The caller does not change the result.
func (o *Organisation) Children(id consent.PurposeID) []*consent.PurposeVersion {
	return o.lookups().children[id]
}

// FieldsOn returns the fields that brand needs, without the retired ones, in
// the order of the file. The caller does not change the result.
func (o *Organisation) FieldsOn(brand string) []*profile.Field {
	return on(o.lookups().fieldsOn, brand)
}

// PurposesOn returns the newest versions of the purposes of brand, without the
// retired ones, parents first. The caller does not change the result.
func (o *Organisation) PurposesOn(brand string) []*consent.PurposeVersion {
	return on(o.lookups().purposesOn, brand)
}

// TopicsOn returns the topics that brand offers, in the order of the file. The
// caller does not change the result.
func (o *Organisation) TopicsOn(brand string) []*consent.Topic {
	return on(o.lookups().topicsOn, brand)
}

// Zone returns the zone in which brand tells times; UTC for a brand that is not
// declared.
func (o *Organisation) Zone(brand string) *time.Location {
	if zone, ok := o.lookups().zones[brand]; ok {
		return zone
	}
	return time.UTC
}

// Rank returns whose value counts: lower wins. A system without a rank comes
// last, and so does an unknown one.
func (o *Organisation) Rank(system string) int {
	if s, ok := o.System(system); ok && s.Rank != 0 {
		return s.Rank
	}
	return MaxRank + 1
}

func (o *Organisation) lookups() *index {
	if o.index != nil {
		return o.index
	}
	return newIndex(o)
}

func found[K comparable, T any](m map[K]*T, key K) (*T, bool) {
	v, ok := m[key]
	return v, ok
}

// on returns what the brand has; a brand that is not declared has what all
// have.
func on[T any](m map[string][]*T, brand string) []*T {
	if list, ok := m[brand]; ok {
		return list
	}
	return m[""]
}

func newIndex(o *Organisation) *index {
	x := &index{
		brands:     by(o.Brands, func(b *brand.Brand) string { return b.Name }),
		categories: by(o.Former.Categories, func(c *profile.Category) string { return c.Name }),
		fields:     by(o.Fields, func(f *profile.Field) string { return f.Name }),
		systems:    by(o.Systems, func(s *System) string { return s.Name }),
		channels:   by(o.Former.Channels, func(c *consent.Channel) string { return c.Name }),
		topics:     by(o.Topics, func(t *consent.Topic) string { return t.Name }),
		activities: by(o.Activities, func(k *activity.Kind) string { return k.Name }),
		automated:  by(o.Automated, func(k *automated.Kind) string { return k.Name }),
		purposes:   by(o.Purposes, func(v *consent.PurposeVersion) consent.PurposeID { return v.Purpose }),
		versions:   by(o.Purposes, func(v *consent.PurposeVersion) version { return version{v.Purpose, v.Number} }),
		children:   map[consent.PurposeID][]*consent.PurposeVersion{},
		newest:     pick(o.Purposes, func(*consent.PurposeVersion) bool { return true }),
	}
	for i := range o.Categories {
		x.categories[o.Categories[i].Name] = &o.Categories[i]
	}
	for i := range o.Channels {
		x.channels[o.Channels[i].Name] = &o.Channels[i]
	}
	for id, older := range o.Older {
		for i := range older {
			x.versions[version{id, older[i].Number}] = &older[i]
		}
	}
	for i := range o.Purposes {
		if v := &o.Purposes[i]; v.Parent != "" && !v.Retired {
			x.children[v.Parent] = append(x.children[v.Parent], v)
		}
	}
	x.fillBrands(o)
	x.fillSystems(o)
	return x
}

func (x *index) fillSystems(o *Organisation) {
	x.feeds = map[string]pull.Feed{}
	for i := range o.Systems {
		s := &o.Systems[i]
		if s.Retired {
			continue
		}
		for _, e := range s.Endpoints {
			x.targets = append(x.targets, hook.NewTarget(s.Name, e, s.Purposes, s.Fields))
		}
		if s.Connector != nil {
			if t, ok := s.Connector.Target(s.Name, s.Purposes, s.Fields); ok {
				x.targets = append(x.targets, t)
			}
			if f, ok := s.Connector.Feed(s.Name); ok {
				x.feeds[s.Name] = f
			}
		}
		if s.Pull != nil {
			x.feeds[s.Name] = *s.Pull
		}
	}
}

func (x *index) fillBrands(o *Organisation) {
	x.fieldsOn = map[string][]*profile.Field{}
	x.purposesOn = map[string][]*consent.PurposeVersion{}
	x.topicsOn = map[string][]*consent.Topic{}
	x.zones = map[string]*time.Location{}
	names := []string{""}
	x.hosts = map[string]*brand.Brand{}
	for i := range o.Brands {
		b := &o.Brands[i]
		names = append(names, b.Name)
		if b.Host != "" && !b.Retired {
			x.hosts[b.Host] = b
		}
		// The file of a zone is read once here, and not for every page.
		if zone, err := time.LoadLocation(b.Zone); err == nil {
			x.zones[b.Name] = zone
		}
	}
	for _, name := range names {
		x.fieldsOn[name] = pick(o.Fields, func(f *profile.Field) bool { return !f.Retired && named(f.Brands, name) })
		x.purposesOn[name] = pick(o.Purposes, func(v *consent.PurposeVersion) bool { return !v.Retired && v.On(name) })
		x.topicsOn[name] = pick(o.Topics, func(t *consent.Topic) bool { return t.On(name) })
	}
}

func by[K comparable, T any](list []T, key func(*T) K) map[K]*T {
	m := make(map[K]*T, len(list))
	for i := range list {
		m[key(&list[i])] = &list[i]
	}
	return m
}

func pick[T any](list []T, want func(*T) bool) []*T {
	var got []*T
	for i := range list {
		if want(&list[i]) {
			got = append(got, &list[i])
		}
	}
	return got
}

// named tells whether brand is among brands; no brands means all.
func named(brands []string, name string) bool {
	if len(brands) == 0 {
		return true
	}
	for _, b := range brands {
		if b == name {
			return true
		}
	}
	return false
}
