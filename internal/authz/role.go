package authz

import "slices"

// A Role is what a staff member works as. It decides what they may do; the
// brands they are limited to decide where.
type Role string

// The roles.
const (
	Administrator Role = "administrator"
	DPO           Role = "dpo"
	Reviewer      Role = "reviewer"
	Support       Role = "support"
	Auditor       Role = "auditor"
	BrandManager  Role = "brand-manager"
)

// Roles returns every role, in the order in which they are offered.
func Roles() []Role {
	return []Role{Administrator, DPO, Reviewer, Support, Auditor, BrandManager}
}

// Valid tells whether there is such a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Permissions returns what a role may do; nothing for one that there is not.
//
// Whoever decides who works here reads nobody's data, and whoever reads data
// decides nothing about keys: an administrator alone, or a DPO alone, can do
// less than both (security.md, S28).
func (r Role) Permissions() []Permission {
	switch r {
	case Administrator:
		return []Permission{ConsoleUse, FigureRead, PurposeRead, LawRead, LedgerRead, StaffRead, StaffManage, KeyRead, KeyManage, ImportRead, ImportMake, BrandRead, BrandManage, SystemRead, SystemOperate, SystemManage, ApprovalRead, ApprovalGive, BreachRead, BreachOpen, ReportRead}
	case DPO:
		return []Permission{
			ConsoleUse, FigureRead, RequestRead, RequestAssign, RequestCreate, RequestDecide, PersonRead, PersonJoin, PurposeRead, PurposeManage, LawRead,
			AudienceView, AudienceManage, AudienceExport, LedgerRead, LedgerExport, StaffRead, KeyRead, ImportRead, BrandRead, SystemRead, SystemOperate, RetentionRead, RetentionManage,
			ConflictDecide, ApprovalRead, ApprovalGive, BreachRead, BreachOpen, BreachManage, ReportRead, RequestShow,
		}
	case Reviewer:
		return []Permission{
			ConsoleUse, FigureRead, RequestRead, RequestAssign, RequestCreate, RequestDecide, PersonRead, PersonJoin, PurposeRead, LawRead,
			ConflictDecide,
		}
	case Support:
		return []Permission{ConsoleUse, FigureRead, RequestRead, RequestCreate, PersonRead, PurposeRead, LawRead}
	case Auditor:
		return []Permission{ConsoleUse, FigureRead, PurposeRead, AudienceView, LawRead, LedgerRead, LedgerExport, StaffRead, KeyRead, ImportRead, BrandRead, SystemRead, RetentionRead, ApprovalRead, BreachRead, ReportRead}
	case BrandManager:
		return []Permission{ConsoleUse, FigureRead, PurposeRead, AudienceView, AudienceManage, BrandRead, BrandManage}
	}
	return nil
}

// Has tells whether the role may do p.
func (r Role) Has(p Permission) bool { return slices.Contains(r.Permissions(), p) }

// NeedsBrands tells whether a member of the role is limited to brands always.
func (r Role) NeedsBrands() bool { return r == BrandManager }

// MayBeLimited tells whether a member of the role can be limited to brands. The
// others see what belongs to no brand: the ledger, staff and keys.
func (r Role) MayBeLimited() bool { return r == Reviewer || r == Support || r == BrandManager }

// RolesWith returns the roles that may do p, none for what no staff member may.
func RolesWith(p Permission) []Role {
	var all []Role
	for _, r := range Roles() {
		if r.Has(p) {
			all = append(all, r)
		}
	}
	return all
}

// MaySee tells whether the role reads a field of a profile: support needs to
// know whom they talk to and nothing delicate, a reviewer and the DPO everything
// (security.md, S01, field by field).
func (r Role) MaySee(category string, sensitive bool) bool {
	switch r {
	case DPO, Reviewer:
		return true
	case Support:
		return !sensitive && slices.Contains(supportCategories[:], category)
	}
	return false
}

// supportCategories are those that say who somebody is and how to reach them.
var supportCategories = [...]string{"identity", "contact", "delivery"}
