package fault

// Nearest is the word of have that differs from word in the fewest letters, for
// a remedy that says what was meant. It is empty when none differs in fewer than
// within; of equally near ones the first is meant.
func Nearest(word string, have []string, within int) string {
	nearest := ""
	for _, h := range have {
		if d := distance(word, h); d < within {
			within, nearest = d, h
		}
	}
	return nearest
}

// distance is the number of bytes to change, add or take away (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, corner+1, row[j]+1)
		}
	}
	return row[len(b)]
}
