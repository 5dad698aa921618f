package rights

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"

	"livingprofile/internal/archive"
)

const (
	manifestFile    = "manifest.json"
	identifiersFile = "identifiers.json"
	givenFolder     = "given"
	// maxOpened is how many bytes of a copy are read of the files that are.
	maxOpened = 4 << 20
)

// OpenBundle reads from a copy what its person may bring elsewhere: Identifiers
// and Given, and nothing else, least of all consents. The error is
// archive.ErrBroken for what is no copy, or another than its manifest says.
func OpenBundle(b []byte) (*Document, error) {
	files, err := archive.Read(b, maxOpened, func(name string) bool {
		given, _ := path.Match(givenFolder+"/*.json", name)
		return given || name == manifestFile || name == identifiersFile
	})
	if err != nil {
		return nil, err
	}
	var m manifest
	if json.Unmarshal(files[manifestFile], &m) != nil || m.Schema != BundleSchema {
		return nil, fmt.Errorf("%w: no manifest of ours", archive.ErrBroken)
	}
	delete(files, manifestFile)
	if !archive.Whole(files, m.Files) {
		return nil, fmt.Errorf("%w: not what its manifest says", archive.ErrBroken)
	}
	d := &Document{Number: m.Number, Kind: m.Kind, MadeAt: m.MadeAt}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name == identifiersFile {
			err = json.Unmarshal(files[name], &d.Identifiers)
		} else {
			var s Section
			err = json.Unmarshal(files[name], &s)
			d.Given = append(d.Given, s)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s", archive.ErrBroken, name)
		}
	}
	return d, nil
}
