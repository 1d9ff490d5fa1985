package focus

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/credit"
)

// Columns are the 57 columns of version 1.2, in the order they are written.
const Columns = "AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingAccountType BillingCurrency BillingPeriodEnd " +
	"BillingPeriodStart CapacityReservationId CapacityReservationStatus ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd " +
	"ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus " +
	"CommitmentDiscountType CommitmentDiscountUnit ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost InvoiceId " +
	"InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost " +
	"PricingCurrencyListUnitPrice PricingQuantity PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType " +
	"ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter SkuPriceDetails SkuPriceId SubAccountId SubAccountName SubAccountType Tags"

// laterColumns came after 1.2.
const laterColumns = " AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags ContractApplied " +
	"HostProviderName ServiceProviderName InvoiceDetailId CommitmentProgramEligibilityDetails"

// Write writes rows of credit with a header, as FOCUS 1.2 in CSV with lines that
// end in a newline. Costs are negative. The same rows give the same bytes.
func (Format) Write(w io.Writer, rows []credit.Use) error {
	out := csv.NewWriter(w)
	columns := strings.Fields(Columns)
	if err := out.Write(columns); err != nil {
		return fmt.Errorf("write the header of the credit rows: %w", err)
	}
	record := make([]string, len(columns))
	for _, u := range rows {
		values, err := creditRow(u)
		if err != nil {
			return err
		}
		for i, c := range columns {
			record[i] = values[c]
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("write a credit row: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the credit rows: %w", err)
	}
	return nil
}

// creditRow is a use by column; columns that are not there stay empty.
func creditRow(u credit.Use) (map[string]string, error) {
	tags, err := json.Marshal(map[string]string{"bonghwa:credit": u.Key.String(), "bonghwa:run": string(u.Run)})
	if err != nil {
		return nil, fmt.Errorf("write the tags of a credit row: %w", err)
	}
	cost, p := u.Amount.Neg().String(), u.Party
	when := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
	return map[string]string{
		"BilledCost": cost, "EffectiveCost": cost, "ContractedCost": cost, "ListCost": cost,
		"BillingAccountId": p.BillingAccountID, "BillingAccountName": p.BillingAccountName, "BillingAccountType": p.BillingAccountType,
		"BillingCurrency":    u.Amount.Currency,
		"BillingPeriodStart": when(p.Billing.From), "BillingPeriodEnd": when(p.Billing.To),
		"ChargeCategory": "Credit", "ChargeClass": u.Class, "ChargeDescription": u.Description, "ChargeFrequency": "One-Time",
		"ChargePeriodStart": when(u.Charge.From), "ChargePeriodEnd": when(u.Charge.To),
		"InvoiceId": p.Invoice, "InvoiceIssuerName": p.Issuer, "ProviderName": p.Provider, "PublisherName": p.Publisher,
		"RegionId": p.RegionID, "RegionName": p.RegionName,
		"ServiceCategory": p.ServiceCategory, "ServiceName": p.ServiceName, "ServiceSubcategory": p.ServiceSubcategory,
		"SubAccountId": p.SubAccountID, "SubAccountName": p.SubAccountName, "SubAccountType": p.SubAccountType,
		"Tags": string(tags),
	}, nil
}
