package organisation

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"slices"

	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
)

// The limits of a logo: every page waits for it.
const (
	// MaxLogo is how large it may be.
	MaxLogo     = 64 << 10 // bytes
	maxLogoSide = 1024     // pixels
)

// ReadLogo returns a picture that was sent; errs.Invalid for what is none, or
// too large for a logo.
func ReadLogo(data []byte) (*brand.Logo, error) {
	logo, problem := logoOf(data)
	if problem != "" {
		return nil, errs.InvalidFields(errs.At("logo", "error.not_a_logo"))
	}
	return logo, nil
}

// Attach reads the logos that the draft names, and the connectors that lie in
// the folder connectors, from the folder of its file. An
// error is of type Problems.
//
// A logo is a PNG or JPEG picture. SVG is refused: it can carry scripts and
// load from elsewhere (ASVS 5.0, 1.3.4).
func (d *Draft) Attach(files fs.FS) error {
	n := &notebook{file: d.File, at: d.at}
	for _, name := range slices.Sorted(maps.Keys(d.logos)) {
		logo, problem := readLogo(files, d.logos[name])
		if problem != "" {
			n.note(at("brands", name, "logo"), "%s", problem)
			continue
		}
		i := slices.IndexFunc(d.Declared.Brands, func(b brand.Brand) bool { return b.Name == name })
		d.Declared.Brands[i].Logo = logo
	}
	d.attachConnectors(files, n)
	return n.problems.orNil()
}

// readLogo returns a picture, or what is wrong with it.
func readLogo(files fs.FS, path string) (*brand.Logo, string) {
	if !fs.ValidPath(path) {
		return nil, quoted(path) + " is no file in the folder of the declaration or below it"
	}
	data, err := readSome(files, path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "there is no file " + quoted(path)
	case err != nil:
		return nil, "cannot be read: " + err.Error()
	}
	return logoOf(data)
}

func logoOf(data []byte) (*brand.Logo, string) {
	if len(data) > MaxLogo {
		return nil, "is larger than 64 KiB"
	}
	logo := &brand.Logo{Type: "image/png", Data: data}
	size, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		logo.Type = "image/jpeg"
		size, err = jpeg.DecodeConfig(bytes.NewReader(data))
	}
	if err != nil {
		return nil, "is no picture in PNG or JPEG"
	}
	if !fits(size) {
		return nil, "is more than 1024 pixels wide or high"
	}
	logo.Width, logo.Height = size.Width, size.Height
	return logo, ""
}

func fits(c image.Config) bool {
	return c.Width > 0 && c.Height > 0 && c.Width <= maxLogoSide && c.Height <= maxLogoSide
}

// readSome reads no more of a file than shows that it is too large.
func readSome(files fs.FS, path string) ([]byte, error) {
	f, err := files.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxLogo+1))
	return data, errors.Join(err, f.Close())
}
