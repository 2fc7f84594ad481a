// Package counter is the domain: items, cases, people, materials, divisions and
// working days; who may do what at which stage; and the folds that turn facts
// into states. It is pure: no clock, no storage, no network, the standard
// library only. Everything in it gives the same answer on every replica.
package counter
