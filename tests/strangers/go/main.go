// SPDX-License-Identifier: Apache-2.0

// Checks an exported ledger and receipts with Go's own packages for transparency logs, none of our code.
// Usage: checkledger POLICY EXPORT [RECEIPT ...]
//
// POLICY is the trust policy, from somebody you believe: the export's policy/0 is only what its exporter says.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

func checkMirror(trust *policy, files mirror, report io.Writer) (tlog.Tree, error) {
	newest, err := trust.open(files["checkpoint"])
	if err != nil {
		return newest, fmt.Errorf("checkpoint: %v", err)
	}
	trees, err := files.checkpoints(trust)
	if err != nil {
		return newest, err
	}
	if len(trees) == 0 || trees[len(trees)-1] != newest {
		return newest, errors.New("checkpoint is not the last of checkpoints/")
	}
	fmt.Fprintf(report, "%d checkpoints, each signed by a log and %d cosigners or more\n", len(trees), trust.threshold)
	for i := 1; i < len(trees); i++ {
		if err := files.checkGrowth(trees[i], trees[i-1]); err != nil {
			return newest, fmt.Errorf("from size %d to %d: %v", trees[i-1].N, trees[i].N, err)
		}
	}
	fmt.Fprintf(report, "each only adds to the one before\n")
	if err := files.checkTiles(newest); err != nil {
		return newest, err
	}
	if err := files.checkLeaves(newest); err != nil {
		return newest, err
	}
	fmt.Fprintf(report, "%d leaves hash to every tile and to the root %v\n", newest.N, newest.Hash)
	return newest, nil
}

// The receipt by itself; that the export, which is checked, holds the same leaf; that its tiles give the same proof.
func checkReceipt(trust *policy, files mirror, newest tlog.Tree, file []byte) (*receipt, error) {
	r, err := parseReceipt(file)
	if err != nil {
		return nil, err
	}
	tree, err := r.check(trust)
	if err != nil {
		return nil, err
	}
	hashes, err := files.ReadHashes([]int64{tlog.StoredHashIndex(0, r.index)})
	if err != nil || hashes[0] != tlog.RecordHash(r.leaf) {
		return nil, fmt.Errorf("the export has another leaf at %d (%v)", r.index, err)
	}
	proof, err := tlog.ProveRecord(tree.N, r.index, tlog.TileHashReader(newest, files))
	if err != nil || fmt.Sprint(proof) != fmt.Sprint(r.proof) {
		return nil, fmt.Errorf("the export's tiles prove leaf %d otherwise (%v)", r.index, err)
	}
	return r, nil
}

func run(arguments []string) error {
	if len(arguments) < 2 {
		return errors.New("usage: checkledger POLICY EXPORT [RECEIPT ...]")
	}
	text, err := os.ReadFile(arguments[0])
	if err != nil {
		return err
	}
	trust, err := parsePolicy(text)
	if err != nil {
		return err
	}
	files, err := readMirror(arguments[1])
	if err != nil {
		return err
	}
	if !bytes.Equal(files["policy/0"], text) {
		fmt.Println("note: the export names another policy than yours")
	}
	newest, err := checkMirror(trust, files, os.Stdout)
	if err != nil {
		return err
	}
	for _, name := range arguments[2:] {
		file, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		r, err := checkReceipt(trust, files, newest, file)
		if err != nil {
			return fmt.Errorf("%s: %v", name, err)
		}
		fmt.Printf("%s: leaf %d, %d bytes, is in the log\n", name, r.index, len(r.leaf))
	}
	fmt.Println("ACCEPTED")
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(1)
	}
}
