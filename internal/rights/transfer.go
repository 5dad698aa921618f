package rights

import "context"

// transfer sends what r takes along to the controller that it names (Art. 20(2)
// GDPR). Once that does not take it, the request is unfulfilled, with the reason
// to the person, who can take the file themselves.
func (s *Service) transfer(ctx context.Context, r Request, docket Docket) error {
	refused, err := s.desk.Transfer(ctx, r)
	if err != nil {
		return err
	}
	act := Act{Move: Fulfil, At: s.clock.Now(), Actor: program}
	if refused != "" {
		act.Move, act.Note = Fail, refused
	}
	return s.move(ctx, &r, act, docket)
}
