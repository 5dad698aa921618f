package decision

import (
	"slices"

	"livingprofile/internal/consent"
)

// ModeTypes are the types of Google's Consent Mode, version 2.
var ModeTypes = [...]string{
	"ad_personalization", "ad_storage", "ad_user_data", "analytics_storage",
	"functionality_storage", "personalization_storage", "security_storage",
}

// ConsentMode answers q for each of purposes in the words of Google's Consent
// Mode: granted or denied for every type. A type that stands for several
// purposes is granted only when all of them are allowed, for it is one switch;
// one that stands for none is denied.
func ConsentMode(f Facts, q Question, purposes []*consent.PurposeVersion) map[string]string {
	mode := make(map[string]string, len(ModeTypes))
	for _, name := range ModeTypes {
		named, allowed := false, true
		for _, v := range purposes {
			if !slices.Contains(v.ConsentMode, name) {
				continue
			}
			q.Purpose = v
			named, allowed = true, allowed && May(f, q).Allow
		}
		mode[name] = "denied"
		if named && allowed {
			mode[name] = "granted"
		}
	}
	return mode
}
