// Package identity says who is asking: programs and staff by API keys,
// customers by a link mailed to them and the session it opens.
//
// It promises that no secret is ever kept: keys, links and sessions are stored
// as SHA-256 of 256 random bits and shown once. A link works once; asking for
// one gives the same answer, in the same time, whether the address is known or
// not. Every decision takes now, which is wall time: a replay does not make
// sessions older.
//
// It does not decide what an account may see (the rooms that hold the data do,
// by the accounts named here), does not send mail and knows no HTTP.
package identity

import "github.com/bonghwa/bonghwa/health"

// Role is what a key allows.
type Role string

// The roles. An operator tells and changes things, an approver is the second
// person for credits, a customer reads what belongs to one account.
const (
	Operator Role = "operator"
	Approver Role = "approver"
	Customer Role = "customer"
)

// Roles lists every role.
func Roles() []Role { return []Role{Operator, Approver, Customer} }

// hint is the part of a key's text that tells a person what the key is for.
func (r Role) hint() string {
	switch r {
	case Operator:
		return "op"
	case Approver:
		return "ap"
	case Customer:
		return "cu"
	}
	return ""
}

// Contact is somebody who may sign in: one mail address and the accounts it
// stands for. The address itself stays where addresses are kept.
type Contact struct {
	Endpoint health.EndpointID
	Language health.Language
	Accounts []health.AccountID
}
