package middleware_test

import (
	"os"
	"testing"

	"livingprofile/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

const (
	thomas = "thomas.weber@example.org"
	aiko   = "aiko.tanaka@example.com"
)
