package bench

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// A vice is what a bad receiver does in place of its part, until ctx ends or it
// is left.
type vice func(ctx context.Context, w http.ResponseWriter)

// crawl is how long a receiver that answers byte by byte takes for each.
const crawl = 100 * time.Millisecond

// vices returns those of the matrix of bad receivers, R13, that can be kept up
// for as long as a measurement takes, by kind of endpoint.
func vices() map[string]vice {
	return map[string]vice{
		"silent":   func(ctx context.Context, _ http.ResponseWriter) { <-ctx.Done() },
		"failing":  func(_ context.Context, w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"busy":     func(_ context.Context, w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		"slowhead": raw("HTTP/1.1 200 OK\r\nX-A: ", "b", crawl),
		"slowbody": raw("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n", "b", crawl),
		"longhead": raw("HTTP/1.1 200 OK\r\n", "X-A: "+strings.Repeat("b", 1000)+"\r\n", 0),
		"longbody": raw("HTTP/1.1 200 OK\r\n\r\n", strings.Repeat("b", 64<<10), 0),
		"resets":   raw("", "", 0),
		"redirects": func(_ context.Context, w http.ResponseWriter) {
			w.Header().Set("Location", "/main")
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
	}
}

// raw answers with begin, and then with again every so often; it resets the
// connection when there is nothing to say.
func raw(begin, again string, every time.Duration) vice {
	return func(ctx context.Context, w http.ResponseWriter) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		defer context.AfterFunc(ctx, func() { _ = c.Close() })()
		if tcp, ok := c.(*net.TCPConn); ok {
			// What it pours costs the sender most, who here has the same processors.
			_ = tcp.SetWriteBuffer(16 << 10)
			if again == "" {
				_ = tcp.SetLinger(0)
				return
			}
		}
		for _, err = io.WriteString(c, begin); err == nil && ctx.Err() == nil; _, err = io.WriteString(c, again) {
			if every > 0 {
				<-time.After(every)
			}
		}
	}
}
