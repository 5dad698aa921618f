package portal

import (
	"context"

	"livingprofile/internal/i18n"
)

// FrameWords is a sentence about the frame that a page is in.
func FrameWords(ctx context.Context, name string) string { return i18n.T(ctx, "frame."+name) }
