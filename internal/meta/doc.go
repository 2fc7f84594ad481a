// Package meta holds the checks of the repository itself, as ordinary tests: who
// may import whom, words that have no place in the code, sizes, and data that must
// never look like a citizen's. Each rule carries its reason; a rule that is in the
// way is changed here, with a better reason, never worked around.
package meta
