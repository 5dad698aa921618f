package wire

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"livingprofile/handlers/api"
	pages "livingprofile/handlers/opendsr"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/outbound"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// The files, in the folder "secrets", that what we say by OpenDSR is signed
// with.
const (
	signerKey  = "opendsr-key.pem"
	signerCert = "opendsr-cert.pem"
	// signerRoots are trusted beside, or rather than, those of the machine.
	signerRoots = "opendsr-roots.pem"
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
	s.controller = &opendsr.Controller{
		Store: s.DB, Door: door, Clock: s.Clock, Secret: s.secretFile, Names: s.namesFor, Base: s.base,
		Peers:   func() map[string]opendsr.Peer { return s.Current.Load().Processors() },
		Unheard: s.unheard,
	}
	if s.controller.Roots, err = roots(s.settings.folder()); err != nil {
		return err
	}
	s.tasks.Add(job.Task{
		Name: "opendsr.send", Every: 5 * time.Second, Lease: 5 * time.Minute,
		Do: func(ctx context.Context, _ time.Time) error { return s.controller.Turn(ctx) },
	})
	s.tasks.Add(job.Task{
		Name: "opendsr.call", Every: 5 * time.Second, Lease: 5 * time.Minute,
		Do: func(ctx context.Context, _ time.Time) error { return s.processor.Call(ctx) },
	})
	return nil
}

// opendsr returns what answers controllers.
func (s *Service) opendsr(a *api.API) *pages.OpenDSR {
	return pages.New(pages.Deps{API: a, Store: s.DB, Processor: s.processor, Controller: s.controller, Base: s.base})
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

// SendPeers sends processors now what waits for them, as the task does.
func (s *Service) SendPeers(ctx context.Context) error { return s.controller.Turn(ctx) }

// roots are whom to trust; nil for those of the machine.
func roots(folder string) (*x509.CertPool, error) {
	text, err := os.ReadFile(filepath.Join(folder, "secrets", signerRoots))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("roots of OpenDSR: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate", filepath.Join(folder, "secrets", signerRoots))
	}
	return pool, nil
}

// mostNames is how many addresses of a person a processor is told.
const mostNames = 5

// unheard counts what a processor said and was not taken.
func (s *Service) unheard(ctx context.Context, system, reason string) error {
	from := inbound.Sender{System: system, Way: inbound.ByCallback, Places: []string{inbound.OfCallbacks(system)}}
	return s.Door.Refuse(ctx, from, reason, 1)
}

// namesFor is by what a processor knows a person: our name of them for it and,
// where it may hold an address by the declaration, the proved ones. It has to be
// told also where nothing may be had any more: it is to find the data by.
func (s *Service) namesFor(ctx context.Context, system string, subject id.Subject) ([]opendsr.Identity, error) {
	name, err := s.DB.Ring().Pairwise(system, subject)
	if err != nil {
		return nil, err
	}
	all := []opendsr.Identity{{Type: opendsr.Customer, Value: name, Format: opendsr.Raw}}
	org := s.Current.Load()
	declared, ok := org.System(system)
	holds := ok && slices.ContainsFunc(declared.Fields, func(field string) bool {
		f, ok := org.Field(field)
		return ok && f.Type == profile.TypeEmail
	})
	if !holds {
		return all, nil
	}
	identifiers, err := s.desk.identifiers(ctx, subject)
	for _, i := range identifiers {
		if i.Kind == identity.Email && i.Verified() && len(all) <= mostNames {
			all = append(all, opendsr.Identity{Type: opendsr.Email, Value: i.Value, Format: opendsr.Raw})
		}
	}
	return all, err
}

// refer passes a request on that is about to be carried out.
func (s *Service) refer(ctx context.Context, subject id.Subject, request rights.RequestID) error {
	r, due, err := s.Rights.Due(ctx, subject, request)
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
		return nil // erased before
	}
	if err != nil || !due {
		return err
	}
	return s.controller.Refer(ctx, &r)
}
