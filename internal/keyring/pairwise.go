package keyring

import (
	"crypto/aes"
	"crypto/cipher"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// Pairwise returns the name by which one system knows a subject: the same at
// each call, and another for each system, so that two of them cannot put their
// people together by it. It tells nothing, not even when the subject came.
//
// An id is one block of 128 bits, and a block cipher under a key for the
// system is a permutation of them: nothing has to be stored, no two subjects
// share a name, and a text that was guessed or belongs to another system reads
// as the id of nobody.
func (k *Keyring) Pairwise(system string, s id.Subject) (string, error) {
	block, err := k.pair(system)
	if err != nil {
		return "", err
	}
	b, ok := id.Bytes(string(s))
	if !ok {
		return "", errs.New(errs.NotFound, "error.no_subject")
	}
	block.Encrypt(b[:], b[:])
	return id.Of(b), nil
}

// Paired returns the subject whom a system knows by name. It is errs.NotFound for a
// text that is no name; whether there is such a subject is for the store.
func (k *Keyring) Paired(system, name string) (id.Subject, error) {
	p, err := k.Pairing(system)
	if err != nil {
		return "", err
	}
	b, ok := p.Subject(name)
	if !ok {
		return "", errs.New(errs.NotFound, "error.no_subject")
	}
	return id.Subject(id.Of(b)), nil
}

// A Pairing reads the names that one system has, for whoever asks about many.
// It is for one goroutine at a time.
type Pairing struct {
	block cipher.Block
	id    [16]byte // here, so that the cipher needs no memory for each
}

// Pairing returns the Pairing of a system.
func (k *Keyring) Pairing(system string) (*Pairing, error) {
	block, err := k.pair(system)
	return &Pairing{block: block}, err
}

// Subject returns the bytes of the id of whom the system knows by name; false
// for a text that is no name.
func (p *Pairing) Subject(name string) (b [16]byte, ok bool) {
	if p.id, ok = id.Bytes(name); ok {
		p.block.Decrypt(p.id[:], p.id[:])
	}
	return p.id, ok
}

// pair returns the cipher of a system, which is made once.
func (k *Keyring) pair(system string) (cipher.Block, error) {
	if made, ok := k.pairs.Load(system); ok {
		return made.(cipher.Block), nil //nolint:forcetypeassert // nothing else is stored
	}
	block, err := aes.NewCipher(mac(&k.index, join(usePairwise, system)))
	if err == nil {
		k.pairs.Store(system, block)
	}
	return block, err
}
