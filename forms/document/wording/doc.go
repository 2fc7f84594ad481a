// Package wording is the documents of the counter as data: what each kind must
// state and on what legal ground, how it is worded and how it is laid out. A
// district changes a wording, or adds a kind of notice, by adding a file; the
// program stays as it is. Every file has a version and the days on which it is
// in force, so a paper that is printed again has the words of its own day.
//
// A Book holds the files. Book.At gives the Page in force on a day, with the
// parts that it shares with other kinds put in. Page.Check tells whether given
// Facts state everything that the page demands. Drawing is the business of
// package document.
package wording
