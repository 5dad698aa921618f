package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// A Role is what a process of the bench plays.
type Role string

// The roles.
const (
	Product Role = "product" // the product's server
	Floor   Role = "floor"
)

// A child is a server in a process of its own. It ends when its standard input
// does, so that none outlives the bench.
type child struct {
	address string
	cmd     *exec.Cmd
	stdin   io.Closer
	started time.Duration // from the start of the process to its first answer
}

// A hello is the line that a child prints when it listens.
type hello struct {
	Address string `json:"address"`
}

// start starts a child and waits for its first answer to path.
func start(ctx context.Context, cmd *exec.Cmd, path string) (*child, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	c := &child{cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		err = c.greet(ctx, line, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("server did not start: %w", err), c.stop())
	}
	c.started = time.Since(began)
	return c, nil
}

func (c *child) greet(ctx context.Context, line []byte, path string) error {
	var h hello
	if err := json.Unmarshal(line, &h); err != nil {
		return err
	}
	c.address = h.Address
	res, err := c.get(ctx, path)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// get asks the child once; any status of success will do.
func (c *child) get(ctx context.Context, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		return nil, errors.Join(fmt.Errorf("GET %s: status %d", path, res.StatusCode), res.Body.Close())
	}
	return res, nil
}

// post posts one body to the child and reads the answer into v, unless that is
// nil.
func (c *child) post(ctx context.Context, path, key, body string, v any) (ms float64, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.address+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+key)
	began := time.Now()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if v != nil {
		err = json.NewDecoder(res.Body).Decode(v)
	}
	if res.StatusCode/100 != 2 {
		err = fmt.Errorf("POST %s: status %d", path, res.StatusCode)
	}
	return float64(time.Since(began)) / float64(time.Millisecond), err
}

// usage asks the child what it has taken until now.
func (c *child) usage(ctx context.Context) (u usage, err error) {
	res, err := c.get(ctx, controlUsage)
	if err != nil {
		return usage{}, fmt.Errorf("usage of server: %w", err)
	}
	defer res.Body.Close()
	return u, json.NewDecoder(res.Body).Decode(&u)
}

// profile copies a profile of the child, over a time, to w.
func (c *child) profile(ctx context.Context, kind string, over time.Duration, w io.Writer) error {
	res, err := c.get(ctx, controlProfile+"?kind="+kind+"&over="+over.String())
	if err != nil {
		return fmt.Errorf("profile of server: %w", err)
	}
	defer res.Body.Close()
	_, err = io.Copy(w, res.Body)
	return err
}

// stop ends the child and waits for it. It may be called on nil.
func (c *child) stop() error {
	if c == nil {
		return nil
	}
	return errors.Join(c.stdin.Close(), c.cmd.Wait())
}
