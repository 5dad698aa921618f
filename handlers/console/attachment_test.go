package console_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"livingprofile/internal/attachment"
	"livingprofile/internal/authz"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// A sent is a file as a browser sends it.
type sent struct{ name, data string }

// sendFiles posts a form with files behind its fields, with a token.
func sendFiles(t *testing.T, c *testkit.Client, path, token string, form url.Values, files ...sent) *testkit.Answer {
	t.Helper()
	return c.Do(withFiles(t, c, path, token, form, files...))
}

func withFiles(t *testing.T, c *testkit.Client, path, token string, form url.Values, files ...sent) *http.Request {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	write := func(name, value string) {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	write("csrf", token)
	for name, values := range form {
		write(name, values[0])
	}
	for _, f := range files {
		part, err := w.CreateFormFile("files", f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(f.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return c.Request(http.MethodPost, path, &b, "Content-Type", w.FormDataContentType())
}

var fileIn = regexp.MustCompile(`name="file" value="([0-9a-v]{26})"`)

// filesOn are the ids of the files that a page offers.
func filesOn(page string) (all []string) {
	for _, m := range fileIn.FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return all
}

// TestFiles go both ways: a person shows what is wrong, a member takes it and
// answers with a file, and the person reads that somebody took theirs.
func TestFiles(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			them := s.Client(t)
			them.Enter("hibiki", thomas, true)
			form := them.Page("/hibiki/rights/rectification")
			wantIn(t, "the form", form, `enctype="multipart/form-data"`, `type="file"`, "never ask for them here", "up to 4 MB")
			a := sendFiles(t, them, "/hibiki/rights/rectification", them.CSRF,
				url.Values{"about": {"family-name"}, "text": {"It is spelt Webber."}},
				sent{"../../<b>scan\u202egnp.exe", pixel(t)}, sent{"", ""})
			own := a.Location()
			if !requestIn.MatchString(own) {
				t.Fatalf("ask: got %d to %q", a.Status, own)
			}
			path := strings.Replace(own, "/hibiki", "/console", 1)
			page := them.Page(own)
			wantIn(t, "the person's page", page, "_b_scangnp.exe.png", "1 KB")
			wantOut(t, "the person's page", page, "../", "<b>scan")
			if n := len(filesOn(page)); n != 1 {
				t.Fatalf("%d files on the page, want 1", n)
			}
			file := url.Values{"file": filesOn(page)}

			c := desk(t, s, authz.DPO)
			if a := c.Post(path+"/file", file); a.Status == http.StatusOK {
				t.Error("a file was taken of what was not opened")
			}
			c.Post(path, nil)
			wantIn(t, "the decision", c.Page(path), "1 file", "tab=messages")
			wantIn(t, "the messages", c.Page(path+"?tab=messages"), "_b_scangnp.exe.png", file.Get("file"), "Never ask for identity papers")
			wantOut(t, "the history before", them.Page("/hibiki/history"), "Took a file")
			a = c.Post(path+"/file", file)
			if a.Status != http.StatusOK || a.Body != pixel(t) {
				t.Fatalf("take: got %d and %d bytes", a.Status, len(a.Body))
			}
			for name, want := range map[string]string{
				"Content-Type": "image/png", "Content-Disposition": "attachment; filename=_b_scangnp.exe.png",
				"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store",
			} {
				if got := a.Header.Get(name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			wantIn(t, "the history", them.Page("/hibiki/history"), "Took a file of a request")
			auditor := desk(t, s, authz.Auditor)
			if a := auditor.Post(path+"/file", file); a.Status != http.StatusForbidden {
				t.Errorf("an auditor: got %d, want 403", a.Status)
			}

			seen := testkit.Field(c.Page(path), "seen")
			a = sendFiles(t, c, path+"/acts", c.CSRF, url.Values{"move": {"write"}, "note": {"See this."}, "seen": {seen}, "do": {"act"}},
				sent{"領収書.txt", "7月"})
			if a.Location() != path+"?tab=messages" {
				t.Fatalf("write: got %d to %q", a.Status, a.Location())
			}
			page = them.Page(own)
			wantIn(t, "the person's page", page, "See this.", "領収書.txt")
			a = them.Post(own+"/file", url.Values{"file": filesOn(page)[1:]})
			if a.Status != http.StatusOK || a.Body != "7月" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment;") {
				t.Errorf("the person takes it: got %d, %q and %q", a.Status, a.Body, a.Header.Get("Content-Disposition"))
			}

			subject, err := s.Identity.ByEmail(t.Context(), thomas)
			if err != nil {
				t.Fatal(err)
			}
			packed, err := s.Copy(t.Context(), subject, "hibiki", "en")
			if err != nil {
				t.Fatal(err)
			}
			wantIn(t, "the copy", unpacked(t, packed, "attachments.json"), "R-", "_b_scangnp.exe.png", "image/png", "領収書.txt", `"by": "staff"`)

			other := s.Client(t)
			other.Enter("hibiki", aiko, true)
			if a := other.Post(own+"/file", file); a.Status != http.StatusNotFound {
				t.Errorf("another person: got %d, want 404", a.Status)
			}
			theirs := other.Post("/hibiki/rights/complaint", url.Values{"text": {"words"}}).Location()
			if a := other.Post(theirs+"/file", file); a.Status != http.StatusNotFound {
				t.Errorf("by a request of another person: got %d, want 404", a.Status)
			}
			another := them.Post("/hibiki/rights/complaint", url.Values{"text": {"words"}}).Location()
			if a := them.Post(another+"/file", file); a.Status != http.StatusNotFound {
				t.Errorf("by another request of theirs: got %d, want 404", a.Status)
			}
			late := s.Client(t)
			late.Enter("hibiki", thomas, false)
			if a := late.Post(own+"/file", file); a.Status == http.StatusOK {
				t.Error("a file was taken without a fresh proof")
			}
		})
	}
}

// unpacked is a file of an archive.
func unpacked(t *testing.T, packed []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestFiles_hostile: what is refused leaves the words as they were typed, and
// nothing is written.
func TestFiles_hostile(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	path := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
	own := strings.Replace(path, "/console", "/hibiki", 1)
	them, c := s.Client(t), desk(t, s, authz.DPO)
	them.Enter("hibiki", thomas, false)
	c.Post(path, nil)
	script := "%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript >> >> endobj\n%%EOF"
	one := sent{"a.txt", "a"}
	for name, tt := range map[string]struct {
		files []sent
		want  string
	}{
		"script":           {[]sent{one, {"a.pdf", script}}, "can run something"},
		"a program":        {[]sent{{"a.pdf", "MZ\x00\x01"}}, "do not take"},
		"a broken image":   {[]sent{{"a.png", pixel(t)[:40]}}, "cannot be read"},
		"a large file":     {[]sent{{"a.txt", strings.Repeat("a", attachment.MaxBytes+1)}}, "larger than 4 MB"},
		"an empty file":    {[]sent{{"a.txt", ""}}, "empty"},
		"too many at once": {[]sent{one, one, one, one}, "no more than 3"},
	} {
		for side, a := range map[string]*testkit.Answer{
			"a person": sendFiles(t, them, own+"/reply", them.CSRF, url.Values{"note": {"What I typed."}}, tt.files...),
			"a member": sendFiles(t, c, path+"/acts", c.CSRF, url.Values{
				"move": {"write"}, "note": {"What I typed."}, "seen": {testkit.Field(c.Page(path), "seen")}, "do": {"act"},
			}, tt.files...),
		} {
			if a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s of %s: got %d, want 422", name, side, a.Status)
			}
			wantIn(t, name+" of "+side, a.Body, tt.want, "What I typed.", `aria-invalid="true"`)
		}
	}
	a := sendFiles(t, them, "/hibiki/rights/rectification", them.CSRF, url.Values{"about": {"family-name"}, "text": {"What I typed."}}, sent{"a.pdf", script})
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a rectification: got %d, want 422", a.Status)
	}
	wantIn(t, "a rectification", a.Body, "can run something", "What I typed.")

	huge := sent{"a.txt", strings.Repeat("a", rights.MaxAtOnce*attachment.MaxBytes+1<<20)}
	for name, got := range map[string]int{
		"no token":             sendFiles(t, them, own+"/reply", "", url.Values{"note": {"n"}}, one).Status,
		"a token of another":   sendFiles(t, them, own+"/reply", c.CSRF, url.Values{"note": {"n"}}, one).Status,
		"no token of a member": sendFiles(t, c, path+"/acts", "", url.Values{"move": {"write"}, "note": {"n"}}, one).Status,
	} {
		if got != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", name, got)
		}
	}
	if a, err := them.Try(withFiles(t, them, own+"/reply", them.CSRF, url.Values{"note": {"n"}}, huge)); err == nil && a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("too much: got %d, want 413", a.Status)
	}
	if a := sendFiles(t, c, path+"/acts", c.CSRF, url.Values{
		"move": {"reject"}, "note": {"n"}, "ground": {"unfounded"}, "seen": {testkit.Field(c.Page(path), "seen")}, "do": {"act"},
	}, one); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("with a decision: got %d, want 422", a.Status)
	}
	if page := them.Page(own); len(filesOn(page)) > 0 || strings.Contains(page, "What I typed.") {
		t.Error("what was refused was written")
	}

	for n := range rights.MaxAttached {
		if a := sendFiles(t, them, own+"/reply", them.CSRF, url.Values{"note": {"n"}}, one); a.Location() != own {
			t.Fatalf("file %d: got %d", n+1, a.Status)
		}
	}
	a = sendFiles(t, them, own+"/reply", them.CSRF, url.Values{"note": {"n"}}, one)
	wantIn(t, "one too many", a.Body, "no more than 6 files from each side")
	if a := them.Post(own+"/reply", url.Values{"note": {"Words alone."}}); a.Location() != own {
		t.Errorf("words alone: got %d", a.Status)
	}
}
