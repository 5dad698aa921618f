package organisation

import "livingprofile/internal/consent"

// An Organisation is what consent asks about.
var _ consent.Catalogue = (*Organisation)(nil)

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
