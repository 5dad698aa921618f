package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// A process that was stopped in the middle of a transaction held the head of a
// lane, and everybody else up, for as long as it was stopped. Now the database
// takes the lock back, and tells the process when it wakes up.
func TestPostgres_process_asleep(t *testing.T) {
	address := testkit.Postgres(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	update := func(statement string, awake func()) error {
		return store.UpdatePostgres(ctx, address, 100*time.Millisecond, statement, awake)
	}
	if err := update("create table head (n bigint)", nil); err != nil {
		t.Fatal(err)
	}
	if err := update("insert into head (n) values (0)", nil); err != nil {
		t.Fatal(err)
	}
	const move = "update head set n = n + 1"
	err := update(move, func() {
		if err := update(move, nil); err != nil { // it waits for the lock of who sleeps
			t.Error(err)
		}
	})
	if !errors.Is(err, errs.Unavailable) {
		t.Errorf("who slept: got %v, want %v", err, errs.Unavailable)
	}
}
