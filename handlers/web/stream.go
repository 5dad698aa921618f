package web

import (
	"bufio"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// streamChunk is how often a stream is sent on, and its time to be written
// renewed, in bytes.
const streamChunk = 64 << 10

// streamTime is how long a reader may take for a chunk.
const streamTime = time.Minute

// Stream answers with a file of unknown length, which write makes as it goes.
// A reader who takes too long for a chunk is given up. An error that comes
// after the first byte cuts the answer off, so that it is not taken for whole.
func Stream(c echo.Context, kind, file string, write func(io.Writer) error) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, kind)
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+file+`"`)
	c.Response().WriteHeader(http.StatusOK)
	out := &patient{to: c.Response(), control: http.NewResponseController(c.Response())}
	w := bufio.NewWriterSize(out, streamChunk)
	if err := write(w); err != nil {
		panic(http.ErrAbortHandler) // the status is sent; only the cut tells
	}
	return w.Flush()
}

// patient renews the time to write with each chunk.
type patient struct {
	to      io.Writer
	control *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	// A server without deadlines, as in tests, has none to renew.
	_ = p.control.SetWriteDeadline(time.Now().Add(streamTime))
	n, err := p.to.Write(b)
	if err == nil {
		err = p.control.Flush()
	}
	return n, err
}
