package attachment

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"livingprofile/internal/errs"
)

func picture(t *testing.T, kind string, width, height int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	m.SetGray(0, 0, color.Gray{Y: 9})
	var b bytes.Buffer
	err := png.Encode(&b, m)
	if kind == "jpeg" {
		b.Reset()
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packedBytes(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pdfOf is a PDF with an object and a stream.
func pdfOf(object, dict, stream string) []byte {
	return fmt.Appendf(nil, "%%PDF-1.7\n1 0 obj\n<< /Type /Catalog %s >>\nendobj\n2 0 obj\n<< %s /Length %d >>\nstream\r\n%s\nendstream\nendobj\ntrailer << /Root 1 0 R >>\n%%%%EOF\n",
		object, dict, len(stream), stream)
}

// TestRead has good files and hostile ones, whatever their names say.
func TestRead(t *testing.T) {
	t.Parallel()
	hidden := "5 0 6 30 << /S /JavaScript /JS (app.alert\\(1\\)) >> << >>"
	for name, tt := range map[string]struct {
		name string
		data []byte
		kind string // "" for a refusal
		want string // name, or the message of the refusal
	}{
		"a picture":                    {"scan.png", picture(t, "png", 20, 20), "image/png", "scan.png"},
		"a photograph":                 {"IMG.JPEG", picture(t, "jpeg", 20, 20), "image/jpeg", "IMG.jpg"},
		"a picture with another name":  {"page.html", picture(t, "png", 2, 2), "image/png", "page.html.png"},
		"a document":                   {"tax.pdf", pdfOf("", "/Filter /FlateDecode", packedBytes(t, "BT (JavaScript, OpenAction) Tj ET")), "application/pdf", "tax.pdf"},
		"a document without streams":   {"tax.pdf", pdfOf("/Names (#)", "", "q"), "application/pdf", "tax.pdf"},
		"text":                         {"note.txt", []byte("領収書 #1\r\n\tno. 7"), "text/plain; charset=utf-8", "note.txt"},
		"markup is text":               {"a.html", []byte("<script>alert(1)</script>"), "text/plain; charset=utf-8", "a.html.txt"},
		"nothing":                      {"a.txt", nil, "", "attachment.error.empty"},
		"too much":                     {"a.txt", bytes.Repeat([]byte("a"), MaxBytes+1), "", "attachment.error.large"},
		"a program":                    {"a.pdf", []byte("MZ\x90\x00\x03"), "", "attachment.error.type"},
		"an archive":                   {"a.png", []byte("PK\x03\x04\x00\x00"), "", "attachment.error.type"},
		"text of another encoding":     {"a.txt", []byte("\x83e\x83X\x83g"), "", "attachment.error.type"},
		"a picture cut off":            {"a.png", picture(t, "png", 200, 200)[:60], "", "attachment.error.picture"},
		"a photograph cut off":         {"a.jpg", picture(t, "jpeg", 200, 200)[:200], "", "attachment.error.picture"},
		"a beginning alone":            {"a.png", []byte("\x89PNG\r\n\x1a\n<script>"), "", "attachment.error.picture"},
		"more pixels than bytes":       {"a.png", picture(t, "png", 6000, 5000), "", "attachment.error.pixels"},
		"a document cut off":           {"a.pdf", pdfOf("", "", "q")[:60], "", "attachment.error.pdf"},
		"script":                       {"a.pdf", pdfOf("/A << /S /JavaScript /JS (x) >>", "", "q"), "", "attachment.error.active"},
		"script, escaped":              {"a.pdf", pdfOf("/A << /S /J#61v#61Script /JS (x) >>", "", "q"), "", "attachment.error.active"},
		"script in the names":          {"a.pdf", pdfOf("/Names<</JavaScript 7 0 R>>", "", "q"), "", "attachment.error.active"},
		"a program to start":           {"a.pdf", pdfOf("/A << /S /Launch /F (cmd.exe) >>", "", "q"), "", "attachment.error.active"},
		"an action on opening":         {"a.pdf", pdfOf("/OpenAction 5 0 R", "", "q"), "", "attachment.error.active"},
		"a file within":                {"a.pdf", pdfOf("", "/Type/EmbeddedFile", "MZ"), "", "attachment.error.active"},
		"a form of another kind":       {"a.pdf", pdfOf("/AcroForm << /XFA 5 0 R >>", "", "q"), "", "attachment.error.active"},
		"what cannot be looked into":   {"a.pdf", pdfOf("/Encrypt 5 0 R", "", "q"), "", "attachment.error.active"},
		"script in a packed stream":    {"a.pdf", pdfOf("", "/Type /ObjStm /N 2 /First 9 /Filter /FlateDecode", packedBytes(t, hidden)), "", "attachment.error.active"},
		"script far down":              {"a.pdf", pdfOf("", "/Type /ObjStm", packedBytes(t, strings.Repeat(" ", 1<<16-5)+hidden)), "", "attachment.error.active"},
		"script packed twice":          {"a.pdf", pdfOf("", "/Type /ObjStm", packedBytes(t, packedBytes(t, hidden))), "", "attachment.error.active"},
		"script packed otherwise":      {"a.pdf", pdfOf("", "/Type /ObjStm /Filter /ASCIIHexDecode", "2F53"), "", "attachment.error.pdf"},
		"script in a stream cut off":   {"a.pdf", pdfOf("", "/Type /ObjStm", packedBytes(t, hidden)[:len(packedBytes(t, hidden))-6]), "", "attachment.error.active"},
		"a stream that swells":         {"a.pdf", pdfOf("", "", packedBytes(t, strings.Repeat("\x00", maxUnpacked+1))), "", "attachment.error.pdf"},
		"layer upon layer":             {"a.pdf", pdfOf("", "", packedBytes(t, packedBytes(t, packedBytes(t, packedBytes(t, packedBytes(t, "q")))))), "", "attachment.error.pdf"},
		"more streams than pages have": {"a.pdf", pdfOf("", "", strings.Repeat("stream\x78\x9c\x00", maxStreams+1)), "", "attachment.error.pdf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := new(Reader).Read(tt.name, tt.data)
			if tt.kind == "" {
				fields := errs.FieldsOf(err)
				if !errors.Is(err, errs.Invalid) || len(fields) != 1 || fields[0].Path != "files" || fields[0].ID != tt.want {
					t.Errorf("got %v, want %s", err, tt.want)
				}
				return
			}
			if err != nil || f.Type != tt.kind || f.Name != tt.want || !bytes.Equal(f.Data, tt.data) {
				t.Errorf("got %q of %s and %v, want %q of %s", f.Name, f.Type, err, tt.want, tt.kind)
			}
		})
	}
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"tax.pdf":                        "tax.pdf",
		`C:\Users\hana\tax.PDF`:          "tax.pdf",
		"../../etc/passwd":               "passwd.pdf",
		"領収書 7月.pdf":                     "領収書 7月.pdf",
		"annual\u202efdp.exe":            "annualfdp.exe.pdf",
		"a\r\nSet-Cookie: x=1.pdf":       "a Set-Cookie_ x=1.pdf",
		"a\x00b\x1b[31m.pdf":             "ab[31m.pdf",
		`"><img src=x onerror=alert(1)>`: "___img src=x onerror=alert(1)_.pdf",
		"":                               "file.pdf",
		"...":                            "file.pdf",
		".pdf":                           "file.pdf",
		"\xff\xfe":                       "file.pdf",
		strings.Repeat("長", 200):         strings.Repeat("長", maxName) + ".pdf",
	} {
		if got := cleanName(name, ".pdf"); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// FuzzRead has no file break the reader.
func FuzzRead(f *testing.F) {
	f.Add("a.pdf", pdfOf("/A#", "/Type /ObjStm", "\x78\x9c"))
	f.Add("a.png", []byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		got, err := new(Reader).Read(name, data)
		if err == nil && (got.Name == "" || strings.ContainsAny(got.Name, "/\\\r\n\"") || got.Type == "") {
			t.Errorf("took %q as %q", name, got.Name)
		}
	})
}
