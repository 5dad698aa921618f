package jobtest_test

import (
	"testing"

	"livingprofile/internal/job/jobtest"
)

func TestMemory(t *testing.T) {
	jobtest.Run(t, func(*testing.T) jobtest.Store { return jobtest.NewMemory() })
}
