package handlers_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/demo"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/receipt"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestRights goes through the rights as a person does, on both engines.
func TestRights(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			t.Run("a_copy_is_taken_once", func(t *testing.T) { copyOnce(t, s) })
			t.Run("grave_rights_want_a_fresh_proof", func(t *testing.T) { wantProof(t, s) })
			t.Run("a_request_is_cancelled_and_opened_again", func(t *testing.T) { cancelAndReopen(t, s) })
			t.Run("an_objection_to_marketing_stops_it", func(t *testing.T) { objectToMarketing(t, s) })
			t.Run("a_freeze_is_in_force_until_it_is_lifted", func(t *testing.T) { freezeAndLift(t, s) })
			t.Run("what_is_wrong_is_refused", func(t *testing.T) { refusedForms(t, s) })
			t.Run("the_erased_stay_erased", func(t *testing.T) { eraseThomas(t, s) })
		})
	}
}

// fileRequest posts the form of a right and returns the path of the request.
func fileRequest(t *testing.T, c *testkit.Client, kind string, form url.Values) string {
	t.Helper()
	c.Page("/hibiki/rights/" + kind)
	a := c.Post("/hibiki/rights/"+kind, form)
	if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location(), "/hibiki/requests/") {
		t.Fatalf("file %s: got %d to %q", kind, a.Status, a.Location())
	}
	return a.Location()
}

// await asks for a page until it has what is wanted.
func await(t *testing.T, c *testkit.Client, path, want string) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for {
		page := c.Page(path)
		if strings.Contains(page, want) {
			return page
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s never has %q", path, want)
		}
	}
}

func copyOnce(t *testing.T, s *testkit.Site) {
	c := s.Client(t)
	c.Enter("hibiki", aiko, true)
	path := fileRequest(t, c, "access", nil)
	page := await(t, c, path, "Take the file")
	for said := false; !said; {
		m, err := s.Box.Wait(t.Context(), aiko)
		if err != nil {
			t.Fatalf("no letter says until when the copy can be taken: %v", err)
		}
		said = strings.Contains(m.Text, "It can be taken once, until")
	}
	form := url.Values{"copy": {testkit.Field(page, "copy")}}

	other := s.Client(t)
	other.Enter("hibiki", thomas, true)
	if a := other.Post(path+"/copy", form); a.Status != http.StatusNotFound {
		t.Errorf("the copy of another: got %d, want 404", a.Status)
	}
	stale := s.Client(t)
	stale.Enter("hibiki", aiko, false)
	if a := stale.Post(path+"/copy", form); a.Status != http.StatusSeeOther || !strings.Contains(a.Location(), "/proof") {
		t.Errorf("without a fresh proof: got %d to %q, want the proof", a.Status, a.Location())
	}

	const takers = 20
	bodies := make([]string, takers)
	var wg sync.WaitGroup
	for i := range takers {
		one := c.Copy()
		wg.Go(func() {
			if a := one.Post(path+"/copy", form); a.Status == http.StatusOK {
				bodies[i] = a.Body
			} else if a.Status != http.StatusGone {
				t.Errorf("late taker: got %d, want 410", a.Status)
			}
		})
	}
	wg.Wait()
	taken := ""
	for _, b := range bodies {
		if b != "" && taken != "" {
			t.Error("the file was taken twice")
		}
		taken += b
	}
	checkArchive(t, taken)
	// A second press was once told that there is no such page.
	if a := c.Post(path+"/copy", form); a.Status != http.StatusGone || !strings.Contains(a.Body, "taken already") {
		t.Errorf("taken again: got %d, want 410 that says so", a.Status)
	}
	if strings.Contains(c.Page(path), "Take the file") {
		t.Error("the page still offers the file")
	}
}

