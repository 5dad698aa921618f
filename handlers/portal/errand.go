package portal

import (
	"livingprofile/internal/i18n"
	"livingprofile/internal/opendsr"
	view "livingprofile/views/portal"
)

// errands says of each processor that was told of a request how far it is.
func (s *sight) errands(page *view.RequestPage, all []opendsr.Errand) {
	for i := range all {
		e := &all[i]
		page.About = append(page.About, view.About{
			Label: capital(s.system(e.System)),
			Text:  s.t("errand.when", "word", s.t("errand."+string(e.State)), "date", i18n.DateTime(s.ctx, e.ChangedAt)),
		})
	}
}
