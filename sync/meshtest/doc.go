// Package meshtest simulates a district of devices, their disks, clocks and
// links from one seed. It is made of tests only: it reaches everything, and
// nothing can import it. "make mesh" runs it; docs/simulation.md describes it.
package meshtest