// checkArchive compares the files with the manifest.
func checkArchive(t *testing.T, body string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(body)), int64(len(body)))
	if err != nil {
		t.Fatalf("archive: %v", err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	var m struct {
		Schema string
		Files  []struct {
			Name, SHA256 string
		}
	}
	if err := json.Unmarshal([]byte(files["manifest.json"]), &m); err != nil {
		t.Fatal(err)
	}
	if m.Schema != rights.BundleSchema || len(m.Files) != len(files)-1 {
		t.Errorf("manifest: got %q over %d files, want %q over %d", m.Schema, len(m.Files), rights.BundleSchema, len(files)-1)
	}
	for _, f := range m.Files {
		sum := sha256.Sum256([]byte(files[f.Name]))
		if got := hex.EncodeToString(sum[:]); got != f.SHA256 {
			t.Errorf("%s: digest is %s, want %s", f.Name, got, f.SHA256)
		}
	}
	for _, name := range []string{"index.html", "identifiers.json", "given.csv", "consent.json", "purposes.json", "history.json"} {
		if files[name] == "" {
			t.Errorf("the archive lacks %s", name)
		}
	}
	checkReceipts(t, files)
	if !strings.HasPrefix(files["report.pdf"], "%PDF-1.7") || !strings.Contains(files["report.pdf"], "/Lang(en)") {
		t.Error("the archive lacks the report as a PDF")
	}
	if !strings.Contains(files["identifiers.json"], aiko) || !strings.Contains(files["index.html"], aiko) {
		t.Error("the archive does not hold the address")
	}
}

// checkReceipts compares the receipts of an archive with its consent records:
// each is there in our form, whole, and in those of others.
func checkReceipts(t *testing.T, files map[string]string) {
	t.Helper()
	var records []rights.Decision
	if err := json.Unmarshal([]byte(files["consent.json"]), &records); err != nil || len(records) == 0 {
		t.Fatalf("got %d consent records, %v", len(records), err)
	}
	for _, d := range records {
		name := "receipts/" + d.Record
		own, err := consent.ParseReceipt([]byte(files[name+receipt.OwnForm]))
		if err != nil || !own.Intact() || own.Signature == "" {
			t.Errorf("%s: the receipt is not whole: %v", d.Record, err)
		}
		if !strings.Contains(files[name+receipt.RecordForm], `"dct:identifier": "`+d.Record+`"`) {
			t.Errorf("%s: no record in the Data Privacy Vocabulary", d.Record)
		}
		_, kantara := files[name+receipt.KantaraForm]
		if want := own.Decision.Status.Valid() && own.Purpose.Basis == consent.Consent; kantara != want {
			t.Errorf("%s, %s: Kantara's form is there %v, want %v", d.Record, d.Status, kantara, want)
		}
	}
}

func wantProof(t *testing.T, s *testkit.Site) {
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	for kind, form := range map[string]url.Values{"access": nil, "portability": nil, "erasure": {"days": {"0"}}} {
		a := c.Post("/hibiki/rights/"+kind, form)
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location(), "/hibiki/proof") {
			t.Errorf("%s: got %d to %q, want the fresh proof", kind, a.Status, a.Location())
		}
	}
	if page := c.Page("/hibiki/requests"); strings.Contains(page, "Your requests") {
		t.Error("a request was taken without a fresh proof")
	}
}

func cancelAndReopen(t *testing.T, s *testkit.Site) {
	c := s.Client(t)
	c.Enter("hibiki", aiko, true)
	form := url.Values{"days": {"14"}}
	path := fileRequest(t, c, "erasure", form)
	if page := c.Page(path); !strings.Contains(page, "Waiting for your day") {
		t.Error("the erasure does not wait")
	}
	if again := fileRequest(t, c, "erasure", form); again != path {
		t.Errorf("the same request twice: got %s and %s", path, again)
	}
	other := s.Client(t)
	other.Enter("hibiki", thomas, true)
	if a := other.Post(path+"/cancel", nil); a.Status != http.StatusNotFound {
		t.Errorf("cancelled by another: got %d, want 404", a.Status)
	}
	if a := c.Post(path+"/cancel", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("cancel: got %d", a.Status)
	}
	if a := c.Post(path+"/cancel", nil); a.Status != http.StatusConflict {
		t.Errorf("cancel again: got %d, want 409", a.Status)
	}
	c.Page("/hibiki/history?kind=requests")
	if a := c.Post(path+"/reopen", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("open again: got %d", a.Status)
	}
	if a := c.Post(path+"/cancel", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("cancel what was opened again: got %d", a.Status)
	}
	if a := c.Post(path+"/fulfil", nil); a.Status != http.StatusNotFound {
		t.Errorf("a move that is not the person's: got %d, want 404", a.Status)
	}
}

