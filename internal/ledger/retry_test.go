package ledger

import (
	"errors"
	"fmt"
	"testing"

	"livingprofile/internal/errs"
)

func TestRetry(t *testing.T) {
	t.Parallel()
	conflict := fmt.Errorf("commit: %w", errs.Conflict)
	other := errors.New("other")
	for name, tt := range map[string]struct {
		answers []error // the last for ever
		want    error
		calls   int
	}{
		"success":                        {[]error{nil}, nil, 1},
		"conflict_once":                  {[]error{conflict, nil}, nil, 2},
		"another_error_ends_it":          {[]error{other, nil}, other, 1},
		"another_error_after_a_conflict": {[]error{conflict, other}, other, 2},
		"conflict_for_ever":              {[]error{conflict}, errs.Conflict, maxConflicts},
	} {
		calls := 0
		err := Retry(func() error {
			calls++
			return tt.answers[min(calls, len(tt.answers))-1]
		})
		if !errors.Is(err, tt.want) || calls != tt.calls {
			t.Errorf("%s: got %v after %d calls, want %v after %d", name, err, calls, tt.want, tt.calls)
		}
	}
}
