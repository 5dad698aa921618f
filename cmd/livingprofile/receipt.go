package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/mod/sumdb/note"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// A receiptReport is what checking a receipt found.
type receiptReport struct {
	Receipt    consent.RecordID
	Finding    string    // "genuine", "changed", "broken" or "foreign"; "sound" without the ledger
	Checkpoint int64     `json:",omitempty"` // the first that covers its entry
	Sealed     time.Time `json:",omitzero"`
	Fault      string    `json:",omitempty"` // what a checkpoint says against it
}

// What is found beyond consent.Finding.
const (
	foreign = "foreign" // the installation has no such receipt
	sound   = "sound"   // signed and unchanged; there was no ledger to compare with
)

// OK tells whether the receipt is what the installation wrote.
func (r *receiptReport) OK() bool {
	return r.Fault == "" && (r.Finding == string(consent.Genuine) || r.Finding == sound)
}

// checkReceipt checks one receipt, with the installation or with its public key
// alone.
func (c *verifyCmd) checkReceipt(ctx context.Context, env *environment, d *Data) error {
	text, err := readReceipt(c.Receipt)
	if err != nil {
		return err
	}
	r, err := consent.ParseReceipt(text)
	if errors.Is(err, errs.Invalid) {
		return fmt.Errorf("%s is no receipt of this product: take the JSON that its page offers", c.Receipt)
	}
	if err != nil {
		return err
	}
	report, err := c.compare(ctx, env, d, &r)
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(env.stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(report); err != nil {
			return err
		}
	} else {
		printReceipt(env.stdout, report)
	}
	if !report.OK() {
		return silent{errors.New("the receipt is not as it was written")}
	}
	return nil
}

// readReceipt reads no more of a file than a receipt can be.
func readReceipt(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, consent.MaxReceipt+1))
	return text, errors.Join(err, f.Close())
}

func (c *verifyCmd) compare(ctx context.Context, env *environment, d *Data, r *consent.Receipt) (*receiptReport, error) {
	if c.Key != "" {
		return c.compareByKey(r)
	}
	report := &receiptReport{Receipt: r.ID}
	a, err := d.existing(ctx, env)
	if err != nil {
		return nil, err
	}
	p, err := a.DB.ProvedRecord(ctx, r.ID)
	closed := a.Close()
	switch {
	case errors.Is(err, errs.NotFound):
		report.Finding = foreign
		return report, closed
	case err != nil || closed != nil:
		return nil, errors.Join(err, closed)
	}
	report.Finding = string(r.Compare(p, ledger.SignedBy(a.Verifier())))
	path := c.Against
	if path == "" {
		s := d.settings()
		path = s.CheckpointPath()
	}
	return report, report.cover(r, a.Verifier(), path)
}

// compareByKey does what can be done without the installation.
func (c *verifyCmd) compareByKey(r *consent.Receipt) (*receiptReport, error) {
	v, err := note.NewVerifier(c.Key)
	if err != nil {
		return nil, fmt.Errorf("--key is no public key, as livingprofile keys public prints it: %w", err)
	}
	report := &receiptReport{Receipt: r.ID, Finding: sound}
	if !r.Sound(ledger.SignedBy(v)) {
		report.Finding = string(consent.Altered)
	}
	return report, report.cover(r, v, c.Against)
}

// cover looks for the checkpoint that covers the receipt's entry, in the file
// at path; "" for none.
func (r *receiptReport) cover(c *consent.Receipt, v note.Verifier, path string) error {
	if path == "" || !r.OK() {
		return nil
	}
	var hash ledger.Hash
	if b, err := hex.DecodeString(c.Ledger.Hash); err == nil {
		copy(hash[:], b)
	}
	signed, err := ledger.ReadCheckpoints(path)
	if err != nil {
		return err
	}
	found, err := ledger.Covering(signed, v, c.Ledger.Lane, c.Ledger.Seq, hash)
	switch {
	case errors.Is(err, ledger.ErrOtherEntry):
		r.Fault = err.Error()
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	case found != nil:
		r.Checkpoint, r.Sealed = found.Number, found.At
	}
	return nil
}

func printReceipt(w io.Writer, r *receiptReport) {
	switch r.Finding {
	case string(consent.Genuine):
		fmt.Fprintf(w, "Receipt %s is genuine: every byte is what was written, and the ledger vouches for it.\n", r.Receipt)
	case sound:
		fmt.Fprintf(w, "Receipt %s is signed by that installation, and nothing of it was changed.\n", r.Receipt)
	case foreign:
		fmt.Fprintf(w, "BAD receipt %s: this installation has written none with that number\n", r.Receipt)
	case string(consent.Broken):
		fmt.Fprintf(w, "BAD receipt %s: the ledger does not vouch for the record any more; run livingprofile verify\n", r.Receipt)
	default:
		fmt.Fprintf(w, "BAD receipt %s: it is not what was written\n", r.Receipt)
	}
	switch {
	case r.Fault != "":
		fmt.Fprintln(w, "BAD", r.Fault)
	case r.Checkpoint > 0:
		fmt.Fprintf(w, "Its entry is covered by checkpoint %d of %s.\n", r.Checkpoint, r.Sealed.Format(time.RFC3339))
	case r.OK():
		fmt.Fprintln(w, "No checkpoint was found that covers its entry.")
	}
}
