// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/rand"
	"flag"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var ledger = flag.String("ledger", "", "what make_ledger.py made")

type world struct {
	trust    *policy
	files    mirror
	newest   tlog.Tree
	receipts map[string][]byte
}

// What is good is accepted, or no refusal below would mean anything.
func good(t *testing.T) (w world) {
	t.Helper()
	if *ledger == "" {
		t.Fatal("say where the ledger is: -ledger DIR")
	}
	var err error
	if w.files, err = readMirror(filepath.Join(*ledger, "export")); err != nil {
		t.Fatal(err)
	}
	if w.trust, err = parsePolicy(w.files["policy/0"]); err != nil {
		t.Fatal(err)
	}
	if w.newest, err = checkMirror(w.trust, w.files, io.Discard); err != nil {
		t.Fatal(err)
	}
	if w.receipts, err = readMirror(filepath.Join(*ledger, "receipts")); err != nil {
		t.Fatal(err)
	}
	for name, file := range w.receipts {
		if _, err := checkReceipt(w.trust, w.files, w.newest, file); err != nil {
			t.Fatal(name, err)
		}
	}
	return w
}

// Calls for each bit of what it is given, turned.
func eachBit(content []byte, call func(turned []byte, at int)) {
	turned := append([]byte{}, content...)
	for bit := 0; bit < 8*len(content); bit++ {
		turned[bit/8] ^= 1 << (bit % 8)
		call(turned, bit/8)
		turned[bit/8] ^= 1 << (bit % 8)
	}
}

// The mirror with one bit of a file turned.
func (m mirror) turned(name string, at, bit int) mirror {
	other := mirror{}
	for path, content := range m {
		other[path] = content
	}
	other[name] = append([]byte{}, m[name]...)
	other[name][at] ^= 1 << (bit % 8)
	return other
}

func TestTheLedgerIsLargeEnoughToTell(t *testing.T) {
	w := good(t)
	trees, _ := w.files.checkpoints(w.trust)
	full, partial, above := 0, 0, 0
	for _, tile := range tilesOf(w.newest.N) {
		switch {
		case tile.L > 0:
			above++
		case tile.W == 1<<tileHeight:
			full++
		default:
			partial++
		}
	}
	if len(trees) < 2 || full < 1 || partial != 1 || above < 1 || len(w.receipts) < 3 {
		t.Fatal(len(trees), "checkpoints", full, partial, above, "tiles", len(w.receipts), "receipts")
	}
}

func TestEveryBitOfACheckpointCounts(t *testing.T) {
	w := good(t)
	eachBit(w.files["checkpoint"], func(turned []byte, at int) {
		if _, err := w.trust.open(turned); err == nil {
			t.Errorf("accepted with another byte %d:\n%s", at, turned)
		}
	})
}

func TestEveryBitOfAReceiptCounts(t *testing.T) {
	w := good(t)
	for name, file := range w.receipts {
		eachBit(file, func(turned []byte, at int) {
			if _, err := checkReceipt(w.trust, w.files, w.newest, turned); err == nil {
				t.Errorf("%s: accepted with another byte %d", name, at)
			}
		})
		return // one has all the parts
	}
}

func TestEveryHashOfEveryTileCounts(t *testing.T) {
	w := good(t)
	for _, tile := range tilesOf(w.newest.N) {
		for i := 0; i < tile.W; i++ {
			at := i*tlog.HashSize + i%tlog.HashSize
			if w.files.turned(pathOf(tile), at, i).checkTiles(w.newest) == nil {
				t.Errorf("%s: accepted with another byte %d", pathOf(tile), at)
			}
		}
	}
}

func TestEveryLeafOfEveryBundleCounts(t *testing.T) {
	w := good(t)
	for _, tile := range tilesOf(w.newest.N) {
		if tile.L > 0 {
			continue
		}
		bundle, _ := parseBundle(w.files[bundlePath(tile)], tile.W)
		at := 0
		for i, leaf := range bundle {
			checkBundle(t, w, tile, at+i%2)           // its length
			checkBundle(t, w, tile, at+2+i%len(leaf)) // a byte of its
			checkBundle(t, w, tile, at+2+len(leaf)-1) // its last
			at += 2 + len(leaf)
		}
	}
}

