// Package health is the vocabulary that every room of Bonghwa speaks: ids,
// scopes, levels, text in languages, intervals of time, and the payloads of the
// facts that one room writes and another reads.
//
// It promises that a word means the same everywhere. It decides nothing, keeps
// nothing and reaches nothing: no I/O, no clock, no configuration.
package health

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// The ids. Those of the catalogue and of customers are the provider's own words;
// the others are UUIDv7 in lower case unless said otherwise.
type (
	// RegionID names a region, such as "ap-northeast-2".
	RegionID string
	// ZoneID names a zone, such as "ap-northeast-2a".
	ZoneID string
	// ServiceID names a service, such as "ec2".
	ServiceID string
	// ComponentID names a service in a region: "ec2-ap-northeast-2".
	ComponentID string
	// CheckID names a check.
	CheckID string
	// VantageID names a place that probes.
	VantageID string
	// PolicyID names a version of an SLA policy.
	PolicyID string
	// IncidentID names an incident.
	IncidentID string
	// ImpactID names one stated impact of an incident.
	ImpactID string
	// UpdateID names one public message of an incident.
	UpdateID string
	// VerdictID names one detection by the probes.
	VerdictID string
	// OrganizationID names a payer, by the provider's own number.
	OrganizationID string
	// AccountID names an account, by the provider's own number.
	AccountID string
	// ResourceID names a resource, ARN-like.
	ResourceID string
	// EndpointID names a channel and an address to reach somebody.
	EndpointID string
	// PublicationID names one thing told to many.
	PublicationID string
	// SummaryID names a post-event summary.
	SummaryID string
	// OpinionID names what one reader said of a page.
	OpinionID string
	// CreditRunID names a credit run; it follows from the run's inputs.
	CreditRunID string
	// BannerID names one statement of the emergency banner.
	BannerID string
)

// NewID makes a UUIDv7 (RFC 9562) whose time part is now, so that ids made
// later sort later.
func NewID(now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16) // 48 bits reach to the year 10889
	_, _ = rand.Read(b[6:])                                        // crypto/rand.Read never fails since Go 1.24
	return written(b, 7)
}

// DerivedID makes a UUIDv8 (RFC 9562) of words, in their order: the same words
// make the same id wherever and whenever, and others make another.
func DerivedID(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(w)))
		_, _ = h.Write(length[:]) // a hash never fails
		_, _ = h.Write([]byte(w))
	}
	return written([16]byte(h.Sum(nil)[:16]), 8)
}

// written writes the bytes as a UUID of a version.
func written(b [16]byte, version byte) string {
	b[6] = b[6]&0x0f | version<<4
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
