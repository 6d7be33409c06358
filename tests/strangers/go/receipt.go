// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// A c2sp.org/tlog-proof that carries its leaf.
type receipt struct {
	leaf       []byte
	index      int64
	proof      tlog.RecordProof
	checkpoint []byte
}

var errReceipt = errors.New("not a receipt")

// The rest of the next line, which begins with what is expected.
func cutLine(text *string, begin string) (string, error) {
	line, rest, ended := strings.Cut(*text, "\n")
	if !ended || !strings.HasPrefix(line, begin) {
		return "", errReceipt
	}
	*text = rest
	return line[len(begin):], nil
}

func parseIndex(line string) (int64, error) {
	index, err := strconv.ParseInt(line, 10, 64)
	if err != nil || index < 0 || strconv.FormatInt(index, 10) != line {
		return 0, errReceipt
	}
	return index, nil
}

func parseHashes(text *string) (hashes []tlog.Hash, err error) {
	for {
		line, err := cutLine(text, "")
		if err != nil || line == "" {
			return hashes, err
		}
		if err := strictBase64(line); err != nil {
			return nil, err
		}
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
}

func parseReceipt(file []byte) (*receipt, error) {
	text := string(file)
	head, err := cutLine(&text, "c2sp.org/tlog-proof@v1")
	if err != nil || head != "" {
		return nil, errReceipt
	}
	extra, err := cutLine(&text, "extra ")
	if err != nil {
		return nil, err
	}
	line, err := cutLine(&text, "index ")
	if err != nil {
		return nil, err
	}
	var r receipt
	if r.leaf, err = base64.StdEncoding.Strict().DecodeString(extra); err != nil {
		return nil, err
	}
	if r.index, err = parseIndex(line); err != nil {
		return nil, err
	}
	if r.proof, err = parseHashes(&text); err != nil {
		return nil, err
	}
	r.checkpoint = []byte(text)
	return &r, nil
}

// That the leaf stands at its index in a tree that a quorum vouches for; which tree.
func (r *receipt) check(trust *policy) (tlog.Tree, error) {
	tree, err := trust.open(r.checkpoint)
	if err != nil {
		return tlog.Tree{}, err
	}
	return tree, tlog.CheckRecord(r.proof, tree.N, tree.Hash, r.index, tlog.RecordHash(r.leaf))
}
