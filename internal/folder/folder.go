// Package folder exchanges CSV files with systems that can do no more than
// fetch files and leave some, as by SFTP.
//
// Each system has one folder below a root that the operator names, with four
// folders in it: "out" for what it is told, "in" for what it tells, "done" and
// "refused" for what became of that. A file is there whole or not at all: it is
// written under another name, brought to disk and renamed. No path and no
// symbolic link leads out of the folder of the system.
//
// This package knows files. What stands in them is left to package connector,
// what becomes of what they say to packages pull and inbound.
package folder

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The folders of a system.
const (
	Out     = "out"
	In      = "in"
	Done    = "done"
	Refused = "refused"
)

// What they and their files may be: for our user and the group that the
// operator gives the folder to, and for nobody else.
const (
	folderMode fs.FileMode = 0o770
	fileMode   fs.FileMode = 0o660
)

// partSuffix is what the names of files end in that are being written.
const partSuffix = ".part"

// A Root is where the folders of systems are. Nothing is there until one is
// opened.
type Root string

// Open opens the folder of a system, and makes what it lacks. The caller closes
// it.
func (r Root) Open(system string) (*Folder, error) {
	if !fs.ValidPath(system) || strings.ContainsAny(system, `/\.`) {
		return nil, fmt.Errorf("folder of %q: %w", system, fs.ErrInvalid)
	}
	if err := os.MkdirAll(string(r), folderMode); err != nil {
		return nil, fmt.Errorf("folders of systems: %w", err)
	}
	all, err := os.OpenRoot(string(r))
	if err != nil {
		return nil, fmt.Errorf("folders of systems: %w", err)
	}
	defer all.Close()
	if err := mkdir(all, system); err != nil {
		return nil, err
	}
	root, err := all.OpenRoot(system)
	if err != nil {
		return nil, fmt.Errorf("folder of a system: %w", err)
	}
	f := &Folder{root: root}
	for _, name := range [...]string{Out, In, Done, Refused} {
		if err := mkdir(root, name); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}

// mkdir makes a folder that is not there. A link in its place is refused: it is
// for somebody else to follow.
func mkdir(in *os.Root, name string) error {
	err := in.Mkdir(name, folderMode)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("folder of a system: %w", err)
	}
	is, err := in.Lstat(name)
	if err == nil && !is.IsDir() {
		err = fmt.Errorf("%s: %w", name, fs.ErrInvalid)
	}
	if err != nil {
		return fmt.Errorf("folder of a system: %w", err)
	}
	return nil
}

// A Folder is that of one system.
type Folder struct{ root *os.Root }

// Close closes it.
func (f *Folder) Close() error { return f.root.Close() }

// Try writes a file where the system would be told, and deletes it.
func (f *Folder) Try() error {
	const name = ".try"
	if err := f.write(Out, name, nil); err != nil {
		return err
	}
	return f.root.Remove(filepath.Join(Out, name))
}

// write puts a file there whole: it is on disk before it has its name. Two that
// write one name at once each have a part of their own: one that was shared would
// be emptied by one while the other gives it its name.
func (f *Folder) write(in, name string, content []byte) error {
	part := filepath.Join(in, "."+rand.Text()+partSuffix)
	to, err := f.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	_, err = to.Write(content)
	if err == nil {
		err = to.Sync()
	}
	if err = errors.Join(err, to.Close()); err == nil {
		err = f.root.Rename(part, filepath.Join(in, name))
	}
	if err != nil {
		_ = f.root.Remove(part)
		return fmt.Errorf("write a file: %w", err)
	}
	return f.sync(in)
}

// sync has the names of a folder on disk.
func (f *Folder) sync(name string) error {
	dir, err := f.root.Open(name)
	if err != nil {
		return fmt.Errorf("bring a folder to disk: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("bring a folder to disk: %w", err)
	}
	return nil
}

// names lists a folder.
func (f *Folder) names(in string) ([]string, error) {
	dir, err := f.root.Open(in)
	if err != nil {
		return nil, fmt.Errorf("list a folder: %w", err)
	}
	all, err := dir.Readdirnames(-1)
	if err = errors.Join(err, dir.Close()); err != nil {
		return nil, fmt.Errorf("list a folder: %w", err)
	}
	return all, nil
}
