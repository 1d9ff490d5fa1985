package ui

import "strconv"

// Column is one column of a chart.
type Column struct {
	Name  string // below the column
	Value int64  // its height; not negative
	Words string // the value as people read it, above the column
}

// Chart is a small picture of a few columns. What it finds stands in its caption, and
// a table of the same figures belongs beside it.
type Chart struct {
	ID      string // of the caption, so that the picture has a name
	Caption string // the finding, in one sentence
	Columns []Column
}

// The picture's measures in its own units; the page scales it.
const (
	chartWidth, chartHeight = 360, 130
	chartHead, chartFoot    = 22, 24 // room for the figures and for the names
)

func (c Chart) box() string {
	return "0 0 " + strconv.Itoa(chartWidth) + " " + strconv.Itoa(chartHeight)
}

// drawn is a column with its places in the picture.
type drawn struct {
	Column
	x, y, width, height string
	middle, above       string
}

// draw puts the columns side by side. One that is not zero is at least two units
// high, so that it is seen.
func (c Chart) draw() []drawn {
	most := int64(1)
	for _, col := range c.Columns {
		most = max(most, col.Value)
	}
	room := int64(chartHeight - chartHead - chartFoot)
	step := chartWidth / max(1, len(c.Columns))
	width := min(step*2/3, 40)
	list := make([]drawn, 0, len(c.Columns))
	for i, col := range c.Columns {
		high := int(col.Value * room / most)
		if col.Value > 0 {
			high = max(high, 2)
		}
		top := chartHeight - chartFoot - high
		list = append(list, drawn{
			Column: col, x: strconv.Itoa(i*step + (step-width)/2), y: strconv.Itoa(top), width: strconv.Itoa(width), height: strconv.Itoa(high),
			middle: strconv.Itoa(i*step + step/2), above: strconv.Itoa(top - 6),
		})
	}
	return list
}

func (c Chart) base() string { return strconv.Itoa(chartHeight - chartFoot) }

func (c Chart) names() string { return strconv.Itoa(chartHeight - 6) }

// flat reports whether there is nothing to see.
func (c Chart) flat() bool {
	for _, col := range c.Columns {
		if col.Value > 0 {
			return false
		}
	}
	return true
}
