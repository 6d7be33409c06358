// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The stock package knows plain Ed25519 alone, so the timestamped cosignature of c2sp.org/tlog-cosignature is here.
const algCosignature = 4

type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(sig)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	return seconds < 1<<63 && ed25519.Verify(c.key, []byte(signed), sig[8:])
}

// A verifier key is name+hash+base64(algorithm || key). Only the last part may hold a + of its own.
func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a verifier key")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != algCosignature {
		return nil, errors.New("not the key of a cosigner")
	}
	digest := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if parts[1] != fmt.Sprintf("%08x", digest[:4]) {
		return nil, errors.New("the key's hash is not the one in its name")
	}
	return &cosigner{parts[0], binary.BigEndian.Uint32(digest[:]), key[1:]}, nil
}

// Whom we trust, as a c2sp.org/tlog-policy says it.
type policy struct {
	logs      []note.Verifier
	cosigners map[string]note.Verifier // by the policy's names for them
	members   []string
	threshold int
	quorum    string
}

func (p *policy) add(words []string) (err error) {
	switch {
	case len(words) == 2 && words[0] == "log":
		var verifier note.Verifier
		if verifier, err = note.NewVerifier(words[1]); err == nil {
			p.logs = append(p.logs, verifier)
		}
	case len(words) == 3 && words[0] == "witness":
		p.cosigners[words[1]], err = newCosigner(words[2])
	case len(words) > 3 && words[0] == "group" && words[1] == "members" && p.members == nil:
		p.members = words[3:]
		p.threshold, err = strconv.Atoi(words[2])
	case len(words) == 2 && words[0] == "quorum" && p.quorum == "":
		p.quorum = words[1]
	default:
		err = errors.New("a line of another kind")
	}
	return err
}

func (p *policy) complete() error {
	if len(p.logs) == 0 || p.quorum != "members" || p.threshold < 1 || p.threshold > len(p.members) {
		return errors.New("a policy without logs or without a quorum of members")
	}
	for _, member := range p.members {
		if p.cosigners[member] == nil {
			return fmt.Errorf("the group names %s, who is no witness", member)
		}
	}
	return nil
}

func parsePolicy(text []byte) (*policy, error) {
	p := &policy{cosigners: map[string]note.Verifier{}}
	for _, line := range strings.SplitAfter(string(text), "\n") {
		if line == "" {
			break
		}
		if err := p.add(strings.Split(strings.TrimSuffix(line, "\n"), " ")); err != nil {
			return nil, fmt.Errorf("policy: %q: %v", line, err)
		}
	}
	return p, p.complete()
}

func (p *policy) origin() string { return p.logs[0].Name() }

func (p *policy) verifiers() note.Verifiers {
	all := append([]note.Verifier{}, p.logs...)
	for _, member := range p.members {
		all = append(all, p.cosigners[member])
	}
	return note.VerifierList(all...)
}

// Go reads base64 whose last character has bits to spare; they would be bits that nobody vouches for.
func strictBase64(text string) error {
	_, err := base64.StdEncoding.Strict().DecodeString(text)
	return err
}

// Of signatures that note.Open has verified: one of a log, and of each cosigner at most one.
func (p *policy) count(sigs []note.Signature) error {
	logs, cosigned := 0, map[string]bool{}
	for _, sig := range sigs {
		if err := strictBase64(sig.Base64); err != nil {
			return err
		}
		if sig.Name == p.origin() {
			logs++
		} else {
			cosigned[sig.Name] = true
		}
	}
	if logs != 1 || len(cosigned) < p.threshold {
		return fmt.Errorf("signed by %d logs and %d cosigners, %d are a quorum", logs, len(cosigned), p.threshold)
	}
	return nil
}

// The stock parser wants the first line of its own log, so it is given that for ours.
func parseCheckpoint(text, origin string) (tlog.Tree, error) {
	rest := strings.TrimPrefix(text, origin+"\n")
	if rest == text || strings.Count(text, "\n") != 3 {
		return tlog.Tree{}, errors.New("not a checkpoint of " + origin)
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

// What a published checkpoint says: every line is of somebody we trust and holds, and they are enough.
func (p *policy) open(checkpoint []byte) (tlog.Tree, error) {
	opened, err := note.Open(checkpoint, p.verifiers())
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.UnverifiedSigs) > 0 {
		return tlog.Tree{}, fmt.Errorf("a signature of a stranger, %s", opened.UnverifiedSigs[0].Name)
	}
	if err := p.count(opened.Sigs); err != nil {
		return tlog.Tree{}, err
	}
	if lines := bytes.Count(checkpoint, []byte("\n")); lines != 4+len(opened.Sigs) {
		return tlog.Tree{}, errors.New("a signature stands twice")
	}
	return parseCheckpoint(opened.Text, p.origin())
}
