package keyring

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// CheckpointKeys returns the keys that sign the ledger's checkpoints and check
// the signature. Name is the signer's, as it stands in the signed note, and
// has neither spaces nor plus signs. The keys are the same at each call; only
// the verifier may leave the process.
func (k *Keyring) CheckpointKeys(name string) (note.Signer, note.Verifier, error) {
	vkey, err := k.CheckpointPublicKey(name)
	if err != nil {
		return nil, nil, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, nil, fmt.Errorf("checkpoint verifier %q: %w", name, err)
	}
	signer, err := note.NewSigner(signerKey(verifier, k.checkpoint[:]))
	if err != nil {
		return nil, nil, fmt.Errorf("checkpoint signer %q: %w", name, err)
	}
	return signer, verifier, nil
}

// CheckpointPublicKey returns the verifier of CheckpointKeys as text, which
// note.NewVerifier reads. It may leave the process.
func (k *Keyring) CheckpointPublicKey(name string) (string, error) {
	public, ok := ed25519.NewKeyFromSeed(k.checkpoint[:]).Public().(ed25519.PublicKey)
	if !ok {
		return "", fmt.Errorf("checkpoint verifier %q: no Ed25519 key", name)
	}
	vkey, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		return "", fmt.Errorf("checkpoint verifier %q: %w", name, err)
	}
	return vkey, nil
}

// signerKey encodes seed as note.NewSigner reads it: the package makes such a
// text only for keys that it draws itself.
func signerKey(v note.Verifier, seed []byte) string {
	const ed25519Algorithm = 1
	key := append([]byte{ed25519Algorithm}, seed...)
	defer clear(key)
	return strings.Join([]string{
		"PRIVATE", "KEY", v.Name(),
		fmt.Sprintf("%08x", v.KeyHash()),
		base64.StdEncoding.EncodeToString(key),
	}, "+")
}
