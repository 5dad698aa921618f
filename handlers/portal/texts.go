package portal

import (
	"strconv"
	"sync"
	"sync/atomic"

	"livingprofile/internal/consent"
	"livingprofile/internal/organisation"
)

// texts keeps what purpose rows say in each language, and how they are drawn.
// It follows from the declaration alone, a hash has to be made of it, and every
// visit shows all of it. The zero texts is ready; it is safe for concurrent
// use.
type texts struct{ current atomic.Pointer[textsOf] }

// textsOf are the texts of one declaration: another one begins anew, so that
// old words do not pile up.
type textsOf struct {
	org   *organisation.Organisation
	rows  sync.Map // of textKey to *purposeText
	drawn sync.Map // of drawnKey to *ui.Stencil
}

type textKey struct {
	purpose *consent.PurposeVersion
	locale  string
}

type purposeText struct {
	title, sentence, version, notice, fixed, ifNo string
}

// in returns what is kept of org.
func (t *texts) in(org *organisation.Organisation) *textsOf {
	now := t.current.Load()
	if now == nil || now.org != org {
		now = &textsOf{org: org}
		t.current.Store(now)
	}
	return now
}

// of returns the words of a version of a purpose of org in locale.
func (t *texts) of(org *organisation.Organisation, v *consent.PurposeVersion, locale string) *purposeText {
	now := t.in(org)
	key := textKey{v, locale}
	if kept, ok := now.rows.Load(key); ok {
		return kept.(*purposeText) //nolint:forcetypeassert // nothing else is stored
	}
	w := &v.Words
	made := &purposeText{
		title: w.Question.In(locale), sentence: w.Sentence.In(locale), version: strconv.Itoa(v.Number),
		notice: v.Notice(locale).Hash, fixed: w.Locked.In(locale), ifNo: w.IfNo.In(locale),
	}
	now.rows.Store(key, made)
	return made
}
