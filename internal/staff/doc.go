// Package staff says who works in the console, how they prove it and what of it
// is recorded.
//
// There is no password and no first account. Somebody with the shell, or an
// administrator, invites a member: a link that works once. Whoever opens it makes
// a passkey, and from then on signs in with it, always with user verification
// (ASVS 6.3.2, 6.3.3). A challenge is 256 random bits, is kept until it is
// answered or its time is over, and is answered once (ASVS 6.7.2).
//
// What holds:
//
//   - A member's session is no person's session: other cookie, other table,
//     shorter life. Neither is ever looked for where the other belongs.
//   - What a member may do is read at each request, so that a change of role, or
//     the end of a member, counts from the next one (ASVS 8.3.2).
//   - There is always an administrator who can sign in, once there is one.
//   - Nobody changes their own role, brands or membership.
//   - Every act appends to the ledger in the transaction that does it; opening
//     a person appends to that person's own history, with the reason.
//   - Names and addresses of members are sealed with the installation's key,
//     and stand in no entry of the ledger.
//
// What each role may do is authz's to say; the pages and cookies are left to
// handlers.
package staff
