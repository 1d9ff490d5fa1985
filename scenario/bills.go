package scenario

import (
	"fmt"
	"strconv"
)

// billColumns are the columns of FOCUS 1.0, in its order.
func billColumns() []string {
	return []string{
		"AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency",
		"BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency",
		"ChargePeriodEnd", "ChargePeriodStart", "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName",
		"CommitmentDiscountStatus", "CommitmentDiscountType", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "ContractedUnitPrice",
		"EffectiveCost", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit",
		"ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType",
		"ServiceCategory", "ServiceName", "SkuId", "SkuPriceId", "SubAccountId", "SubAccountName", "Tags",
	}
}

// charge is one line of a bill.
type charge struct {
	category, frequency, service, region, what string
	month                                      string // "2018-11"
	micros                                     int64  // millionths of the currency's unit
}

// line writes a charge as a row of FOCUS 1.0.
func (c customer) line(ch charge) []string {
	cost := fmt.Sprintf("%d.%06d", ch.micros/1_000_000, ch.micros%1_000_000)
	if ch.micros < 0 {
		cost = fmt.Sprintf("-%d.%06d", -ch.micros/1_000_000, -ch.micros%1_000_000)
	}
	start, end := ch.month+"-01T00:00:00Z", nextMonth(ch.month)+"-01T00:00:00Z"
	row := map[string]string{
		"BilledCost": cost, "ContractedCost": cost, "EffectiveCost": cost, "ListCost": cost,
		"BillingAccountId": c.organization(), "BillingAccountName": "invented", "BillingCurrency": c.currency(),
		"BillingPeriodStart": start, "BillingPeriodEnd": end, "ChargePeriodStart": start, "ChargePeriodEnd": end,
		"ChargeCategory": ch.category, "ChargeFrequency": ch.frequency, "ChargeDescription": ch.what,
		"InvoiceIssuerName": "Hangang Cloud (invented)", "ProviderName": "Hangang Cloud (invented)", "PublisherName": "Hangang Cloud (invented)",
		"RegionId": ch.region, "RegionName": ch.region, "ServiceName": ch.service, "ServiceCategory": "Compute",
		"SubAccountId": c.id(), "SubAccountName": c.name(),
	}
	out := make([]string, 0, len(billColumns()))
	for _, name := range billColumns() {
		out = append(out, row[name])
	}
	return out
}

func nextMonth(month string) string {
	year, _ := strconv.Atoi(month[:4])
	m, _ := strconv.Atoi(month[5:])
	if m == 12 {
		return fmt.Sprintf("%04d-01", year+1)
	}
	return fmt.Sprintf("%04d-%02d", year, m+1)
}

// won multiplies amounts of the account that is billed in won.
func (c customer) won(micros int64) int64 {
	if c.currency() == "KRW" {
		return micros * 1130
	}
	return micros
}

// usageRows are the customer's charges of November: usage in Seoul, and what a
// credit must leave alone: other regions and services, a one-time fee, a
// promotional credit, tax.
func usageRows(c customer) [][]string {
	day := int64(950_000 + 37_113*(c.number%11)) // millionths a day of one instance
	if c.number%50 == 8 {
		day = 210_000 // so small that ten per cent is below the minimum
	}
	var rows [][]string
	add := func(ch charge) {
		ch.month, ch.micros = "2018-11", c.won(ch.micros)
		rows = append(rows, c.line(ch))
	}
	if days := int64(c.inSeoulFor()); days > 0 {
		add(charge{category: "Usage", frequency: "Usage-Based", service: "ec2", region: "ap-northeast-2", what: "instances in Seoul", micros: day * days})
		add(charge{category: "Usage", frequency: "Usage-Based", service: "ec2", region: "ap-northeast-2", what: "data transfer in Seoul", micros: 1_333_337 + int64(c.number)*1_001})
	}
	if c.number%9 == 2 {
		add(charge{category: "Purchase", frequency: "Recurring", service: "ec2", region: "ap-northeast-2", what: "reserved capacity, monthly", micros: 21_500_000})
	}
	if c.number%9 == 5 {
		add(charge{category: "Purchase", frequency: "One-Time", service: "ec2", region: "ap-northeast-2", what: "reserved capacity, upfront", micros: 500_000_000})
	}
	if c.number%4 == 1 {
		add(charge{category: "Credit", frequency: "One-Time", service: "ec2", region: "ap-northeast-2", what: "promotional credit", micros: -2_613_700})
	}
	add(charge{category: "Usage", frequency: "Usage-Based", service: "s3", region: "us-east-1", what: "storage", micros: 730_019})
	if c.number%6 == 0 || c.number%10 == 0 {
		add(charge{category: "Usage", frequency: "Usage-Based", service: "ec2", region: "ap-northeast-1", what: "instances in Tokyo", micros: day * 30})
	}
	add(charge{category: "Tax", frequency: "Recurring", what: "value added tax", micros: 4_200_000})
	return rows
}

// targetRows are the customer's charges of December, which credits are taken
// off. One account has closed, one has spent less than it is owed.
func targetRows(c customer) [][]string {
	if c.number == closedAccount {
		return nil
	}
	micros := int64(1_000_000 * (20 + c.number%30) * (1 + c.inSeoulFor()/30))
	if c.number == smallDecember {
		micros = 1_250_000
	}
	line := charge{category: "Usage", frequency: "Usage-Based", service: "ec2", region: "ap-northeast-2", what: "instances in Seoul", month: "2018-12", micros: c.won(micros)}
	if c.inSeoulFor() == 0 {
		line.service, line.region, line.what = "s3", "us-east-1", "storage"
	}
	return [][]string{c.line(line)}
}
