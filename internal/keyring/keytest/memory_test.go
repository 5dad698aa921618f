package keytest_test

import (
	"testing"

	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
)

func TestMemory(t *testing.T) {
	keytest.Run(t, func(*testing.T) keyring.Store { return keytest.NewMemory() })
}
