// Package lan finds other stations of the district on the office's own network, so
// that a village and a town sync when the way to the district is down.
//
// A station that listens says so by UDP multicast (IPv4, group 239.255.79.68, port
// 22827, one hop); a station that hears it may dial. A beacon proves nothing: who
// answers is judged by the TLS handshake, as on any road.
package lan
