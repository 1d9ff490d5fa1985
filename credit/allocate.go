package credit

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/bonghwa/bonghwa/fault"
)

// Allocate divides a sum by weights so that the parts sum to it exactly: each
// gets its share rounded down, and the units left over go one by one to the
// largest remainders, of equal ones to the earlier. Order the weights by id. A
// negative weight counts as 0; without any positive one nothing can be divided
// but 0.
func Allocate(total int64, weights []Amount) ([]int64, error) {
	parts := make([]int64, len(weights))
	sum := new(big.Int)
	for _, w := range weights {
		if w.Sign() > 0 {
			sum.Add(sum, w.big())
		}
	}
	if sum.Sign() == 0 || total < 0 {
		if total == 0 {
			return parts, nil
		}
		return nil, fault.New(fault.Invalid, "", "the sum cannot be divided", "give a positive sum and at least one positive weight")
	}
	remainders := make([]*big.Int, len(weights))
	order := make([]int, len(weights))
	left := total
	for i, w := range weights {
		order[i] = i
		share := new(big.Int)
		if w.Sign() > 0 {
			share.Mul(big.NewInt(total), w.big())
		}
		q, r := share.QuoRem(share, sum, new(big.Int))
		parts[i], remainders[i] = q.Int64(), r
		left -= parts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(remainders[b].Cmp(remainders[a]), cmp.Compare(a, b))
	})
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts, nil
}
