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
	block, err := k.pair(system)
	if err != nil {
		return "", err
	}
	b, ok := id.Bytes(name)
	if !ok {
		return "", errs.New(errs.NotFound, "error.no_subject")
	}
	block.Decrypt(b[:], b[:])
	return id.Subject(id.Of(b)), nil
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
