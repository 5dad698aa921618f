package scim_test

import (
	"os"
	"testing"

	"livingprofile/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }
