package organisation

import (
	"livingprofile/internal/consent"
	"livingprofile/internal/hook"
)

// An Organisation is what consent asks about, and what hooks are told by.
var (
	_ consent.Catalogue = (*Organisation)(nil)
	_ hook.Catalogue    = (*Organisation)(nil)
)

// AllPurposes returns the newest version of every purpose, parents first, the
// retired ones too. The caller does not change the result.
func (o *Organisation) AllPurposes() []*consent.PurposeVersion {
	return o.lookups().newest
}

// AllTopics returns every topic, the retired ones too. The caller does not
// change the result.
func (o *Organisation) AllTopics() []consent.Topic { return o.Topics }

// AllChannels returns the channels that are declared, and not the former ones.
// The caller does not change the result.
func (o *Organisation) AllChannels() []consent.Channel { return o.Channels }

// Targets returns the endpoints of the systems that are not retired. The caller
// does not change the result.
func (o *Organisation) Targets() []hook.Target { return o.lookups().targets }

// TargetsOf returns those of one system.
func (o *Organisation) TargetsOf(system string) []hook.Target {
	var all []hook.Target
	for _, t := range o.Targets() {
		if t.System == system {
			all = append(all, t)
		}
	}
	return all
}

// BrandNames returns the brands that are not retired.
func (o *Organisation) BrandNames() []string {
	var all []string
	for i := range o.Brands {
		if !o.Brands[i].Retired {
			all = append(all, o.Brands[i].Name)
		}
	}
	return all
}
