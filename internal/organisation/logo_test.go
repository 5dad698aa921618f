package organisation_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"testing/fstest"

	"livingprofile/internal/organisation"
)

func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAttach(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 20)), nil); err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"logo.png":     {Data: picture(t, 64, 32)},
		"logo.jpg":     {Data: photo.Bytes()},
		"logo.svg":     {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		"cut.png":      {Data: picture(t, 64, 32)[:20]},
		"wide.png":     {Data: picture(t, 1025, 1)},
		"heavy.png":    {Data: append(picture(t, 64, 32), make([]byte, 64<<10)...)},
		"pictures/a.b": {Data: picture(t, 1, 1)},
	}
	for file, want := range map[string]string{
		"logo.png":     "image/png 64 32",
		"logo.jpg":     "image/jpeg 40 20",
		"pictures/a.b": "image/png 1 1",
		"logo.svg":     "organisation.yaml:10:11: brands.shop.logo: is no picture in PNG or JPEG",
		"cut.png":      "brands.shop.logo: is no picture in PNG or JPEG",
		"wide.png":     "is more than 1024 pixels",
		"heavy.png":    "is larger than 64 KiB",
		"none.png":     "there is no file \"none.png\"",
		"../logo.png":  "\"../logo.png\" is no file in the folder",
		"/etc/passwd":  "\"/etc/passwd\" is no file in the folder",
	} {
		d := draft(t, with(t, small(t), "    mark: S", "    logo: "+file))
		got := ""
		if err := d.Attach(files); err != nil {
			got = err.Error()
		} else if l := d.Declared.Brands[0].Logo; l != nil {
			got = fmt.Sprint(l.Type, " ", l.Width, " ", l.Height)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q in it", file, got, want)
		}
	}
}

// A logo that nobody read must not be taken for none.
func TestCheck_wants_logos_attached(t *testing.T) {
	d := draft(t, with(t, small(t), "    mark: S", "    logo: logo.png"))
	if _, err := d.Check(); err == nil || !strings.Contains(err.Error(), "brands.shop.logo: was not read") {
		t.Errorf("got %v", err)
	}
	if err := d.Attach(fstest.MapFS{"logo.png": {Data: picture(t, 8, 8)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Check(); err != nil {
		t.Error(err)
	}
}

func TestDiff_sees_another_logo(t *testing.T) {
	with1 := func(data []byte) *organisation.Draft {
		d := draft(t, with(t, small(t), "    mark: S", "    logo: logo.png"))
		if err := d.Attach(fstest.MapFS{"logo.png": {Data: data}}); err != nil {
			t.Fatal(err)
		}
		return d
	}
	first := organisation.Diff(nil, with1(picture(t, 8, 8)), monday).Next
	if p := organisation.Diff(first, with1(picture(t, 8, 8)), monday); !p.Empty() {
		t.Errorf("the same picture: %v", steps(p))
	}
	if p := organisation.Diff(first, with1(append(picture(t, 8, 8), 0)), monday); p.Empty() {
		t.Error("another picture of the same size is not seen")
	}
}
