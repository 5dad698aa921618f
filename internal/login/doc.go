// Package login is how a person proves who they are, and how long we believe
// it.
//
// There are no passwords. Somebody who asks to sign in gets a link by mail, and
// the browser that asked gets a secret in a cookie and a code to show. Opening
// the link changes nothing and spends nothing (invariant 9): mail scanners and
// previews open everything. Signing in takes a POST that carries the link's
// token together with the cookie's secret or, from any other browser, the
// typed code. The link works once, for ten minutes at most (ASVS 6.5.1, 6.5.5,
// 6.6.2).
//
// A session lives in the store. The browser holds 256 random bits and the store
// their digest; each sign-in and each fresh proof has new ones, and the old are
// dead at once (ASVS 7.2.4).
//
// What holds:
//
//   - Asking does the same work and answers the same for an address that we
//     hold and one that we do not (ASVS 6.3.8). Whether we hold it, the job
//     finds out that sends the mail.
//   - Spending is one conditional step in the store, never a look and then a
//     write: of any number of parallel uses one succeeds.
//   - Tries and asks are counted before they are judged, in transactions of
//     their own, over all processes.
//   - An attempt or session that was found expired is closed for good; a clock
//     that is set back does not revive it.
//   - Neither token, code nor cookie is stored, only keyed digests of them. The
//     raw token of a link is in the sealed payload of its mail job, until that
//     is done.
//
// Who a subject is and which address proves it is left to identity; the pages,
// cookies and the reading of the network address to handlers.
package login
