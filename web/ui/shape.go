package ui

import "github.com/bonghwa/bonghwa/health"

// Shape is a level's picture, in a square of 16 and in the current color, as what
// stands inside an SVG element. The shapes differ in outline, so that they can be
// told apart without color.
func Shape(l health.Level) string {
	switch l {
	case health.Operational:
		return `<circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" stroke-width="1.7"></circle>` +
			`<path d="M4.8 8.2l2.3 2.3 4.2-4.7" fill="none" stroke="currentColor" stroke-width="1.8"></path>`
	case health.Informational:
		return `<circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" stroke-width="1.7"></circle>` +
			`<path d="M8 7v4.6" fill="none" stroke="currentColor" stroke-width="1.9"></path>` +
			`<circle cx="8" cy="4.6" r="1.15" fill="currentColor"></circle>`
	case health.Degraded:
		return `<path d="M8 1.7 15 14.2H1z" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linejoin="round"></path>` +
			`<path d="M8 6v3.9" fill="none" stroke="currentColor" stroke-width="1.7"></path>` +
			`<circle cx="8" cy="12" r="1" fill="currentColor"></circle>`
	case health.PartialOutage:
		return `<rect x="1.9" y="1.9" width="12.2" height="12.2" fill="none" stroke="currentColor" stroke-width="1.8"></rect>` +
			`<path d="M2 14V2l12 12z" fill="currentColor"></path>`
	case health.MajorOutage:
		return `<path fill="currentColor" fill-rule="evenodd" d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.900V5.1zM5 6.200 6.800 8 5 9.800 6.200 11 8 9.200 9.800 11 11 9.800 9.200 8 11 6.200 9.800 5 8 6.800 6.200 5z"></path>`
	case health.Maintenance:
		return `<path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" d="M13.900 4.300l-2.300 2.300-2.200-2.200 2.300-2.300a3.900 3.900 0 0 0-5.100 5l-5 5a1.550 1.550 0 0 0 2.200 2.200l5-5a3.900 3.900 0 0 0 5.100-5z"></path>`
	case health.Unknown:
	}
	return `<circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" stroke-width="1.7" stroke-dasharray="2.6 2.58"></circle>` +
		`<path d="M6.200 6.300a1.850 1.850 0 1 1 2.700 1.650c-.6.3-.9.7-.9 1.350" fill="none" stroke="currentColor" stroke-width="1.5"></path>` +
		`<circle cx="8" cy="11.300" r="1" fill="currentColor"></circle>`
}