// One byte of a bundle turned, and its leaves compared with the hashes of the tile beside it.
func checkBundle(t *testing.T, w world, tile tlog.Tile, at int) {
	t.Helper()
	content := append([]byte{}, w.files[bundlePath(tile)]...)
	content[at] ^= 1 << (at % 8)
	leaves, err := parseBundle(content, tile.W)
	if err != nil {
		return
	}
	for i, leaf := range leaves {
		hash, err := tlog.HashFromTile(tile, w.files[pathOf(tile)], tlog.StoredHashIndex(0, tile.N<<tileHeight+int64(i)))
		if err != nil || hash != tlog.RecordHash(leaf) {
			return
		}
	}
	t.Errorf("%s: accepted with another byte %d", bundlePath(tile), at)
}

func TestAFileOfTheTreeThatIsMissingIsNoticed(t *testing.T) {
	w := good(t)
	for _, tile := range tilesOf(w.newest.N) {
		names := []string{pathOf(tile)}
		if tile.L == 0 {
			names = append(names, bundlePath(tile))
		}
		for _, name := range names {
			files := w.files.turned(name, 0, 0)
			delete(files, name)
			if files.checkLeaves(w.newest) == nil {
				t.Error("accepted without", name)
			}
		}
	}
}

func TestEveryBitOfAProofOfGrowthCounts(t *testing.T) {
	w := good(t)
	trees, _ := w.files.checkpoints(w.trust)
	earlier, later := trees[len(trees)-2], w.newest
	proof, err := tlog.ProveTree(later.N, earlier.N, tlog.TileHashReader(later, w.files))
	if err != nil || tlog.CheckTree(proof, later.N, later.Hash, earlier.N, earlier.Hash) != nil {
		t.Fatal("a good proof is refused", err)
	}
	for i := range proof {
		whole := proof[i]
		eachBit(whole[:], func(turned []byte, at int) {
			copy(proof[i][:], turned)
			if tlog.CheckTree(proof, later.N, later.Hash, earlier.N, earlier.Hash) == nil {
				t.Errorf("accepted with another byte %d of hash %d", at, i)
			}
		})
		proof[i] = whole
	}
	if tlog.CheckTree(proof, later.N, later.Hash, earlier.N+1, earlier.Hash) == nil {
		t.Error("accepted for another size")
	}
	if tlog.CheckTree(proof[1:], later.N, later.Hash, earlier.N, earlier.Hash) == nil {
		t.Error("accepted without its first hash")
	}
}

func TestAReceiptIsGoodForItsOwnIndexAlone(t *testing.T) {
	w := good(t)
	for name, file := range w.receipts {
		r, _ := parseReceipt(file)
		tree, _ := w.trust.open(r.checkpoint)
		for index := int64(0); index < tree.N; index++ {
			err := tlog.CheckRecord(r.proof, tree.N, tree.Hash, index, tlog.RecordHash(r.leaf))
			if (err == nil) != (index == r.index) {
				t.Errorf("%s: as leaf %d: %v", name, index, err)
			}
		}
	}
}

// By lines: three of text, an empty one, the log's, the cosigners'.
func TestACheckpointWithFewerThanAQuorumIsRefused(t *testing.T) {
	w := good(t)
	lines := strings.SplitAfter(string(w.files["checkpoint"]), "\n")
	for i := 4; i < len(lines)-1; i++ {
		fewer := strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")
		if _, err := w.trust.open([]byte(fewer)); err == nil {
			t.Errorf("accepted without line %d", i)
		}
		twice := strings.Join(lines[:i+1], "") + strings.Join(lines[i:], "")
		if _, err := w.trust.open([]byte(twice)); err == nil {
			t.Errorf("accepted with line %d twice", i)
		}
	}
}

// A signature says one thing: it is good for no other checkpoint of the same signers.
func TestSignaturesOfAnotherCheckpointAreRefused(t *testing.T) {
	w := good(t)
	_, signatures, _ := bytes.Cut(w.files["checkpoint"], []byte("\n\n"))
	for name, content := range w.files {
		text, _, _ := bytes.Cut(content, []byte("\n\n"))
		if !strings.HasPrefix(name, "checkpoints/") || bytes.Equal(content, w.files["checkpoint"]) {
			continue
		}
		mixed := bytes.Join([][]byte{text, signatures}, []byte("\n\n"))
		if _, err := w.trust.open(mixed); err == nil {
			t.Error(name, "accepted with signatures of another")
		}
	}
}

func TestACheckpointOfAnotherLogKeyIsRefused(t *testing.T) {
	w := good(t)
	_, vkey, err := note.GenerateKey(rand.Reader, w.trust.origin())
	if err != nil {
		t.Fatal(err)
	}
	other, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	w.trust.logs = []note.Verifier{other}
	if _, err := w.trust.open(w.files["checkpoint"]); err == nil {
		t.Error("accepted")
	}
}
