// Package report is the page inside a copy: what is held of a person, to read
// in a browser without a network. It has its style with it and no script.
package report

import (
	"bytes"
	"context"
	"fmt"

	"livingprofile/internal/rights"
)

// Render writes the page of d in the language of ctx.
func Render(ctx context.Context, d *rights.Document) ([]byte, error) {
	var b bytes.Buffer
	if err := page(d).Render(ctx, &b); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	return b.Bytes(), nil
}
