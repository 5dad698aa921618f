package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
)

// patience is how long a helper waits for anything.
const patience = 30 * time.Second

// fail prints err and returns the status of a program that failed.
func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// fetch prints the status and body of a URL. Headers may follow it.
func fetch(args []string) int {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	status, body, err := get(ctx, args[0])
	if err != nil {
		return fail(err)
	}
	fmt.Printf("%d\n%s\n", status, body)
	return 0
}

func get(ctx context.Context, url string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

// await waits until a URL answers 200, or until a file is there.
func await(args []string) int {
	for _, what := range args {
		if err := until(func(ctx context.Context) error {
			if !strings.HasPrefix(what, "http") {
				_, err := os.Stat(what)
				return err
			}
			status, _, err := get(ctx, what)
			if err == nil && status != http.StatusOK {
				err = fmt.Errorf("%s answers %d", what, status)
			}
			return err
		}); err != nil {
			return fail(err)
		}
	}
	return 0
}

// until calls try again until it succeeds.
func until(try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

// slow sends a form to a server, and the second half of it only when the server
// takes no new connections any more. It makes a file when the server has begun
// to read, and prints the status of the answer.
func slow(args []string) int {
	address, begun := args[0], args[1]
	body := "receipt=" + strings.Repeat("x", 100)
	c, err := net.Dial("tcp", address)
	if err != nil {
		return fail(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return fail(err)
	}
	// The server says 100 when somebody reads the body: then it is at work.
	fmt.Fprintf(c, "POST /receipts HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nExpect: 100-continue\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", address, address, len(body))
	r := bufio.NewReader(c)
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		return fail(fmt.Errorf("the server does not read: %q, %w", line, err))
	}
	if _, err := r.ReadString('\n'); err != nil {
		return fail(err)
	}
	fmt.Fprint(c, body[:50])
	if err := os.WriteFile(begun, nil, 0o600); err != nil {
		return fail(err)
	}
	if err := until(func(context.Context) error {
		other, err := net.Dial("tcp", address)
		if err != nil {
			return nil //nolint:nilerr // refused, as is waited for
		}
		return errors.Join(errors.New("the server takes new connections"), other.Close())
	}); err != nil {
		return fail(err)
	}
	fmt.Fprint(c, body[50:])
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		return fail(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return fail(err)
	}
	fmt.Println(res.StatusCode)
	return 0
}

// query runs a statement on an SQLite file, as somebody with the file could,
// and prints the rows.
func query(args []string) int {
	u := url.URL{Scheme: "file", Opaque: args[0], RawQuery: "_pragma=busy_timeout(10000)"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return fail(err)
	}
	defer db.Close()
	rows, err := db.Query(args[1])
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return fail(err)
	}
	cells, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		places[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return fail(err)
		}
		fmt.Println(cells...)
	}
	if err := rows.Err(); err != nil {
		return fail(err)
	}
	return 0
}

// exports writes the exports of so many people of the demo into a folder.
func exports(args []string) int {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return fail(err)
	}
	if err := os.MkdirAll(args[0], 0o700); err != nil {
		return fail(err)
	}
	if _, err := demo.Files(demo.People(1, n, time.Now()), args[0]); err != nil {
		return fail(err)
	}
	return 0
}

// report prints the report of an import in a file, without what is of a dry run
// and how long it took.
func report(args []string) int {
	text, err := os.ReadFile(args[0])
	if err != nil {
		return fail(err)
	}
	for line := range strings.Lines(string(text)) {
		if rows, counts, ok := strings.Cut(line, " rows in "); ok {
			_, counts, _ = strings.Cut(counts, ":")
			line = rows + counts
		}
		if !strings.HasPrefix(line, "Nothing was written") {
			fmt.Print(line)
		}
	}
	return 0
}

// extract reads one JSON value from a file, refuses anything else in it, and
// prints what is at each path of keys and numbers.
func extract(args []string) int {
	data, err := os.ReadFile(args[0])
	if err != nil {
		return fail(err)
	}
	var whole any
	if err := json.Unmarshal(data, &whole); err != nil {
		return fail(fmt.Errorf("%s is not one JSON value: %w", args[0], err))
	}
	for _, path := range args[1:] {
		value := whole
		for word := range strings.SplitSeq(path, ".") {
			switch v := value.(type) {
			case map[string]any:
				value = v[word]
			case []any:
				i, err := strconv.Atoi(word)
				if err != nil || i >= len(v) {
					return fail(fmt.Errorf("%s: nothing at %s", path, word))
				}
				value = v[i]
			default:
				value = nil
			}
		}
		if value == nil {
			return fail(fmt.Errorf("nothing at %s", path))
		}
		fmt.Println(value)
	}
	return 0
}

// keyID prints the id of the API key whose text a file holds.
func keyID(args []string) int {
	id, _, err := readKey(args[0])
	if err != nil {
		return fail(err)
	}
	fmt.Println(id)
	return 0
}

func readKey(file string) (id authz.KeyID, secret string, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", "", err
	}
	return authz.ParseKey(strings.TrimSpace(string(text)))
}

// secretless fails when a file has the secret of an API key in it.
func secretless(args []string) int {
	_, secret, err := readKey(args[0])
	if err != nil {
		return fail(err)
	}
	data, err := os.ReadFile(args[1])
	if err != nil {
		return fail(err)
	}
	if strings.Contains(string(data), secret) {
		return fail(fmt.Errorf("%s holds the secret", args[1]))
	}
	return 0
}

// revoke revokes the API key whose id a file holds.
func revoke(args []string) int {
	id, err := os.ReadFile(args[0])
	if err != nil {
		return fail(err)
	}
	return run(context.Background(), []string{"apikey", "revoke", strings.TrimSpace(string(id))}, &environment{os.Stdin, os.Stdout, os.Stderr})
}
