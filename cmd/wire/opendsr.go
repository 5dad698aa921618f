package wire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"livingprofile/handlers/api"
	pages "livingprofile/handlers/opendsr"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/outbound"
	"livingprofile/internal/rights"
)

// The files, in the folder "secrets", that what we say by OpenDSR is signed
// with.
const (
	signerKey  = "opendsr-key.pem"
	signerCert = "opendsr-cert.pem"
)

// signer reads what we sign with; nil where the operator has put none there.
func (s *Service) signer(folder string) (*opendsr.Signer, error) {
	read := func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(folder, "secrets", name)) }
	key, err := read(signerKey)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("key of OpenDSR: %w", err)
	}
	cert, err := read(signerCert)
	if err != nil {
		return nil, fmt.Errorf("certificate of OpenDSR: %w", err)
	}
	signer, err := opendsr.NewSigner(s.base.Hostname(), key, cert)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(folder, "secrets", signerCert), err)
	}
	return signer, nil
}

// meetPeers readies what passes requests on.
func (s *Service) meetPeers() error {
	door, err := outbound.New(outbound.Options{Allow: s.settings.Outbound})
	if err != nil {
		return err
	}
	signer, err := s.signer(s.settings.folder())
	if err != nil {
		return err
	}
	s.processor = &opendsr.Processor{
		Store: s.DB, Desk: s, Clock: s.Clock, Signer: signer, Door: door,
		Digest: func(body []byte) []byte { return s.DB.Ring().Digest("opendsr.print", body) },
	}
	s.tasks.Add(job.Task{
		Name: "opendsr.call", Every: 5 * time.Second, Lease: 5 * time.Minute,
		Do: func(ctx context.Context, _ time.Time) error { return s.processor.Call(ctx) },
	})
	return nil
}

// opendsr returns what answers controllers.
func (s *Service) opendsr(a *api.API) *pages.OpenDSR {
	return pages.New(pages.Deps{API: a, Store: s.DB, Processor: s.processor, Base: s.base})
}

// TakeBack cancels a request that a system passed on.
func (s *Service) TakeBack(ctx context.Context, system string, subject id.Subject, r rights.RequestID) error {
	_, err := s.Rights.Move(ctx, subject, r, rights.Act{
		Move: rights.Cancel, Actor: ledger.Actor{Kind: ledger.BySystem, ID: system},
	})
	return err
}

// CallPeers tells controllers now of what moved, as the task does.
func (s *Service) CallPeers(ctx context.Context) error { return s.processor.Call(ctx) }