func objectToMarketing(t *testing.T, s *testkit.Site) {
	c := s.Client(t)
	c.Enter("hibiki", aiko, false)
	c.Answer("hibiki", "newsletter", "yes")
	path := fileRequest(t, c, "objection", url.Values{"about": {"newsletter"}, "text": {"enough"}})
	if page := c.Page(path); !strings.Contains(page, "It is done.") {
		t.Error("the objection to marketing is not done at once")
	}
	if v := may(t, s, aiko, "newsletter"); v.Allow {
		t.Errorf("the purpose is still allowed: %v", v.Reasons)
	}
}

func may(t *testing.T, s *testkit.Site, address, purpose string) decision.Verdict {
	t.Helper()
	subject, err := s.Identity.ByEmail(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.DB.Facts(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range s.Current.Load().AllPurposes() {
		if string(v.Purpose) == purpose {
			return decision.May(f, decision.Question{Purpose: v, Brand: "hibiki", At: s.Clock.Now()})
		}
	}
	t.Fatalf("no purpose %s", purpose)
	return decision.Verdict{}
}

func freezeAndLift(t *testing.T, s *testkit.Site) {
	c := s.Client(t)
	c.Enter("hibiki", aiko, false)
	c.Answer("hibiki", "recommendations", "yes")
	if v := may(t, s, aiko, "recommendations"); !v.Allow {
		t.Fatalf("not allowed before: %v", v.Reasons)
	}
	path := fileRequest(t, c, "restriction", url.Values{"scope": {"all"}, "ground": {"unlawful"}})
	if v := may(t, s, aiko, "recommendations"); v.Allow || v.Reasons[0] != decision.Restricted {
		t.Errorf("while frozen: got %v, want restricted", v.Reasons)
	}
	c.Page("/hibiki/allow")
	if page := c.Page("/hibiki/history?kind=requests"); !strings.Contains(page, "may only be stored") {
		t.Error("the history does not tell of the freeze")
	}
	if a := c.Post(path+"/lift", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("lift: got %d", a.Status)
	}
	if v := may(t, s, aiko, "recommendations"); !v.Allow {
		t.Errorf("after it was lifted: got %v, want allowed", v.Reasons)
	}
	// One value alone.
	path = fileRequest(t, c, "restriction", url.Values{"scope": {"field-phone"}, "ground": {"unlawful"}})
	freezes := func() (phone, city bool) {
		subject, err := s.Identity.ByEmail(t.Context(), aiko)
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.DB.Facts(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		_, phone = f.Freezes.Field("phone", "contact")
		_, city = f.Freezes.Field("event-city", "contact")
		return phone, city
	}
	if phone, city := freezes(); !phone || city {
		t.Errorf("the phone number alone: got %v, and %v for another value", phone, city)
	}
	const said = "It stays so until that is over."
	if !strings.Contains(c.Page("/hibiki/data/phone"), said) || strings.Contains(c.Page("/hibiki/data/event-city"), said) {
		t.Error("the page of the phone number, and no other, says that it is frozen")
	}
	if a := c.Post(path+"/lift", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("lift: got %d", a.Status)
	}
	if phone, _ := freezes(); phone {
		t.Error("it is frozen after it was lifted")
	}
}

func refusedForms(t *testing.T, s *testkit.Site) {
	c := s.Client(t)
	c.Enter("hibiki", aiko, true)
	for _, tt := range []struct {
		kind string
		form url.Values
		want int
	}{
		{"erasure", url.Values{"days": {"31"}}, http.StatusUnprocessableEntity},
		{"erasure", url.Values{"days": {"-1"}}, http.StatusUnprocessableEntity},
		{"erasure", url.Values{"days": {"soon"}}, http.StatusUnprocessableEntity},
		{"restriction", url.Values{"scope": {"all"}}, http.StatusUnprocessableEntity},
		{"restriction", url.Values{"scope": {"category-nothing"}, "ground": {"claims"}}, http.StatusUnprocessableEntity},
		{"restriction", url.Values{"scope": {"field-nothing"}, "ground": {"claims"}}, http.StatusUnprocessableEntity},
		{"restriction", url.Values{"scope": {"purpose-newsletter"}, "ground": {"claims"}}, http.StatusUnprocessableEntity},
		{"rectification", url.Values{"about": {"no-field"}, "text": {"x"}}, http.StatusUnprocessableEntity},
		{"rectification", url.Values{"about": {"event-city"}}, http.StatusUnprocessableEntity},
		{"objection", url.Values{"about": {"no-purpose"}}, http.StatusUnprocessableEntity},
		{"complaint", url.Values{"text": {" "}}, http.StatusUnprocessableEntity},
		{"complaint", url.Values{"text": {strings.Repeat("x", 4001)}}, http.StatusUnprocessableEntity},
		{"complaint", url.Values{"subject": {"somebody"}}, http.StatusUnprocessableEntity},
		{"nothing", nil, http.StatusNotFound},
	} {
		if a := c.Post("/hibiki/rights/"+tt.kind, tt.form); a.Status != tt.want {
			t.Errorf("%s with %.40v: got %d, want %d", tt.kind, tt.form, a.Status, tt.want)
		}
	}
	if page := c.Page("/hibiki/rights/complaint"); !strings.Contains(page, "https://www.ppc.go.jp/personalinfo/pipldial/") {
		t.Error("the complaint does not say where the authority is")
	}
	for _, path := range []string{"/hibiki/requests/" + id.New(), "/hibiki/requests/x", "/hibiki/rights/x", "/erasures/" + id.New(), "/erasures/x"} {
		if a := c.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("GET %s: got %d, want 404", path, a.Status)
		}
	}
}

var certificateIn = regexp.MustCompile(`https?://\S+(/erasures/[a-z0-9]+)`)

func eraseThomas(t *testing.T, s *testkit.Site) {
	ctx := t.Context()
	subject, err := s.Identity.ByEmail(ctx, thomas)
	if err != nil {
		t.Fatal(err)
	}
	before, err := s.DB.Identifiers(ctx, subject)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Client(t)
	c.Enter("hibiki", thomas, true)
	c.Answer("hibiki", "recommendations", "yes")
	kept := c.Get("/hibiki/receipts/" + testkit.ReceiptIn(c.Page("/hibiki/history")) + ".json").Body
	ends := numberOf(c.Page(fileRequest(t, c, "rectification", url.Values{"about": {"family-name"}, "text": {"x"}})))
	page := c.Page("/hibiki/rights/erasure")
	for _, lost := range []string{"What is lost", "Your way in", "Receipts that you keep can still be checked", "without an answer", ends + " (Correction)"} {
		if !strings.Contains(page, lost) {
			t.Errorf("before the erasure: the page lacks %q", lost)
		}
	}
	fileRequest(t, c, "erasure", url.Values{"days": {"0"}})

	certificate := ""
	for certificate == "" {
		m, err := s.Box.Wait(ctx, thomas)
		if err != nil {
			t.Fatal(err)
		}
		if found := certificateIn.FindStringSubmatch(m.Text); found != nil {
			certificate = found[1]
		}
	}
	await(t, s.Client(t), certificate, "The key was destroyed")
	if a := c.Get("/hibiki"); a.Status != http.StatusSeeOther || !strings.Contains(a.Location(), "/sign-in") {
		t.Errorf("the session goes on: got %d to %q", a.Status, a.Location())
	}
	if _, err := s.DB.Facts(ctx, subject); !errors.Is(err, errs.Gone) && !errors.Is(err, errs.NotFound) {
		t.Errorf("facts of the erased: got %v", err)
	}
	if _, err := s.DB.Ring().Subject(ctx, subject); !errors.Is(err, errs.Gone) {
		t.Errorf("key of the erased: got %v, want gone", err)
	}
	// A second carrying on finds it done.
	if err := s.Rights.Carry(ctx, subject, "any"); err != nil {
		t.Errorf("carry on: %v", err)
	}
	if a := s.Client(t).Send("/receipts", url.Values{"receipt": {kept}}); !strings.Contains(a.Body, "This receipt is genuine") {
		t.Errorf("a receipt of the erased: got %d, want it genuine still", a.Status)
	}
	comesBack(t, s, before)
	aikoLives(t, s)
	err = s.DB.Ledger(ctx, func(src ledger.Source) error {
		report, err := ledger.Verify(ctx, src, s.Verifier(), nil)
		if err == nil && !report.OK() {
			t.Errorf("ledger after the erasure: %v", report.Faults)
		}
		return err
	})
	if err != nil {
		t.Errorf("verify after the erasure: %v", err)
	}
}

// numberOf is the number on the page of a request.
func numberOf(page string) string {
	return regexp.MustCompile(`R-[0-9A-Z]+(-[0-9A-Z]+)*`).FindString(page)
}

// comesBack imports the erased person from every side.
func comesBack(t *testing.T, s *testkit.Site, identifiers []identity.Identifier) {
	t.Helper()
	m := intake.NewMerger(s.DB, s.Current.Load(), s.Clock, demo.CRM, id.New())
	for _, i := range identifiers {
		i.ID, i.Subject = "", ""
		told, err := m.Apply(t.Context(), []intake.Item{{Line: 2, Identifiers: []identity.Identifier{i}, At: s.Clock.Now()}})
		if err != nil {
			t.Fatal(err)
		}
		if told[0].Result != intake.Rejected || told[0].Reason != "intake.subject_gone" {
			t.Errorf("%s of the erased is imported: %v", i.Kind, told[0])
		}
	}
	fresh := identity.Identifier{Kind: identity.Customer, Scope: demo.CRM, Value: "C-never-seen", VerifiedAt: s.Clock.Now(), Source: demo.CRM}
	told, err := m.Apply(t.Context(), []intake.Item{{Line: 2, Identifiers: []identity.Identifier{fresh}, At: s.Clock.Now()}})
	if err != nil || told[0].Result != intake.Created {
		t.Errorf("somebody else: got %v and %v, want created", told, err)
	}
}

func aikoLives(t *testing.T, s *testkit.Site) {
	t.Helper()
	c := s.Client(t)
	c.Enter("hibiki", aiko, false)
	c.Page("/hibiki/data")
}

// TestCooling lets the days pass that a person picked.
func TestCooling(t *testing.T) {
	now := clock.NewFake(testkit.Start)
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: now})
	ctx := t.Context()
	subject, err := s.Identity.ByEmail(ctx, aiko)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Client(t)
	c.Enter("hibiki", aiko, true)
	fileRequest(t, c, "erasure", url.Values{"days": {"7"}})
	fileRequest(t, c, "access", nil)
	docket, err := s.Rights.Docket(ctx, subject)
	if err != nil {
		t.Fatal(err)
	}
	erasure := docket.Requests[len(docket.Requests)-1]
	carryOn := func() rights.State {
		t.Helper()
		if err := s.Rights.Carry(ctx, subject, erasure.ID); err != nil {
			t.Fatal(err)
		}
		docket, err := s.Rights.Docket(ctx, subject)
		if err != nil {
			return "erased"
		}
		r, _ := docket.Find(erasure.ID)
		return r.State
	}
	now.Advance(7*24*time.Hour - time.Second)
	if got := carryOn(); got != rights.Accepted {
		t.Errorf("a second before the day: got %s, want accepted", got)
	}
	now.Advance(time.Second)
	if err := s.Rights.Carry(ctx, subject, docket.Requests[0].ID); err != nil {
		t.Fatal(err) // the copy, which comes first
	}
	if got := carryOn(); got != "erased" {
		t.Errorf("on the day: got %s, want erased", got)
	}
	if _, err := s.Rights.Move(ctx, subject, erasure.ID, rights.Act{Move: rights.Cancel, Actor: ledger.Self(subject)}); err == nil {
		t.Error("an erasure that is done is cancelled")
	}
}
