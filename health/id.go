// Package health is the vocabulary that every room of Bonghwa speaks: ids,
// scopes, levels, text in languages, intervals of time, and the payloads of the
// facts that one room writes and another reads.
//
// It promises that a word means the same everywhere. It decides nothing, keeps
// nothing and reaches nothing: no I/O, no clock, no configuration.
package health

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// Ids of things. Those of the catalogue and of resources are the provider's own
// words; the others are UUIDv7 in lower case unless said otherwise.
type (
	RegionID       string // a region's public id, such as "ap-northeast-2"
	ZoneID         string // a zone's public id, such as "ap-northeast-2a"
	ServiceID      string // a service's public id, such as "ec2"
	ComponentID    string // a service in a region: "ec2-ap-northeast-2"
	CheckID        string // a check's name in the catalogue
	VantageID      string // a place that probes
	PolicyID       string // an SLA policy's id in the catalogue
	IncidentID     string // an incident
	ImpactID       string // one stated impact of an incident
	UpdateID       string // one public message of an incident
	VerdictID      string // one detection by the probes
	OrganizationID string // a payer, the provider's own number
	AccountID      string // an account, the provider's own number
	ResourceID     string // a resource, ARN-like
	EndpointID     string // a channel and an address to reach somebody
	PublicationID  string // one thing told to many
	SummaryID      string // a post-event summary
	CreditRunID    string // a credit run
)

// NewID makes a UUIDv7 (RFC 9562) whose time part is now, so that ids made
// later sort later.
func NewID(now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16) //nolint:gosec // G115: years 1970 to 10889 fit in 48 bits
	_, _ = rand.Read(b[6:])                                        // crypto/rand.Read never fails since Go 1.24
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:36], b[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}
