package report

import (
	"bytes"
	"context"
	"fmt"
)

// RenderEvidence writes e in the language of ctx.
func RenderEvidence(ctx context.Context, e Evidence) ([]byte, error) {
	var b bytes.Buffer
	if err := evidence(e).Render(ctx, &b); err != nil {
		return nil, fmt.Errorf("write evidence: %w", err)
	}
	return b.Bytes(), nil
}
