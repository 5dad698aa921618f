package console_test

import (
	"html"
	"net/http"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/testkit"
)

// TestImportsRefuseHostileFiles: before anything is written the page says why a
// file is none, offers to delete it, and does not offer to import it.
func TestImportsRefuseHostileFiles(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.Administrator)
	for name, f := range testkit.HostileFiles(t) {
		a := sendFile(t, c, c.CSRF, f.Name, string(f.Body), "source", "shop", "map", "generic", "charset", f.Charset)
		if a.Status != http.StatusSeeOther {
			t.Errorf("%s: got %d", name, a.Status)
			continue
		}
		page := html.UnescapeString(c.Page(a.Location()))
		wantIn(t, name, page, "Delete the file")
		if f.Reason != "" {
			wantOut(t, name, page, "Import it", "Try it without writing")
		}
		wantOut(t, name, page, "hostile@example.net")
	}
}
