// Package bonghwa holds no code. It is the root of the module, and the place
// of the test that checks which room of the house may import which
// (architecture_test.go; the picture is in ARCHITECTURE.md).
package bonghwa
