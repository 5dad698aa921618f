package floor

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

// An errand is one signed body on its way.
type errand struct {
	subject, to string
	secret      []byte
}

// messengers is how many bodies are on their way at a time.
const messengers = 64

// An outbox sends what was written, and writes that it was.
type outbox struct {
	errands chan errand
	client  *http.Client
	last    atomic.Int64
	work    sync.WaitGroup
}

// close sends what waits; nobody may ask for more.
func (o *outbox) close() {
	close(o.errands)
	o.work.Wait()
}

func newOutbox(g *group) *outbox {
	o := &outbox{errands: make(chan errand, 1<<20), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: messengers}}}
	for range messengers {
		o.work.Go(func() {
			for e := range o.errands {
				o.run(g, e)
			}
		})
	}
	return o
}

func (o *outbox) run(g *group, e errand) {
	body := []byte(`{"type":"consent.given","data":{"subject":"` + e.subject + `"}}`)
	id, at := strconv.FormatInt(o.last.Add(1), 10), strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, e.secret)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	r, err := http.NewRequest(http.MethodPost, "http://"+e.to+"/main", bytes.NewReader(body))
	if err != nil {
		return
	}
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", at)
	r.Header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	res, err := o.client.Do(r)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	_ = g.do(e.subject, "", "told", time.Now().UnixMicro())
}

// postTold writes one row, and leaves to the outbox what is told of it.
func (db *DB) postTold(c echo.Context) error {
	secret, err := base64.RawURLEncoding.DecodeString(c.QueryParam("secret"))
	if err != nil {
		return err
	}
	if err := db.group.do(c.Param("id"), "p", "yes", time.Now().UnixMicro()); err != nil {
		return err
	}
	db.outbox.errands <- errand{c.Param("id"), c.QueryParam("to"), secret}
	return c.NoContent(http.StatusNoContent)
}
