package mailbox

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// A Message is a mail as it arrived.
type Message struct {
	From       string   // envelope
	To         []string // envelope
	Subject    string   // decoded
	Text, HTML string   // decoded; "" when there is no such part
	Header     mail.Header
	Raw        []byte
	Date       time.Time
}

// parse reads the parts of a mail that we send: text, HTML, or the two as
// alternatives.
func parse(raw []byte) (Message, error) {
	in, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Message{}, fmt.Errorf("read mail: %w", err)
	}
	m := Message{Header: in.Header, Raw: raw}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(in.Header.Get("Subject")); err != nil {
		return Message{}, fmt.Errorf("decode subject: %w", err)
	}
	if m.Date, err = in.Header.Date(); err != nil {
		return Message{}, fmt.Errorf("read date: %w", err)
	}
	return m, m.read(textproto.MIMEHeader(in.Header), in.Body, 0)
}

// maxDepth is how deep parts may lie within parts.
const maxDepth = 4

func (m *Message) read(h textproto.MIMEHeader, body io.Reader, depth int) error {
	if depth > maxDepth {
		return errors.New("parts nested too deeply")
	}
	kind, params := "text/plain", map[string]string(nil)
	if v := h.Get("Content-Type"); v != "" {
		var err error
		if kind, params, err = mime.ParseMediaType(v); err != nil {
			return fmt.Errorf("read content type: %w", err)
		}
	}
	if strings.HasPrefix(kind, "multipart/") {
		return m.readParts(multipart.NewReader(body, params["boundary"]), depth+1)
	}
	text, err := decode(h.Get("Content-Transfer-Encoding"), body)
	if err != nil {
		return err
	}
	switch kind {
	case "text/plain":
		m.Text += text
	case "text/html":
		m.HTML += text
	}
	return nil
}

func (m *Message) readParts(r *multipart.Reader, depth int) error {
	for {
		// Not NextPart, which decodes quoted-printable and hides the header.
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read part: %w", err)
		}
		if err := m.read(part.Header, part, depth); err != nil {
			return err
		}
	}
}

func decode(encoding string, r io.Reader) (string, error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("decode part: %w", err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n"), nil
}
