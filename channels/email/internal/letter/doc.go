// Package letter writes an opener as a person's mail program would: its address and
// Message-ID ([Prepare]), its header and its body ([Compose]), and its signature
// ([Letter.Sign]). Values in, octets out: it knows no server.
package letter
