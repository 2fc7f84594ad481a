// The shapes that the Go side sends and takes: app/window/shapes.go and
// app/desk/types.go, a file for each page. A Go test (app/window/contract_test.go)
// compares the keys of each interface with the JSON keys of the Go type of the same
// name, so keep one key on each line.

export type * from './types/session'
export type * from './types/cases'
export type * from './types/person'
export type * from './types/catalogue'
export type * from './types/intake'
export type * from './types/papers'
export type * from './types/review'
export type * from './types/link'
export type * from './types/device'
